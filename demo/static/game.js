// "Which one is real?": the score is kept here alone, for as long as the page is open.
Object.assign(cgan, {
  // The round that is to be shown and, after a dot, what the visitor chose; at first the one before a
  // reload, or a new one.
  roundShown() {
    return (cgan.round ??= cgan.place.round || String(cgan.newRound()));
  },

  newRound() {
    return Math.floor(Math.random() * (cgan.shared.rounds + 1));
  },

  game(element, trigger, watch) {
    const score = { right: 0, played: 0 };
    const chosen = new Set(); // rounds whose answer isn't there yet
    let waiting = false; // for what a click brings
    const tell = () => {
      const { said, right } = element.querySelector(".game")?.dataset ?? {};
      const verdict = document.querySelector("#game-result .verdict");
      const line = document.querySelector("#game-result .score");
      verdict.textContent = said ?? "";
      verdict.dataset.right = right ?? "";
      line.textContent = score.played
        ? line.dataset.score.replace("{right}", score.right).replace("{played}", score.played)
        : "";
    };
    element.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      waiting = true;
      const { round } = element.querySelector(".game").dataset;
      const [wanted, place] = cgan.round.split(".");
      // Pressed again before the answer: the first choice counts, and the next round stays what it is.
      // It is asked for again, since the question may have got lost.
      if (wanted === round && button.matches(".next")) cgan.round = String(cgan.newRound());
      else if (wanted === round && place === undefined) {
        cgan.round += `.${button.dataset.place}`;
        chosen.add(round);
      }
      trigger("click");
    });
    watch("value", () => {
      const { round, right } = element.querySelector(".game")?.dataset ?? {};
      if (right && chosen.delete(round)) {
        score.played += 1;
        score.right += right === "true";
      }
      tell();
      // What was clicked is gone: the keyboard continues from what took its place.
      if (waiting) element.querySelector("button")?.focus();
      waiting = false;
    });
    // Another language brings new sentences.
    new MutationObserver(() => {
      if (!document.querySelector("#game-result .score").textContent && score.played) tell();
    }).observe(document.querySelector("#game-result"), { childList: true, subtree: true });
  },
});
