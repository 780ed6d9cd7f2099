// "Which one is real?": the score is kept here alone, for as long as the page is open.
Object.assign(cgan, {
  // The round that is shown, by its hidden component; at first the one before a reload, or a new one.
  roundShown(id) {
    cgan.roundId = id;
    return cgan.values().get(id) || cgan.place.round || String(cgan.newRound());
  },

  newRound() {
    return Math.floor(Math.random() * (cgan.shared.rounds + 1));
  },

  game(element, trigger, watch) {
    const score = { right: 0, played: 0 };
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
      const next = button.matches(".next");
      trigger("click", {
        round: next ? cgan.newRound() : Number(button.closest(".game").dataset.round),
        place: next ? null : Number(button.dataset.place),
      });
    });
    watch("value", () => {
      const { right } = element.querySelector(".game")?.dataset ?? {};
      if (waiting && right) {
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
