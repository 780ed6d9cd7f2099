// A hand of one's own: strokes on a board, the digits of the hand so far, and photographs of some.
// Everything that a visitor draws is in this page alone, and for as long as its tab is open in the
// browser's storage; each question to the server has all of it.
cgan.hand = (element, trigger, watch) => {
  const PEN = 62; // width of the pen, as wide as MNIST's are
  const STEP = 7; // points that are nearer to each other are left out
  const {
    side: SIDE, // of the board, in its own units
    digits: MOST_DIGITS, strokes: MOST_STROKES, points: MOST_POINTS, bytes: MOST_BYTES, pixels: MOST_PIXELS,
  } = cgan.shared.hand;
  const SIDES = [1400, 1200, 1000, 800, 600]; // of a photo that is sent, in pixels
  // A stroke is a list of points, with null between its pieces where it left the board. `waiting` are
  // drawings to keep that the server hasn't seen yet, the oldest first; `answered` is the version that the
  // answer is to; `writes` is whether the hand is to be written with after the answer to this version;
  // `again` is whether the hand is made again since it couldn't be used.
  const state = {
    strokes: [], digit: null, waiting: [], kept: [],
    version: 0, answered: 0, answer: {}, writes: false, again: false,
    pointer: null, kind: "", // of the pointer that draws: "mouse", "touch" or "pen"
    before: 0, outside: false, // how many strokes there were before it, and whether it is off the board
  };
  const part = (name) => element.querySelector(name);
  const desk = () => part(".own");

  // --- The board
  const draw = (stroke, from = 0, ink = part(".board .ink")) => {
    for (let index = from; index < stroke.length; index++) {
      if (!stroke[index]) continue;
      const [x, y, width] = stroke[index];
      const [beforeX, beforeY] = stroke[index - 1] ?? stroke[index];
      const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
      const places = { x1: beforeX, y1: beforeY, x2: x, y2: y, "stroke-width": width };
      for (const [name, value] of Object.entries(places)) line.setAttribute(name, value);
      ink.append(line);
    }
  };
  // What the server is sent.
  const pieces = (strokes) =>
    strokes.flatMap((stroke) => {
      const found = [[]];
      for (const point of stroke) {
        if (point) found.at(-1).push(point);
        else found.push([]);
      }
      return found;
    });
  const add = (event) => {
    const box = part(".board").getBoundingClientRect();
    const x = Math.round(((event.clientX - box.left) / box.width) * SIDE);
    const y = Math.round(((event.clientY - box.top) / box.height) * SIDE);
    if (state.strokes.reduce((sum, { length }) => sum + length, 0) >= MOST_POINTS) return;
    // Outside of the board there is no ink; where the pointer comes back, another piece begins.
    const inside = Math.min(x, y) >= 0 && Math.max(x, y) <= SIDE;
    const stroke = state.strokes.at(-1);
    if (inside && state.outside && stroke.length) {
      if (pieces(state.strokes).length >= MOST_STROKES) return;
      stroke.push(null);
    }
    state.outside = !inside;
    if (!inside) return;
    const [lastX, lastY] = stroke.at(-1) ?? [-SIDE, -SIDE];
    if (Math.hypot(x - lastX, y - lastY) < STEP) return;
    // A mouse has no pressure, and fingers have none that means anything.
    const pressed = event.pointerType === "pen" && event.pressure > 0 ? event.pressure : 0.5;
    stroke.push([x, y, Math.round(PEN * (0.5 + pressed))]);
    draw(stroke, stroke.length - 1);
  };
  const drawAll = () => {
    part(".board .ink").replaceChildren();
    state.strokes.forEach((stroke) => draw(stroke));
  };
  // A stroke that was none: the browser took the touch for a gesture, or it was the hand with the pen.
  const drop = () => {
    state.pointer = null;
    state.strokes.length = state.before;
    drawAll();
    ask();
  };
  element.addEventListener("pointerdown", (event) => {
    const board = event.target.closest(".board");
    if (!board || event.button !== 0 || !event.isPrimary) return;
    if (state.pointer !== null && state.kind === "pen" && event.pointerType === "touch") return;
    if (state.pointer !== null && state.kind === "touch" && event.pointerType === "pen") drop();
    if (pieces(state.strokes).length >= MOST_STROKES) return;
    event.preventDefault();
    state.writes = false; // this stroke belongs to the digit, too
    board.setPointerCapture(event.pointerId);
    state.pointer = event.pointerId;
    state.kind = event.pointerType;
    state.before = state.strokes.length;
    state.strokes.push([]);
    add(event);
    desk().dataset.drawn = "true";
  });
  // A finger that is lifted while it moves would begin to scroll, and the next tap would stop that
  // instead of pressing a button.
  element.addEventListener("touchstart", (event) => {
    if (event.target.closest(".board")) event.preventDefault();
  }, { passive: false });
  element.addEventListener("pointermove", (event) => {
    if (event.pointerId !== state.pointer) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const one of all.length ? all : [event]) add(one);
  });
  element.addEventListener("pointerup", (event) => {
    if (event.pointerId !== state.pointer) return;
    state.pointer = null;
    ask();
  });
  element.addEventListener("pointercancel", (event) => {
    if (event.pointerId === state.pointer) drop();
  });

  // --- What is shown
  const full = () => state.kept.length + state.waiting.length >= MOST_DIGITS;
  const glyph = (place, path) => {
    place.innerHTML = '<svg viewBox="0 0 32 32" aria-hidden="true"><path/></svg>';
    place.querySelector("path").setAttribute("d", path ?? "");
  };
  const sentence = (name, values) =>
    Object.entries(values).reduce(
      (text, [key, value]) => text.replace(`{${key}}`, value),
      desk().dataset[name],
    );
  const say = (place, text, bad = false) => {
    const line = part(place);
    if (line.textContent !== text) line.textContent = text;
    line.classList.toggle("bad", bad);
  };
  const show = () => {
    const { answer, strokes, kept, waiting } = state;
    const drawn = strokes.length > 0;
    desk().dataset.drawn = String(drawn);
    if (drawn || kept.length || waiting.length) desk().dataset.begun = "true"; // and stays so, or the page would jump
    const read = drawn ? answer.read : null;
    for (const radio of element.querySelectorAll(".own-digits input")) {
      radio.checked = Number(radio.value) === (state.digit ?? read ?? -1);
    }
    glyph(part(".seen"), drawn ? answer.seen : "");
    glyph(part(".again"), drawn ? answer.again : "");
    element.querySelectorAll(".own-all .glyph").forEach((place, digit) => {
      glyph(place, answer.all?.[digit]);
      const own = kept.some((one) => one.digit === digit) ||
        (drawn && answer.current?.digit === digit);
      place.classList.toggle("mine", own);
    });
    part(".own-undo").disabled = part(".own-clear").disabled = !drawn;
    const known = state.answered === state.version;
    part(".own-keep").disabled = !drawn || full() || (known && !answer.current);
    part(".own-write").disabled = known ? !answer.hand : !drawn && !kept.length && !waiting.length;
    cgan.ownHand.text = answer.hand ?? "";
    const name = state.digit === null ? "read" : "chosen";
    const digit = state.digit ?? read;
    const isKnown = drawn && digit !== null && digit !== undefined;
    const told = full() && drawn ? desk().dataset.full : isKnown ? sentence(name, { digit }) : "";
    say(".own-said", answer.error ?? told, Boolean(answer.error));
  };
  const list = () => {
    const place = part(".own-list ul");
    place.replaceChildren(...state.kept.map((one, index) => {
      const item = document.createElement("li");
      const options = [..."0123456789"].map((digit) => `<option>${digit}</option>`).join("");
      item.innerHTML = `<span class="glyph"></span><select>${options}</select>` +
        '<button type="button">×</button>';
      glyph(item.querySelector(".glyph"), one.seen);
      const [choice, button] = [item.querySelector("select"), item.querySelector("button")];
      choice.value = String(one.digit);
      choice.ariaLabel = sentence("which", { position: index + 1 });
      button.ariaLabel = button.title = sentence("leaveOut", { position: index + 1 });
      choice.addEventListener("change", () => {
        one.digit = Number(choice.value);
        ask();
      });
      button.addEventListener("click", () => {
        state.kept.splice(index, 1);
        list();
        ask();
        const buttons = place.querySelectorAll("button");
        (buttons[Math.min(index, buttons.length - 1)] ?? part("[type=file]")).focus();
      });
      return item;
    }));
    for (const { strokes } of state.waiting) {
      const item = document.createElement("li");
      item.innerHTML = '<span class="glyph"><svg aria-hidden="true"><g class="ink"/></svg></span>';
      item.querySelector("svg").setAttribute("viewBox", `0 0 ${SIDE} ${SIDE}`);
      strokes.forEach((stroke) => draw(stroke, 0, item.querySelector(".ink")));
      place.append(item);
    }
    const count = state.kept.length + state.waiting.length;
    part(".own-list .none").hidden = count > 0;
    part(".own-remove").hidden = count < 2;
  };

  // --- The server
  const ask = () => {
    state.version += 1;
    state.writes = false;
    const { strokes, digit, waiting, kept } = state;
    cgan.remember("cgan-drawn", JSON.stringify({ strokes, digit, waiting, kept }));
    if (strokes.length || waiting.length || kept.length) trigger("click");
    else [state.answer, state.answered] = [{}, state.version];
    show();
  };
  // A disabled button loses the focus.
  const refocus = (button) => {
    if (button.disabled) part(".own-digits input").focus();
  };
  // What is known of the hand, but of no drawing: it has left the board.
  const ofHand = ({ hand, all }) => ({ hand, all });
  // The board is free for the next digit at once, however long the server takes.
  const keep = () => {
    const { answer, strokes, digit } = state;
    if (state.answered === state.version) state.kept.push(answer.current);
    else state.waiting.push({ strokes, digit });
    state.answer = ofHand(answer);
    list();
    clear();
  };
  // The answer to the drawing that has waited longest. One that is no digit comes back to the board.
  const keepWaiting = (answer) => {
    const { strokes, digit } = state.waiting.shift();
    if (answer.current) {
      state.kept.push(answer.current);
      state.answer = ofHand(answer);
    } else {
      state.strokes = [...strokes, ...state.strokes];
      state.before += strokes.length;
      state.digit ??= digit;
      drawAll();
    }
    list();
    const { writes } = state;
    if (state.pointer === null) ask();
    else state.version += 1; // the end of the stroke asks
    state.writes = writes;
  };
  const clear = () => {
    state.pointer = null; // a key may have pressed the button while a stroke is drawn: it ends
    state.strokes = [];
    state.digit = null;
    part(".board .ink").replaceChildren();
    ask();
  };
  // It takes the answer to all that is drawn.
  const write = () => {
    if (state.answered === state.version) return trigger("submit");
    if (state.writes) trigger("click"); // pressed again: the question may have got lost
    state.writes = true;
  };
  // What was drawn before the page was loaded again.
  const restore = () => {
    const before = cgan.recallJson("cgan-drawn");
    const { strokes, kept, digit, waiting } = before ?? {};
    if (!Array.isArray(strokes) || !Array.isArray(kept)) return;
    const right = (stroke) => Array.isArray(stroke) && stroke.every((point) => point === null || point?.length === 3);
    state.strokes = strokes.filter(right);
    if (Array.isArray(waiting)) {
      state.waiting = waiting.filter((one) => one?.strokes?.length && one.strokes.every(right));
    }
    state.kept = kept.filter((one) => one?.ink && Number.isInteger(one.digit));
    state.digit = Number.isInteger(digit) ? digit : null;
  };
  cgan.ownHand = {
    text: "",
    photo: () => (photoSent = photos[0] ?? ""),
    question() {
      const { strokes, digit } = state.waiting[0] ?? state;
      return JSON.stringify({
        version: state.version,
        digits: state.kept.map((one) => ({ ink: one.ink, digit: one.digit })),
        strokes: strokes.length ? pieces(strokes) : null,
        digit,
      });
    },
    take(text) {
      const answer = JSON.parse(text);
      if (answer.found) nextPhoto();
      if (answer.found && answer.error) {
        say(".photo-said", answer.error, true);
      } else if (answer.found) {
        const count = answer.found.length;
        const taken = Math.min(count, MOST_DIGITS - state.kept.length - state.waiting.length);
        state.kept.push(...answer.found.slice(0, taken));
        list();
        const name = !taken ? "full" : taken < count ? "tooMany" : count === 1 ? "foundOne" : "found";
        const said = [sentence(name, { count, taken })];
        if (answer.turned) said.push(sentence("turned", { degrees: answer.turned }));
        if (answer.reordered) said.push(sentence("reordered", {}));
        // Chinese has no space after a full stop.
        say(".photo-said", said.join(said[0].endsWith("。") ? "" : " "));
        ask();
      } else if (answer.version === state.version) {
        state.answered = state.version;
        if (state.waiting.length) return keepWaiting(answer);
        const { writes } = state;
        [state.answer, state.writes] = [answer, false];
        show();
        if (writes && answer.hand) write();
      }
    },
    // The server doesn't answer, or this page follows one that was left before the answer.
    photoLost() {
      if (cgan.recall("cgan-photo")) say(".photo-said", desk().dataset.photoLost, true);
      photos = [];
    },
    // The first tab has the hand; or the server has other weights since it was made.
    written(text) {
      const { error } = JSON.parse(text);
      const first = !state.again;
      state.again = Boolean(error) && first;
      if (!error) return cgan.focusTab();
      if (first) {
        ask();
        state.writes = true;
      } else {
        state.answer = { error };
        show();
      }
    },
    // Another language was chosen: what is said of the drawing is to be in it.
    translate() {
      const { writes, answered, version, answer } = state;
      if (answered === version && !answer.error) return;
      ask();
      state.writes = writes;
    },
    // The page is ready, or other weights were chosen: ask about what was there before.
    begin() {
      if (state.strokes.length || state.waiting.length || state.kept.length) ask();
    },
  };

  // --- Photographs: made small here, since a request holds little, and so that less is sent.
  const base64 = async (blob) => {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text);
  };
  const smaller = async (file) => {
    const image = await createImageBitmap(file);
    const small = file.size <= MOST_BYTES && image.width * image.height <= MOST_PIXELS;
    if (small && /^image\/(jpeg|png|webp)$/.test(file.type)) return file;
    for (const side of SIDES) {
      const factor = Math.min(1, side / Math.max(image.width, image.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.max(1, Math.round(image.width * factor));
      canvas.height = Math.max(1, Math.round(image.height * factor));
      const context = canvas.getContext("2d");
      context.fillStyle = "#fff"; // what is transparent is paper
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.drawImage(image, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
      if (blob && blob.size <= MOST_BYTES) return blob;
    }
    throw new Error("too large");
  };
  // One after the other: the next one may be chosen before the server has answered.
  let photos = [];
  let photoSent = "";
  const nextPhoto = () => {
    if (photos[0] === photoSent) {
      photos.shift();
      if (photos.length) trigger("upload");
    }
    if (!photos.length) cgan.remember("cgan-photo", "");
  };
  const send = async (input) => {
    const [file] = input.files;
    if (!file) return;
    say(".photo-said", desk().dataset.reading);
    try {
      photos.push(await base64(await smaller(file)));
      cgan.remember("cgan-photo", "awaited"); // the photo itself isn't kept
      if (photos.length === 1) trigger("upload");
    } catch {
      say(".photo-said", desk().dataset.unreadable, true);
    }
    input.value = ""; // the same photo may be chosen again
  };

  element.addEventListener("change", (event) => {
    if (event.target.matches("[type=file]")) send(event.target);
    if (!event.target.matches("[type=radio]")) return;
    state.digit = Number(event.target.value);
    ask();
  });
  element.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.matches(".own-undo")) {
      state.pointer = null;
      state.strokes.pop();
      drawAll();
      if (state.strokes.length) ask();
      else clear();
    }
    if (button.matches(".own-clear")) clear();
    if (button.matches(".own-remove")) {
      [state.kept, state.waiting] = [[], []];
      list();
      say(".photo-said", "");
      ask();
      part("[type=file]").focus();
    }
    if (button.matches(".own-keep")) keep();
    if (button.matches(".own-write")) write();
    refocus(button);
  });
  const all = () => {
    drawAll();
    list();
    show();
  };
  watch("value", all); // the page's language has changed
  restore();
  all();
  cgan.ownHand.photoLost();
  cgan.remember("cgan-photo", "");
  if (document.documentElement.dataset.ready === "true") cgan.ownHand.begin();
};

// Above the number: whose hand it is, and the way back to the page's own.
cgan.leaveHand = (element, trigger) => {
  element.addEventListener("click", (event) => {
    if (!event.target.closest("button")) return;
    document.querySelector(".number :is(textarea, input)").focus();
    trigger("click");
  });
};
