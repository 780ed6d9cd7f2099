// Back, Forward and reload go through pictures and tabs. Both are in the address's fragment, which
// browsers never send.
Object.assign(cgan, {
  // What becomes of the address at the next change: "draft" while the visitor types or drags, which
  // makes one entry in all; "push" for a settled picture or tab; "replace" for what else the same
  // click changes; null for what the visitor hasn't done, such as going back.
  next: null,

  // The picture that the visitor went to last: it may be on its way.
  sought: null,

  watchHistory() {
    const opener = document.querySelector("#open-link");
    const inside = (event, selector) => !cgan.showing && event.isTrusted && event.target.closest?.(selector);
    addEventListener("input", (event) => {
      if (inside(event, "input, textarea")) cgan.next = event.target.type === "radio" ? "push" : "draft";
    });
    const settle = () => {
      cgan.next = "push";
      const { state } = history;
      if (state?.draft) history.replaceState({ ...state, draft: false }, "");
    };
    addEventListener("click", (event) => {
      if (inside(event, "button, input[type=radio]") && event.target !== opener) settle();
    }, true); // before what it does
    addEventListener("keydown", (event) => {
      if (event.key === "Enter" && inside(event, ".number, [role=listbox], [role=combobox]")) settle();
    }, true);
    // A list is answered before there is a click.
    addEventListener("pointerdown", (event) => {
      if (inside(event, "[role=option]")) settle();
    }, true);
    new MutationObserver(() => {
      if (cgan.tab() !== cgan.tabIn(location.hash)) cgan.record();
    }).observe(document.body, { subtree: true, attributeFilter: ["aria-selected"] });
    // Entries of this page, and links that were pasted into the address bar of the open page.
    addEventListener("popstate", () => history.state?.cgan && cgan.travel(opener));
    addEventListener("hashchange", () => {
      if (!history.state?.cgan && location.hash) cgan.travel(opener);
    });
  },

  // The tab that is shown, by its key in the fragment, where the first one needs none.
  tab() {
    return document.querySelector("[role=tab][aria-selected=true]")?.dataset.tabId ?? "write";
  },

  tabIn(fragment) {
    return new URLSearchParams(fragment.slice(1)).get("tab") ?? "write";
  },

  pictureIn(fragment) {
    const values = fragment.slice(1).split("&").filter((one) => one && !one.startsWith("tab="));
    return values.length ? `#${values.join("&")}` : "";
  },

  showTab(key) {
    const tabs = document.querySelectorAll("[role=tab]");
    const tab = [...tabs].find((one) => one.dataset.tabId === key);
    if (!tab || tab.ariaSelected === "true") return;
    cgan.showing = true; // not a click of the visitor's
    tab.click();
    cgan.showing = false;
  },

  // Write the picture and the tab that are shown into the address.
  record() {
    if (!cgan.next || !cgan.fragment) return;
    const tab = cgan.tab();
    const address = cgan.fragment + (tab === "write" ? "" : `&tab=${encodeURIComponent(tab)}`);
    if (address === location.hash) return;
    const draft = cgan.next === "draft";
    const replace = cgan.next === "replace" || (draft && history.state?.draft);
    // With the hands before this one, since browsers go back, too; they keep little for each entry.
    const state = { cgan: true, picture: cgan.fragment, draft, hands: cgan.hands.slice(-50) };
    history[replace ? "replaceState" : "pushState"](state, "", address);
    cgan.sought = cgan.fragment;
    if (!draft) cgan.next = "replace";
    cgan.remember("cgan-address", location.hash);
  },

  // The visitor went back or forward, or opened a link: show what the address says.
  travel(opener) {
    cgan.next = null;
    cgan.target = history.state?.picture ?? cgan.pictureIn(location.hash);
    cgan.showTab(cgan.tabIn(location.hash));
    cgan.remember("cgan-address", location.hash);
    cgan.hands = [...(history.state?.hands ?? [])];
    cgan.showWayBack();
    // A step back that isn't answered yet may be undone by a step forward.
    if (cgan.target !== cgan.fragment || cgan.target !== (cgan.sought ?? cgan.fragment)) opener.click();
    cgan.sought = cgan.target;
    cgan.changed.clear();
    history.replaceState({ ...history.state, cgan: true }, "");
  },

  // What a new page restores: a link's fragment, and what this tab's controls were set to.
  begun() {
    const known = history.state?.cgan; // a reload, or back from another site
    const kept = location.hash && !known ? "" : cgan.recall("cgan-settings");
    const same = known && cgan.recall("cgan-address") === location.hash;
    cgan.place = (same && cgan.recallJson("cgan-place")) || {};
    // What was kept has more: the other tabs, and a number that can't be written.
    const picture = location.hash || (known && history.state.picture) || "";
    return { fragment: same && kept ? "" : picture, kept, picture, same };
  },

  // The page is ready. An address without a fragment stands for the picture at the start.
  mark() {
    const picture = location.hash ? history.state?.picture : cgan.fragment;
    history.replaceState({ ...history.state, cgan: true, picture }, "");
    cgan.remember("cgan-address", location.hash);
  },
});
