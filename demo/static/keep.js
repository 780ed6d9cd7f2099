// Something to keep: files, the number as a picture in the clipboard or in the phone's share sheet, and
// on paper.
Object.assign(cgan, {
  // The files that are on their way, by the number of the press that asked for them. Meanwhile, a
  // visitor may go on, and ask for others.
  files: new Map(),
  presses: 0,
  requests: 0, // for them that have no answer yet

  // What a button sends when it is pressed: the values of `ids`, of which the first is that number.
  press(button, ids) {
    const asked = cgan.given(ids, button);
    // Pressed twice, it is the same file: one of them is enough.
    const same = [...cgan.files].find(([, file]) => file.asked === asked);
    const press = same?.[0] ?? String(++cgan.presses);
    cgan.requests += 1;
    cgan.files.set(press, { asked, button, ids, waiting: cgan.keep_picture });
    return cgan.given(ids, press);
  },

  // An answer to a press: the file goes to `use`. What is said instead of one is returned, unless
  // something has changed since: then it would stand beside what it isn't about.
  takeFile(text, use) {
    const { press, problem, ...file } = JSON.parse(text);
    const { asked, button, ids, waiting } = cgan.files.get(press) ?? {};
    const taken = cgan.files.delete(press);
    if (taken) use(problem ? null : file, waiting);
    cgan.fileEnded();
    return taken && problem && cgan.given(ids, button) === asked ? problem : undefined;
  },

  // A request has its answer, or is lost; nobody is told which one that was. Once none is on its way, what
  // hasn't come never will.
  fileEnded() {
    cgan.requests -= 1;
    if (cgan.requests) return;
    for (const { waiting } of cgan.files.values()) waiting?.reject(new Error("the server doesn't answer"));
    cgan.files.clear();
  },

  save(text) {
    return cgan.takeFile(text, (file) => {
      if (!file) return;
      const anchor = document.createElement("a");
      anchor.href = file.address;
      anchor.download = file.name;
      anchor.click();
    });
  },

  keep_picture: null, // where the picture is awaited

  listenToKeep() {
    const told = () => document.querySelector("#said p");
    const clear = () => (told().textContent = "");
    const awaited = () =>
      new Promise((resolve, reject) => {
        cgan.keep_picture?.reject(new Error("another one is asked for"));
        cgan.keep_picture = { resolve, reject };
      });
    // In the click itself: browsers let nobody write to the clipboard later.
    document.querySelector("#copy-picture").addEventListener("click", async () => {
      clear();
      const blob = awaited().then((picture) => picture.blob);
      try {
        await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
        told().textContent = told().dataset.pictureCopied;
      } catch {
        const notCopied = () => (told().textContent = told().dataset.pictureNotCopied);
        blob.then(notCopied, () => {}); // why there is no picture is said beside the number
      }
    });
    document.querySelector("#share").addEventListener("click", async () => {
      clear();
      const picture = await awaited().catch(() => null); // why there is none is said beside the number
      if (!picture) return;
      const { name, blob } = picture;
      try {
        await navigator.share({ files: [new File([blob], name, { type: blob.type })] });
      } catch (error) {
        if (error.name !== "AbortError") told().textContent = told().dataset.pictureNotShared;
      }
    });
    const probe = new File([""], "number.png", { type: "image/png" });
    if (navigator.canShare?.({ files: [probe] })) document.documentElement.dataset.share = "true";
    addEventListener("beforeprint", cgan.fitToPaper);
  },

  // The picture that a button asked for goes to the press that waits for it.
  deliver(text) {
    return cgan.takeFile(text, (file, waiting) => {
      if (!file) return waiting?.reject(new Error("there is no picture"));
      const bytes = Uint8Array.from(atob(file.address.split(",")[1]), (one) => one.charCodeAt(0));
      waiting?.resolve({ name: file.name, blob: new Blob([bytes], { type: "image/png" }) });
    });
  },

  // The height of a line on paper: the largest with which the number fits on a page, of whatever
  // size, in one line, in two, and so on.
  fitToPaper() {
    const sheet = document.querySelector("#paper .sheet");
    // A glyph's width for each unit of its height, which is 32; digits in even cells are square.
    const width = (one, usual) => Number(one?.style.getPropertyValue("--width") || usual) / 32;
    const groups = [...sheet.querySelectorAll(".group")].map((group) =>
      [...group.children].map((one) => width(one, 32)));
    const gap = width(sheet.querySelector(".gap"), 16);
    const sum = (list) => list.reduce((total, one) => total + one, 0);
    const pieces = groups.length > 1 ? groups.map(sum) : groups[0];
    const between = groups.length > 1 ? gap : 0;
    // The least width for each number of lines. It is that of some neighbours in one line.
    const widths = pieces.flatMap((_, first) =>
      pieces.slice(first).map((_, more) => sum(pieces.slice(first, first + more + 1)) + between * more));
    const narrowest = new Map();
    for (const room of widths.filter((one) => one >= Math.max(...pieces))) {
      const filled = [];
      for (const piece of pieces) {
        if (filled.length && filled.at(-1) + between + piece <= room + 0.001) {
          filled[filled.length - 1] += between + piece;
        } else filled.push(piece);
      }
      const widest = Math.max(...filled);
      if (!(widest >= narrowest.get(filled.length))) narrowest.set(filled.length, widest);
    }
    const heights = [...narrowest].map(([lines, widest]) =>
      `min(97vw / ${widest.toFixed(3)}, 94vh / ${lines})`);
    sheet.style.setProperty("--on-paper", `max(0px, ${heights.join(", ")})`);
  },
});
