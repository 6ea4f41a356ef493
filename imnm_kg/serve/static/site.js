// SPDX-License-Identifier: Apache-2.0
// What makes the pages handier where scripts run: copy buttons, and suggestions below the search box.
// Nothing depends on it.
"use strict";

for (const button of document.querySelectorAll("button[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  if (!source || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const before = button.textContent;
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "Copied";
    } catch {
      const range = document.createRange();
      range.selectNodeContents(source);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = before; }, 1600);
  });
}

// A combobox with a list below it, as the ARIA Authoring Practices have it.
for (const input of document.querySelectorAll("input[data-suggest]")) {
  const list = document.createElement("ul");
  list.id = `${input.id}-offers`;
  list.className = "offers";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  input.after(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  let chosen = -1;
  let asked = 0;
  let timer = 0;

  const close = () => {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const choose = (place) => {
    const offers = [...list.children];
    if (!offers.length) return;
    chosen = (place + offers.length) % offers.length;
    offers.forEach((offer, number) => offer.setAttribute("aria-selected", String(number === chosen)));
    input.setAttribute("aria-activedescendant", offers[chosen].id);
  };

  const show = (offers) => {
    list.replaceChildren(...offers.map((offer, number) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${number}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.dataset.href = offer.href;
      const kind = document.createElement("small");
      kind.textContent = ` ${[offer.kind, offer.matched].filter(Boolean).join(" · ")}`;
      item.append(offer.label, kind);
      item.addEventListener("mousedown", (event) => {
        event.preventDefault();
        location.assign(offer.href);
      });
      return item;
    }));
    chosen = -1;
    input.removeAttribute("aria-activedescendant");
    list.hidden = offers.length === 0;
    input.setAttribute("aria-expanded", String(offers.length > 0));
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    const text = input.value.trim();
    const turn = ++asked;
    if (!text) { close(); return; }
    timer = setTimeout(async () => {
      try {
        const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(text)}`);
        if (answer.ok && turn === asked) show(await answer.json());
      } catch { close(); }
    }, 120);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) return;
      event.preventDefault();
      choose(chosen + (event.key === "ArrowDown" ? 1 : chosen < 0 ? 0 : -1));
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      location.assign(list.children[chosen].dataset.href);
    } else if (event.key === "Escape") {
      close();
    }
  });
  input.addEventListener("blur", close);
}
