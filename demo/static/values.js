// What the controls are set to, as Gradio tells of each change. Events take from here what they send:
// Gradio would gather it control by control, which takes longer than the server needs to draw.
Object.assign(cgan, {
  // Controls of other tabs that follow the first tab, whose new values Gradio doesn't have yet.
  moved: new Set(),

  // What followers were given, by their numbers, until Gradio tells of it: the oldest first.
  told: new Map(),

  // By the numbers of Gradio's components; at first what the page begins with.
  values() {
    return (cgan.all ??= new Map(window.gradio_config.components.map(({ id, props }) => [id, props.value])));
  },

  // What an event sends: the values of these components, as one text.
  given(ids, first) {
    const values = ids.map((id) => cgan.values().get(id) ?? null);
    if (first !== undefined) values[0] = first;
    return JSON.stringify(values);
  },

  // The controls that the visitor has changed since the last link, or step through the history, was
  // asked for; and the values of links, steps and reloads that Gradio hasn't told of yet.
  changed: new Set(),
  brought: new Map(),

  // The values that the server has found for the controls `ids`. What was changed before its answer is
  // newer, and stays.
  restored(text, ids) {
    return JSON.parse(text).map((value, place) => {
      const id = ids[place];
      if (value === null || cgan.changed.has(id)) return undefined;
      if (!Object.is(cgan.values().get(id), value)) cgan.brought.set(id, value);
      return value;
    });
  },

  // A control has a new value: `drawn` says which pictures are drawn with it, and whether they are
  // though their tab is hidden; `followers`, by a setting's name, which controls follow it.
  set(id, value, drawn, followers) {
    if (cgan.overtaken(id, value)) return;
    cgan.moved.delete(id);
    if (Object.is(cgan.values().get(id), value)) return;
    if (!Object.is(cgan.brought.get(id), value)) cgan.changed.add(id);
    cgan.brought.delete(id);
    cgan.values().set(id, value);
    for (const [name, ids] of Object.entries(followers)) cgan.follow(name, value, ids);
    for (const [name, hidden] of Object.entries(drawn)) if (hidden || cgan.tab() === name) cgan.draw(name);
    cgan.keep();
  },

  // The changes of one moment ask for one picture: a link or a cell of the grid brings several.
  asked: new Set(),
  draw(name) {
    if (name === "write") {
      cgan.wanted += 1;
      cgan.onItsWay = true;
    }
    if (cgan.asked.has(name)) return;
    cgan.asked.add(name);
    setTimeout(() => {
      cgan.asked.delete(name);
      document.querySelector(`#draw-${name}`).click();
    });
  },

  // Another number of as many digits: these backwards; or others, where that would be the same.
  other(digits) {
    const number = digits.join("");
    const backwards = [...digits].reverse().join("");
    if (backwards !== number || !/^\d+$/.test(number)) return backwards;
    return digits.map((digit) => (Number(digit) + 5) % 10).join("");
  },

  // The other tabs start with the number and the hand of the first one, until the visitor changes
  // them there. A number to end with has as many digits.
  led: {},
  follow(name, given, ids) {
    if (given == null) return; // the box of a number is empty
    const digits = () => (given ?? "").match(/\p{Nd}/gu) ?? [];
    const value = name === "end" ? cgan.other(digits()) : given;
    const led = (cgan.led[name] ??= cgan.shared[name]);
    cgan.led[name] = value;
    for (const id of ids) {
      if (cgan.values().get(id) !== led || value === led) continue;
      cgan.values().set(id, value);
      cgan.moved.add(id);
    }
    if (!cgan.moved.size) return;
    clearTimeout(cgan.moving); // nobody sees them yet
    cgan.moving = setTimeout(() => document.querySelector("#move-followers").click(), 200);
  },

  // The new values of those that have one.
  followers(ids) {
    const values = ids.map((id) => (cgan.moved.has(id) ? cgan.values().get(id) : undefined));
    for (const id of cgan.moved) cgan.told.set(id, [...(cgan.told.get(id) ?? []), cgan.values().get(id)]);
    cgan.moved.clear();
    return values;
  },

  // Gradio tells a moment later of a value that a follower was given: a newer one may be on its way.
  overtaken(id, value) {
    const given = cgan.told.get(id) ?? [];
    const place = given.indexOf(value);
    const newer = place < 0 ? [] : given.slice(place + 1);
    cgan.told.set(id, newer);
    return place >= 0 && (newer.length > 0 || cgan.moved.has(id));
  },

  // What the controls are set to, for as long as this tab is open: it survives a reload.
  keep() {
    cgan.keepsLate = !cgan.kept;
    if (cgan.keepsLate) return;
    const values = cgan.kept.ids.map((id) => cgan.values().get(id) ?? null);
    cgan.remember("cgan-settings", JSON.stringify([cgan.kept.version, values]));
    cgan.keepTyped(values);
  },
});
