// SPDX-License-Identifier: Apache-2.0
// Puts YASGUI in the place of the plain form: highlighting, completion from our own ontology, answers as tables.
// Its own completers would ask other hosts; they are replaced, not just hidden.
"use strict";

(async () => {
  const form = document.getElementById("ask");
  const place = document.getElementById("yasgui");
  if (!form || !place || typeof Yasgui === "undefined") return;
  const answer = await fetch(form.dataset.terms);
  if (!answer.ok) return;
  const terms = await answer.json();
  const Yasqe = Yasgui.Yasqe;
  const iris = (pairs) => pairs.map(([iri]) => iri);
  Yasqe.defaults.prefixCcApi = null;
  Yasqe.forkAutocompleter("prefixes", {
    name: "own-prefixes", persistenceId: null,
    get: () => Object.entries(terms.prefixes).map(([prefix, iri]) => `${prefix}: <${iri}>`).sort(),
  }, false);
  Yasqe.forkAutocompleter("class", {
    name: "own-classes", persistenceId: null, bulk: true, autoShow: true, get: () => iris(terms.classes),
  }, false);
  Yasqe.forkAutocompleter("property", {
    name: "own-properties", persistenceId: null, bulk: true, autoShow: true, get: () => iris(terms.properties),
  }, false);

  const text = document.getElementById("query").value;
  const endpoint = new URL(form.dataset.endpoint, location.href).href;
  place.hidden = false;
  const yasgui = new Yasgui(place, {
    autofocus: false,
    copyEndpointOnNewTab: false,
    endpointCatalogueOptions: { getData: () => [] },
    persistenceId: null,
    populateFromUrl: false,
    requestConfig: { endpoint, method: "POST" },
    yasqe: {
      autocompleters: ["own-prefixes", "own-classes", "own-properties", "variables"],
      collapsePrefixesOnLoad: false,
      createShareableLink: (yasqe) => `${location.origin}${location.pathname}?query=${encodeURIComponent(yasqe.getValue())}`,
      persistenceId: null,
      screenReaderLabel: "SPARQL query",
    },
    yasr: { persistenceId: null, prefixes: terms.prefixes },
  });
  const tab = yasgui.getTab() || yasgui.addTab(true);
  tab.setEndpoint(endpoint);
  tab.setQuery(text);
  tab.getYasqe().setSize(null, "26rem");
  tab.getYasqe().refresh();
  form.hidden = true;
  window.ask = { yasgui, tab };

  // What the library leaves without a name for who does not see it; and IRIs of ours lead to their pages here.
  const base = terms.prefixes.imnm.replace(/ontology\/$/, "");
  const name = () => {
    for (const link of place.querySelectorAll(`a.iri[href^="${base}"]`)) {
      link.href = `${form.dataset.root}/${link.getAttribute("href").slice(base.length)}`;
    }
    for (const [selector, label] of [
      [".yasqe_queryButton", "Run the query"], [".yasqe_share", "Share the query"], [".CodeMirror-scroll", null],
      [".yasr_btn.yasr_downloadIcon, .yasr_btn.btn_icon", "Download the answer"],
      [".tableFilter", "Filter the answer"], [".tableSizer", "Rows on a page"], ["button.addTab", "New tab"],
      [".expandEditor", "Larger editor"], [".fullscreenToggleBtn", "Full screen"],
    ]) {
      for (const found of place.querySelectorAll(selector)) {
        if (label && !found.getAttribute("aria-label")) found.setAttribute("aria-label", label);
        if (!label) found.setAttribute("tabindex", "0");
      }
    }
  };
  name();
  new MutationObserver(name).observe(place, { childList: true, subtree: true });
})();
