// Other hands of the number, the way back to the one before, and writing before one's eyes.
Object.assign(cgan, {
  // Hands before the present one: [seed, row, redrawn, own hand].
  hands: [],

  // Take another hand, which begins without redrawn digits and isn't the visitor's own.
  takeHand(seed, ...now) {
    cgan.hands.push(now);
    cgan.showWayBack();
    return [seed, cgan.shared.row, cgan.shared.redrawn, ""];
  },

  // One of the seeds whose digits aren't blobs, of which the server has told; any, if they are used
  // up before it tells of others.
  throwSeed(highest) {
    const others = document.querySelector("#others .others");
    const known = (others?.dataset.more ?? "").split(" ").filter(Boolean);
    if (!known.length) return Math.floor(Math.random() * (highest + 1));
    const [seed] = known.splice(Math.floor(Math.random() * known.length), 1);
    others.dataset.more = known.join(" ");
    return Number(seed);
  },

  // The hand before; the present one if there is none.
  handBefore(...now) {
    const before = cgan.hands.pop() ?? now;
    cgan.showWayBack();
    return before;
  },

  showWayBack() {
    const back = document.activeElement?.id === "hand-back";
    document.documentElement.dataset.wayBack = String(cgan.hands.length > 0);
    if (back && !cgan.hands.length) document.querySelector("#dice").focus(); // it has disappeared
  },

  otherHands(element, trigger, watch) {
    let focused = -1; // the place of the button that has the focus; the next hands replace it
    const buttons = () => [...element.querySelectorAll(".other")];
    document.addEventListener("focusin", ({ target }) => (focused = buttons().indexOf(target)));
    watch("value", () => buttons()[focused]?.focus({ preventScroll: true }));
    element.addEventListener("click", (event) => {
      const button = event.target.closest(".other");
      if (!button) return;
      cgan.seedTaken = Number(button.dataset.seed);
      trigger("click");
    });
  },

  // Other hands are drawn when the visitor pauses, not at each key.
  drawOthersSoon(fragment) {
    clearTimeout(cgan.othersTimer);
    if (cgan.othersOf === fragment) return;
    cgan.othersTimer = setTimeout(() => {
      // A link's number is still to come.
      if (document.documentElement.dataset.ready !== "true" || cgan.onItsWay) return cgan.drawOthersSoon(fragment);
      cgan.othersOf = fragment;
      document.querySelector("#draw-others")?.click();
    }, 500);
  },

  // The rows of the styles, where they show the number: by Back, Forward or a link it becomes
  // another one while one sees them. A change of the hands alone has events of its own.
  drawRows(before, now) {
    const number = (fragment) => {
      const values = new URLSearchParams(fragment.slice(1));
      for (const name of ["rows_show", "seed", "row", "redrawn", "hand"]) values.delete(name);
      return String(values);
    };
    const shown = new URLSearchParams(now.slice(1)).get("rows_show") === "number";
    if (!shown || cgan.tab() !== "grid" || number(before) === number(now)) return;
    cgan.draw("grid");
  },

  // A number that was drawn by a button appears digit by digit, as if it were written.
  watchWriting() {
    addEventListener("click", (event) => {
      if (event.target.closest?.("#draw, #dice, #hand-back, .other, .own-write")) cgan.writeOut = true;
    }, true);
    addEventListener("input", () => (cgan.writeOut = false), true);
  },

  writeBeforeOnesEyes() {
    const sheet = document.querySelector("#paper .sheet");
    if (!cgan.writeOut || !sheet) return;
    cgan.writeOut = false;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const hidden = { clipPath: "inset(-30% 130% -30% -30%)" };
    const shown = { clipPath: "inset(-30% -30% -30% -30%)" };
    const glyphs = [...sheet.querySelectorAll(".digit > *, .mark > *")];
    // One after the other; a long number more quickly, in 3 s at most.
    const apart = Math.min(160, 2760 / glyphs.length);
    cgan.strokes = glyphs.map((glyph, place) =>
      glyph.animate([hidden, shown], {
        duration: 240, delay: apart * place, easing: "ease-out", fill: "backwards",
      }),
    );
    sheet.classList.add("writing");
    cgan.strokes.at(-1)?.addEventListener("finish", cgan.written);
  },

  // All is written, or a click skips the rest.
  written() {
    cgan.strokes?.forEach((stroke) => stroke.cancel());
    cgan.strokes = [];
    document.querySelector("#paper .writing")?.classList.remove("writing");
  },
});
