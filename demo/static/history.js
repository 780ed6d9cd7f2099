// Back, Forward and reload go through pictures and tabs. Both are in the address's fragment, which
// browsers never send.
Object.assign(cgan, {
  // What becomes of the address at the next change: "draft" while the visitor types or drags, which
  // makes one entry in all; "push" for a settled picture or tab; "replace" for what else the same
  // click changes; null for what the visitor hasn't done, such as going back.
  next: null,

  // The picture that the visitor went to last: it may be on its way.
  sought: null,

  // The tab on which the visitor changed the number that is still to be drawn, when a click may open
  // another one. The entry of that one keeps it as `late`: the number's own entry comes before it.
  late: null,

  watchHistory() {
    const opener = document.querySelector("#open-link");
    const inside = (event, selector) => !cgan.showing && event.isTrusted && event.target.closest?.(selector);
    addEventListener("input", (event) => {
      if (inside(event, "input, textarea")) cgan.next = event.target.type === "radio" ? "push" : "draft";
    });
    const settle = () => {
      cgan.late = cgan.isUndrawn() && ["draft", "push"].includes(cgan.next) ? cgan.tab() : null;
      cgan.next = "push";
      const { state } = history;
      if (state?.draft) history.replaceState({ ...state, draft: false }, "");
    };
    addEventListener("click", (event) => {
      if (inside(event, "button, input[type=radio]") && event.target !== opener) settle();
    }, true); // before what it does
    addEventListener("keydown", (event) => {
      const enters = event.key === "Enter" && inside(event, ".number, [role=listbox], [role=combobox]");
      if (enters || inside(event, "[role=tab]")) settle(); // the script clicks the next tab
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
    const tab = cgan.tab();
    const { late, draft: drafted, picture } = history.state ?? {};
    if (late && !cgan.isUndrawn()) {
      const drawn = picture !== cgan.fragment; // or it can't be
      cgan.enter("replaceState", drawn ? late : tab);
      if (drawn && tab !== late) cgan.enter("pushState", tab);
      return;
    }
    if (!cgan.next || !cgan.fragment || cgan.fragmentOn(tab) === location.hash) return;
    const draft = cgan.next === "draft";
    const replace = late || cgan.next === "replace" || (draft && drafted);
    const waits = late ?? (tab === cgan.late ? null : cgan.late);
    cgan.enter(replace ? "replaceState" : "pushState", tab, { draft, late: waits });
    if (!draft) cgan.next = "replace";
  },

  enter(how, tab, more) {
    // With the hands before this one, since browsers go back, too; they keep little for each entry.
    const state = { cgan: true, picture: cgan.fragment, hands: cgan.hands.slice(-50), ...more };
    history[how](state, "", cgan.fragmentOn(tab));
    cgan.sought = cgan.fragment;
    cgan.remember("cgan-address", location.hash);
  },

  fragmentOn(tab) {
    return cgan.fragment + (tab === "write" ? "" : `&tab=${encodeURIComponent(tab)}`);
  },

  // The visitor went back or forward, or opened a link: show what the address says.
  travel(opener) {
    cgan.target = history.state?.picture ?? cgan.pictureIn(location.hash);
    cgan.showTab(cgan.tabIn(location.hash));
    cgan.hands = [...(history.state?.hands ?? [])];
    cgan.showWayBack();
    // A step back that isn't answered yet may be undone by a step forward.
    const same = cgan.target === cgan.fragment && cgan.target === (cgan.sought ?? cgan.fragment);
    if (same) cgan.remember("cgan-address", location.hash);
    else opener.click();
    // Only the tab is another one: what is still to be drawn stays, and is new there.
    cgan.next = same && cgan.isUndrawn() ? "draft" : null;
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
    cgan.next ??= cgan.place.next ?? null;
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
