// What Gradio's HTML lacks for keyboards and screen readers. Its names are in demo/compat.py.
Object.assign(cgan, {
  // Changes of the page come many at a time.
  repairSoon() {
    cgan.repairing ??= setTimeout(() => {
      cgan.repairing = null;
      cgan.repair();
    }, 50);
  },

  // An attribute that is written anew costs the browser a new layout, though it stays the same.
  put(element, name, value) {
    if (element[name] !== value) element[name] = value;
  },

  // The heads of what opens and closes.
  sections() {
    return [...document.querySelectorAll("button.label-wrap")];
  },

  isOpen(section) {
    return section.nextElementSibling?.style.display !== "none";
  },

  choices: 0,

  // After each change of the page: Gradio makes its elements anew.
  repair() {
    cgan.relabel();
    // Radio buttons of one choice have one name, so that arrow keys move between them.
    for (const choice of document.querySelectorAll("fieldset")) {
      // Once given, it stays: the one that is checked would lose that to another choice of its name.
      choice.dataset.choice ??= cgan.choices++;
      const name = `choice-${choice.dataset.choice}`;
      for (const radio of choice.querySelectorAll("input[type=radio]")) cgan.put(radio, "name", name);
      const label = choice.querySelector("[data-testid=block-info]")?.textContent.trim() ?? null;
      cgan.put(choice, "ariaLabel", label);
    }
    for (const button of cgan.sections()) {
      cgan.put(button, "ariaExpanded", String(cgan.isOpen(button)));
    }
    // One Tab stop for all tabs.
    for (const tab of document.querySelectorAll("[role=tab]")) {
      cgan.put(tab, "tabIndex", tab.ariaSelected === "true" ? 0 : -1);
    }
  },

  // Gradio labels a slider's parts in English: "number input for", "range slider for", "Reset".
  relabel() {
    const { reset } = document.querySelector("#trouble p").dataset;
    for (const button of document.querySelectorAll(".reset-button")) cgan.put(button, "ariaLabel", reset);
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
