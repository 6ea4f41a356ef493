// SPDX-License-Identifier: Apache-2.0
// Draws the neighbourhood with cytoscape.js; the table on the page says the same.
"use strict";

const WIDE = 144;
const high = (node) => 20 + 17 * Math.max(1, Math.ceil(node.data("label").length / 15));

// Two rings around the middle: what a claim ties to it, then what is tied to that. On the first ring what is negated
// stands together, at the top, then the rest by relation; beside each other they alternate in two distances.
function arrange(data) {
  const centre = data.nodes.find((node) => node.centre);
  const places = new Map();
  if (!centre) return places;
  places.set(centre.id, { x: 0, y: 0 });
  const rank = new Map();
  for (const edge of data.edges) {
    const other = edge.source === centre.id ? edge.target : edge.target === centre.id ? edge.source : null;
    if (other === null || other === centre.id) continue;
    const key = `${edge.negated ? 0 : edge.background ? 3 : edge.hedged ? 2 : 1} ${edge.label}`;
    if (!rank.has(other) || key < rank.get(other)) rank.set(other, key);
  }
  // What is said of the middle only as a population: its subjects stand on the first ring as well, last.
  const free = data.nodes.map((node) => node.id).filter((id) => id !== centre.id && !rank.has(id));
  const reached = (id) => data.edges.some((edge) => rank.has(edge.source) && edge.target === id && edge.source !== id);
  for (const id of free) if (!reached(id) && data.edges.some((edge) => edge.source === id)) rank.set(id, "4");
  const ring = [...rank].sort((one, other) => one[1].localeCompare(other[1])).map(([id]) => id);
  const step = (2 * Math.PI) / Math.max(1, ring.length);
  const first = ring.filter((id) => rank.get(id).startsWith("0")).length;
  const angle = new Map();
  const size = Math.max(1, ring.length / 22);
  const isFree = ({ x, y }) => [...places.values()]
    .every((other) => Math.abs(other.x - x) > WIDE + 6 || Math.abs(other.y - y) > 74);
  ring.forEach((id, place) => {
    const turn = -Math.PI / 2 + (place - (first - 1) / 2) * step;
    let far = place % 2 ? 1.36 : 1;
    const at = () => ({ x: Math.cos(turn) * 440 * far * size, y: Math.sin(turn) * 235 * far * size });
    for (let tries = 0; tries < 12 && !isFree(at()); tries++) far += 0.08;
    angle.set(id, turn);
    places.set(id, at());
  });
  for (const { id } of data.nodes) {
    if (places.has(id)) continue;
    const ends = data.edges.filter((edge) => edge.source === id || edge.target === id)
      .map((edge) => angle.get(edge.source === id ? edge.target : edge.source)).filter((turn) => turn !== undefined);
    let turn = ends.length ? ends[0] : 0;
    // Farther out where a line between the two rings runs level, so that its words have room.
    let far = Math.abs(Math.cos(turn)) > 0.8 ? 1.2 : 1;
    const at = () => ({ x: Math.cos(turn) * 790 * far * size, y: Math.sin(turn) * 450 * far * size });
    for (let tries = 0; tries < 60 && !isFree(at()); tries++) {
      turn += (tries % 2 ? 1 : -1) * 0.05 * (tries + 1);
      if (tries % 20 === 19) far += 0.15;
    }
    places.set(id, at());
  }
  return places;
}

(async () => {
  const place = document.getElementById("network");
  if (!place || typeof cytoscape !== "function") return;
  const answer = await fetch(place.dataset.source);
  if (!answer.ok) return;
  const data = await answer.json();
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  const style = () => [
    { selector: "node", style: {
      "background-color": colour("card"), "border-color": colour("accent"), "border-width": 1.5, "color": colour("ink"),
      "font-family": "system-ui, sans-serif", "font-size": 14, "height": high, "label": "data(label)",
      "shape": "round-rectangle", "text-max-width": WIDE - 14, "text-valign": "center", "text-wrap": "wrap",
      "width": WIDE,
    } },
    { selector: "node[?centre]", style: {
      "background-color": colour("accent"), "color": colour("paper"), "font-weight": "bold", "font-size": 16, "width": 170, "text-max-width": 160,
    } },
    { selector: "node[kind = 'text']", style: { "border-style": "dotted", "border-color": colour("edge") } },
    { selector: "edge", style: {
      "curve-style": "bezier", "color": colour("aff"), "font-family": "system-ui, sans-serif", "font-size": 12,
      "label": "data(label)", "line-color": colour("aff"), "target-arrow-color": colour("aff"),
      "target-arrow-shape": "triangle", "text-background-color": colour("card"), "text-background-opacity": 0.9,
      "text-background-padding": 2, "text-rotation": "autorotate", "width": 1.6,
    } },
    { selector: "edge[?hedged]", style: { "line-style": "dashed", "line-dash-pattern": [6, 4] } },
    { selector: "edge[?negated]", style: {
      "color": colour("neg"), "font-weight": "bold", "line-color": colour("neg"), "target-arrow-color": colour("neg"),
      "target-arrow-shape": "tee", "arrow-scale": 1.5, "width": 4,
    } },
    { selector: "edge[?background]", style: {
      "color": colour("muted"), "line-color": colour("edge"), "line-style": "dotted", "target-arrow-shape": "none",
    } },
  ];

  const places = arrange(data);
  const graph = cytoscape({
    container: place,
    elements: {
      nodes: data.nodes.map((node) => ({ data: node })),
      edges: data.edges.map((edge) => ({ data: edge })),
    },
    layout: { name: "preset", positions: (node) => places.get(node.id()), padding: 20, fit: true },
    maxZoom: 2.5,
    minZoom: 0.2,
    style: style(),
    userZoomingEnabled: false,
  });
  graph.on("tap", "node, edge", (event) => {
    const href = event.target.data("href");
    if (href) location.assign(href);
  });
  dark.addEventListener("change", () => graph.style(style()));
  const tools = document.querySelector(".tools");
  tools.hidden = false;
  tools.addEventListener("click", (event) => {
    const by = Number(event.target.dataset.zoom);
    if (Number.isNaN(by)) return;
    const middle = { x: place.clientWidth / 2, y: place.clientHeight / 2 };
    if (by) graph.zoom({ level: graph.zoom() * by, renderedPosition: middle });
    else if (still) graph.fit(undefined, 30);
    else graph.animate({ fit: { padding: 30 } }, { duration: 200 });
  });
  place.dataset.drawn = String(data.nodes.length);
})();
