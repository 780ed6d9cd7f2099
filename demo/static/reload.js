// What a reload keeps besides the settings: how far the page is scrolled, which sections are open, the
// round of the game, and what becomes of the address when a number is drawn that was on its way. Gradio
// reloads the page by itself once a server that was gone answers again.
Object.assign(cgan, {
  place: {}, // what was kept: { y, open, round, next }

  keepPlace() {
    addEventListener("pagehide", () => {
      if (!cgan.kept) return; // the page wasn't ready: what was kept before stays
      const open = cgan.sections().map(cgan.isOpen);
      const round = cgan.round ?? cgan.place.round;
      const next = cgan.isUndrawn() ? cgan.next : null;
      cgan.remember("cgan-place", JSON.stringify({ y: scrollY, open, round, next }));
    });
  },

  // The tab is shown again: open its sections, and scroll there.
  returnToPlace() {
    const { y, open } = cgan.place;
    cgan.sections().forEach((section, index) => {
      if (open?.[index] && !cgan.isOpen(section)) section.click();
    });
    if (y > 0) cgan.scrollBack(y);
  },

  // The page grows while it is drawn: try until it is long enough, or the visitor does something.
  scrollBack(y) {
    const end = performance.now() + 5000;
    let stopped = false;
    for (const event of ["wheel", "pointerdown", "keydown"]) {
      addEventListener(event, () => (stopped = true), { once: true, capture: true });
    }
    const scroll = () => {
      if (stopped) return;
      scrollTo(0, y);
      if (Math.abs(scrollY - y) > 1 && performance.now() < end) requestAnimationFrame(scroll);
    };
    scroll();
  },
});
