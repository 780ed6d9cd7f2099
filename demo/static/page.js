// What the page does in the browser: focus, links, downloads, and the film's frames.
window.cgan = {
  // The written number: a click redraws a digit, which keeps the focus.
  paper(element, trigger, watch) {
    let focused = null;
    element.addEventListener("click", (event) => {
      const button = event.target.closest(".digit, .undo");
      cgan.written(); // a click ends the writing before one's eyes
      if (!button) return;
      cgan.clicked = button.dataset.index ?? null;
      focused = cgan.clicked === null ? ".undo" : `[data-index="${cgan.clicked}"]`;
      trigger("click");
    });
    document.addEventListener("focusin", (event) => {
      if (!element.contains(event.target)) focused = null;
    });
    watch("value", () => {
      // The new drawing replaced what had the focus; a focus elsewhere stays there.
      const digit = element.querySelector('[data-index="0"]'); // the last "Undo" has disappeared
      if (focused !== null) (element.querySelector(focused) ?? digit)?.focus();
      document.querySelector("#said p").textContent = "";
      cgan.writeBeforeOnesEyes();
    });
    cgan.watchWriting();
  },

  // The next variation of the clicked digit, as "position.variation-...". "Undo" goes back by one
  // click; what an opened link brought, it removes at once.
  past: [],
  redraw(row, redrawn, digits, seed, hand) {
    if (cgan.clicked !== null && cgan.isBefore({ digits, seed, row, hand })) return [row, redrawn];
    const next = cgan.step(row, redrawn);
    cgan.remember("cgan-past", JSON.stringify(cgan.past));
    return next;
  },

  // Whether the paper still shows the number or the hand before this one, or before that of a link or a
  // step that isn't here yet: who clicks on a digit there doesn't mean the next one in its place.
  isBefore(now) {
    const { shown } = cgan.drawing();
    const settings = new URLSearchParams(shown.slice(shown.indexOf("#") + 1));
    const differs = ([name, value]) => (settings.get(name) ?? "") !== String(value ?? "");
    return document.documentElement.dataset.ready === "false" || Object.entries(now).some(differs);
  },

  step(row, redrawn) {
    if (cgan.clicked === null) {
      const { before, after } = cgan.past.pop() ?? {};
      if (after === `${row} ${redrawn}`) return before;
      cgan.past = []; // something else has changed it since
      return [cgan.shared.row, cgan.shared.redrawn];
    }
    const variations = new Map(
      redrawn.split("-").filter(Boolean).map((pair) => pair.split(".").map(Number)),
    );
    const position = Number(cgan.clicked);
    variations.set(position, ((variations.get(position) ?? 0) % cgan.shared.variations) + 1);
    const pairs = [...variations].sort(([a], [b]) => a - b);
    const next = pairs.map((pair) => pair.join(".")).join("-");
    cgan.past.push({ before: [row, redrawn], after: `${row} ${next}` });
    return [row, next];
  },

  // The class grid: arrow keys move, hover and focus name the cell, a click carries it over.
  cells(element, trigger, watch) {
    watch("value", () => cgan.announceIn(element));
    const cellOf = (event) => event.target.closest("button[data-row]");
    const name = (event) => {
      const cell = cellOf(event);
      if (cell) element.querySelector(".cell-name").textContent = cell.title;
    };
    element.addEventListener("mouseover", name);
    element.addEventListener("focusin", name);
    // Without the pointer, it is the cell that the keyboard is on, if one is.
    element.addEventListener("mouseleave", () => {
      const cell = element.querySelector("button[data-row]:focus-visible");
      const caption = element.querySelector(".cell-name");
      if (caption) caption.textContent = cell?.title ?? "";
    });
    element.addEventListener("click", (event) => {
      const cell = cellOf(event);
      if (cell) {
        const { dataset } = cell.closest(".cells");
        const { row } = cell.dataset;
        trigger("click", { row: Number(row), seed: Number(dataset.seed), number: dataset.shows === "number" });
      }
    });
    const steps = {
      ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0],
    };
    element.addEventListener("keydown", (event) => {
      const cell = cellOf(event);
      const step = steps[event.key];
      if (!cell || !step) return;
      event.preventDefault();
      const row = Number(cell.dataset.row) + step[0];
      const column = Number(cell.dataset.class) + step[1];
      const next = element.querySelector(`[data-row="${row}"][data-class="${column}"]`);
      if (!next) return;
      cell.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    });
  },

  // The morph: all frames are loaded; the slider and the button only choose one.
  film(element, trigger, watch) {
    let timer = null;
    let undone = false; // "Undo" disappears
    const part = (name) => element.querySelector(name);
    const show = (frame) => {
      const film = part(".film");
      if (!film) return;
      const last = Number(film.dataset.frames) - 1;
      const at = Math.max(0, Math.min(frame, last));
      part("input").value = at;
      for (const digit of film.querySelectorAll(".frame")) {
        digit.style.backgroundPositionY = `${(100 * at) / last}%`;
      }
    };
    const stop = () => {
      clearInterval(timer);
      timer = null;
      const button = part("button");
      if (button) button.textContent = button.dataset.play;
    };
    const play = () => {
      const button = part("button");
      if (!button) return;
      let direction = 1;
      button.textContent = button.dataset.pause;
      timer = setInterval(() => {
        const slider = part("input");
        if (!slider) return stop();
        if (Number(slider.value) + direction > Number(slider.max)) direction = -1;
        if (Number(slider.value) + direction < 0) direction = 1;
        show(Number(slider.value) + direction);
      }, cgan.shared.frameMilliseconds);
    };
    element.addEventListener("input", (event) => {
      stop();
      show(Number(event.target.value));
    });
    element.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      undone = button.matches(".undo");
      if (undone) trigger("click");
      else if (timer) stop();
      else play();
    });
    watch("value", () => {
      stop();
      show(0);
      cgan.announceIn(element);
      if (undone) part("button")?.focus();
      undone = false;
      if (!matchMedia("(prefers-reduced-motion: reduce)").matches) play();
    });
  },

  // The About tab shows the address of this page.
  about(element, watch) {
    const fill = () => {
      for (const place of element.querySelectorAll(".address")) place.textContent = cgan.address();
    };
    fill();
    watch("value", fill);
  },

  // The public address: that of the Space, not of the frame in which it is shown.
  address() {
    return document.querySelector("meta[name=cgan-address]")?.content
      || location.origin + location.pathname;
  },

  // The page's first input: the link's fragment, the language, and what was kept. The same if the
  // page has to ask again.
  begin() {
    return (cgan.beginning ??= cgan.firstInput());
  },

  firstInput() {
    cgan.listen();
    for (const number of document.querySelectorAll(".number textarea, .number input")) {
      number.inputMode = "tel"; // digits and + - ( )
      number.autocomplete = "off";
      number.spellcheck = false;
    }
    let language = navigator.language;
    try {
      language = localStorage.getItem("cgan-language") || language;
    } catch {
      // No storage: use the browser's language.
    }
    // Something else may have written there.
    const typed = cgan.recallJson("cgan-typed");
    const past = cgan.recallJson("cgan-past");
    const { fragment, kept, picture, same } = cgan.begun();
    if (fragment || kept) document.documentElement.dataset.ready = "false";
    cgan.typed = fragment && !same ? {} : typed ?? {};
    cgan.past = fragment || !Array.isArray(past) ? [] : past.filter(Boolean);
    return JSON.stringify([fragment, language, kept, picture]);
  },

  // The texts of the numbers that aren't among the settings kept: without a connection Gradio's
  // events don't run, and an event that ends now may have begun before the last key.
  keepTyped(values) {
    const boxes = [...document.querySelectorAll(".number")]
      .map((one) => [one.id, one.querySelector("textarea, input").value])
      .filter(([, text]) => !values.includes(text));
    cgan.remember("cgan-typed", JSON.stringify(Object.fromEntries(boxes)));
  },

  remember(name, text) {
    try {
      sessionStorage.setItem(name, text);
    } catch {
      // No storage: a reload starts anew.
    }
  },

  recall(name) {
    try {
      return sessionStorage.getItem(name) ?? "";
    } catch {
      return "";
    }
  },

  recallJson(name) {
    try {
      return JSON.parse(cgan.recall(name));
    } catch {
      return null;
    }
  },

  listen() {
    cgan.watchHistory();
    cgan.keepPlace();
    cgan.listenToKeep();
    // What is wrong with a link is said until the visitor does something. Escape and a button also close
    // what is said of the server, until it has answered and fails again.
    for (const event of ["input", "click", "keydown"]) {
      addEventListener(event, ({ isTrusted, key }) => {
        if (!isTrusted || (event === "keydown" && key !== "Escape")) return;
        document.querySelector("#link-problem p")?.remove();
        if (key === "Escape") document.querySelector("#trouble p").replaceChildren();
      });
    }
    addEventListener("click", ({ target }) => {
      if (target.closest?.("#trouble button")) document.querySelector("#trouble p").replaceChildren();
    });
    // Gradio drops @supports. Where boxes can't (Firefox), their height changes with the text alone.
    if (CSS.supports("field-sizing", "content")) document.documentElement.dataset.grows = "true";
    document.querySelector("#copy").addEventListener("click", cgan.copyLink);
    addEventListener("keydown", cgan.walkTabs);
    // A tab or a section opens after the click; the buttons that the script presses open nothing.
    addEventListener("click", ({ isTrusted, target }) => {
      if (isTrusted || target.closest?.("[role=tab]")) setTimeout(cgan.repair, 100);
    });
    addEventListener("input", ({ isTrusted, target }) => {
      cgan.keepTyped([]);
      if (isTrusted) delete cgan.typed?.[target.closest?.(".number")?.id]; // this is newer
    });
    // Gradio's message that the server is busy or gone is in English, far from the number.
    new MutationObserver((changes) => {
      cgan.repairSoon();
      const added = changes.flatMap((change) => [...change.addedNodes]);
      if (!added.some((node) => node.querySelector?.(".toast-body"))) return;
      const trouble = document.querySelector("#trouble p");
      trouble.textContent = trouble.dataset.busy;
      cgan.stopWaiting();
      cgan.ownHand?.photoLost();
    }).observe(document.body, { childList: true, subtree: true });
  },

  // The input for a link that is opened in the open page; then its settings are on the page.
  open(ids) {
    document.documentElement.dataset.ready = "false";
    return cgan.given(ids, cgan.target);
  },

  // From now on, what is kept is what the address says.
  opened() {
    document.documentElement.dataset.ready = "true";
    cgan.remember("cgan-address", location.hash);
  },

  notOpened() {
    document.documentElement.dataset.ready = "true";
    cgan.failed("open-link");
  },

  // The server has answered what a hidden button asks, if one does: remove the message that it doesn't.
  settled(button) {
    cgan.failures.delete(button);
    document.querySelector("#trouble p")?.replaceChildren();
    document.querySelectorAll(".toast-close").forEach((button) => button.click());
  },

  // The settings of the link, or those that were kept, are on the page. From now on, those of the
  // components `ids` are kept; `version` says which these are. Before, nothing must take the place of
  // what was kept: the server may be gone again.
  ready(id, version, ids) {
    cgan.kept = { version, ids };
    if (cgan.keepsLate) cgan.keep();
    cgan.onPaper(id);
    cgan.mark();
    cgan.showTab(cgan.tabIn(location.hash));
    cgan.speak();
    document.documentElement.dataset.ready = "true";
    cgan.ownHand?.begin();
    // What was typed when the server was gone, which Gradio didn't notice.
    for (const [box, text] of Object.entries(cgan.typed)) {
      const element = document.querySelector(`#${box} :is(textarea, input)`);
      if (!element || element.value === text) continue;
      element.value = text;
      cgan.next = "draft";
      element.dispatchEvent(new Event("input", { bubbles: true }));
    }
    // Once Gradio knows that: where a section opens, it sets controls to what it knows.
    setTimeout(cgan.returnToPlace, 100);
  },

  speak() {
    document.documentElement.lang = document.querySelector("#trouble p").dataset.lang;
    cgan.repair();
    document.title = document.querySelector("#head h1").textContent;
  },

  // The chosen language is the only thing that is stored beyond this tab.
  chooseLanguage(language) {
    cgan.speak();
    try {
      localStorage.setItem("cgan-language", language);
    } catch {
      // No storage: the choice lasts as long as the page.
    }
  },

  // What is sent for a drawing. A bar moves if it takes longer than a moment.
  askForNumber(ids) {
    cgan.asking = cgan.wanted;
    clearTimeout(cgan.awaited);
    cgan.awaited = setTimeout(() => (document.documentElement.dataset.awaited = "true"), 400);
    return cgan.given(ids);
  },

  answered() {
    clearTimeout(cgan.awaited);
    delete document.documentElement.dataset.awaited;
    cgan.onItsWay = cgan.asking < cgan.wanted; // it was typed on meanwhile
    if (!cgan.onItsWay) cgan.stopWaiting();
  },

  // The numbers that were asked for are counted: `wanted` in all, `asking` when the server was asked.
  wanted: 0,
  asking: 0,
  onItsWay: false,
  waiting: [],

  // The number that was asked for is on the paper, or can't be written, or the server doesn't answer.
  untilDrawn() {
    return cgan.onItsWay && new Promise((done) => cgan.waiting.push(done));
  },

  // A change of the number is still to be drawn, also if the server is busy: it is asked again.
  isUndrawn() {
    return cgan.onItsWay || cgan.failures.has("draw-write");
  },

  stopWaiting() {
    cgan.onItsWay = false;
    for (const done of cgan.waiting.splice(0)) done();
  },

  // The server is busy, or its answer got lost. What has changed meanwhile isn't drawn either: press
  // the hidden button that asks again, a few times, with what is set then.
  failures: new Map(), // by button
  failed(button) {
    const count = (cgan.failures.get(button) ?? 0) + 1;
    cgan.failures.set(button, count);
    if (count <= 5) setTimeout(() => document.querySelector(`#${button}`)?.click(), 1000 * count);
  },

  notDrawn() {
    cgan.answered();
    cgan.failed("draw-write");
  },

  // The server has drawn the number.
  drawn(id) {
    cgan.answered();
    cgan.settled("draw-write");
    document.querySelector("#facts p").textContent = cgan.drawing().facts;
    cgan.onPaper(id);
  },

  // The line below the controls and, as language#settings, what is on the paper.
  drawing() {
    return document.querySelector("#paper [data-shown]").dataset;
  },

  // What is on the paper is what other events send as the component `id`.
  onPaper(id) {
    const { shown } = cgan.drawing();
    cgan.values().set(id, shown);
    const fragment = shown.slice(shown.indexOf("#"));
    const before = cgan.fragment;
    const changed = before && before !== fragment;
    if (changed) {
      const label = document.querySelector(".sheet").ariaLabel;
      const note = document.querySelector(".note span")?.textContent ?? "";
      const seed = document.querySelector("#seed input[type=number]");
      const values = { number: label, seed: seed.value, note };
      const { heard } = document.querySelector("#trouble p").dataset;
      cgan.announce(heard.replace(/\{(\w+)\}/g, (_, name) => values[name]).trim());
    }
    cgan.fragment = fragment;
    const own = new URLSearchParams(fragment.slice(1)).has("hand");
    cgan.put(document.documentElement.dataset, "ownHand", String(own));
    if (changed || (before && history.state?.late)) cgan.record();
    cgan.writeBeforeOnesEyes();
    cgan.drawOthersSoon(shown);
    if (changed) cgan.drawRows(before, fragment);
  },

  // A link to the number on the paper, once what was typed is there. Its settings are in the fragment,
  // which is never sent.
  async copyLink() {
    const said = document.querySelector("#said p");
    const drawn = cgan.untilDrawn();
    said.textContent = "";
    const link = () => cgan.address() + cgan.fragment;
    try {
      // In the click itself, or browsers wouldn't let it write.
      if (drawn) {
        const text = drawn.then(() => new Blob([link()], { type: "text/plain" }));
        await navigator.clipboard.write([new ClipboardItem({ "text/plain": text })]);
      } else await navigator.clipboard.writeText(link());
      said.textContent = said.dataset.copied;
    } catch {
      await drawn;
      cgan.offerAddress(said, link());
    }
  },

  // An address is long: it stands in a box of one line, chosen as a whole.
  offerAddress(said, address) {
    const box = document.createElement("input");
    Object.assign(box, { readOnly: true, value: address, ariaLabel: said.dataset.byHand });
    box.addEventListener("focus", () => box.select());
    said.replaceChildren(said.dataset.byHand, box);
    box.focus();
    box.scrollLeft = 0; // its beginning is seen
  },

  // After a digit was carried to another tab, the keyboard continues from that tab; or from where the
  // visitor is on it: typing, before the server has answered.
  focusTab() {
    const focused = document.activeElement;
    if (focused?.matches("[role=tabpanel] *") && focused.checkVisibility()) return;
    document.querySelector("[role=tab][aria-selected=true]")?.focus();
  },
};
