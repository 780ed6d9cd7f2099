// What Gradio's HTML lacks for keyboards and screen readers. Its names are in demo/compat.py.
Object.assign(cgan, {
  // After each change of the page: Gradio makes its elements anew.
  repair() {
    cgan.relabel();
    // Radio buttons of one choice have one name, so that arrow keys move between them.
    document.querySelectorAll("fieldset").forEach((choice, index) => {
      for (const radio of choice.querySelectorAll("input[type=radio]")) radio.name = `choice-${index}`;
      choice.ariaLabel = choice.querySelector("[data-testid=block-info]")?.textContent.trim() ?? null;
    });
    for (const button of document.querySelectorAll("button.label-wrap")) {
      button.ariaExpanded = String(button.nextElementSibling?.style.display !== "none");
    }
    // One Tab stop for all tabs.
    for (const tab of document.querySelectorAll("[role=tab]")) {
      tab.tabIndex = tab.ariaSelected === "true" ? 0 : -1;
    }
  },

  // Gradio labels a slider's parts in English: "number input for", "range slider for", "Reset".
  relabel() {
    const { reset } = document.querySelector("#trouble p").dataset;
    for (const button of document.querySelectorAll(".reset-button")) button.ariaLabel = reset;
    for (const input of document.querySelectorAll("input[aria-label*=' for ']")) {
      input.ariaLabel = input.ariaLabel.split(" for ")[1]; // the roles tell them apart
    }
  },

  // Arrow keys, Home and End move between the tabs.
  walkTabs(event) {
    const tab = event.target.closest?.("[role=tab]");
    if (!tab) return;
    const tabs = [...tab.parentElement.querySelectorAll("[role=tab]")];
    const at = tabs.indexOf(tab);
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    tabs.at(next % tabs.length).focus();
    document.activeElement.click();
  },

  // Of a picture whose label is beside it; one on another tab is not heard.
  announceIn(element) {
    const picture = element.querySelector("[role=img], [role=group]");
    if (picture?.checkVisibility()) cgan.announce(picture.ariaLabel);
  },

  // Screen readers are told of a new picture, once the visitor pauses.
  announce(text) {
    clearTimeout(cgan.pause);
    cgan.pause = setTimeout(() => {
      document.querySelector("[data-announced]").textContent = text;
    }, 700);
  },
});
