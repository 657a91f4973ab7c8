// The page: choices become settings for the darkroom and a command for people.

const $ = (id) => document.getElementById(id);
const TABLES = JSON.parse($("tables").textContent);
const { matrices: PACKED, palettes: PALETTES, ...LIGHT_TABLES } = TABLES;
const FIRST_SAMPLE = "dusk.png";
const MATRIX_TITLES = {
    "blue-64x64": "Blue noise 64×64", "blue-128x128": "Blue noise 128×128", "blue-256x256": "Blue noise 256×256",
    "blue-32x32": "Blue noise 32×32", "blue-16x16": "Blue noise 16×16", "blue-60x68": "Blue noise 60×68",
    "blue-64x64-rgb": "Blue noise per channel", "blue-64x64-levels-4": "Blue noise for 4 levels", "blue-64x64-levels-16": "Blue noise for 16 levels",
    "bayer-2x2": "Bayer 2×2", "bayer-4x4": "Bayer 4×4", "bayer-8x8": "Bayer 8×8", "bayer-16x16": "Bayer 16×16",
    "dots-6x6": "Halftone dots 6×6", "dots-8x8": "Halftone dots 8×8", "dots-12x12": "Halftone dots 12×12", "playstation-4x4": "PlayStation 4×4",
    "gradient-noise-128x128": "Gradient noise", "r2-128x128": "R2 sequence", "white-64x64": "White noise",
};
const KERNEL_TITLES = {
    "floyd-steinberg": "Floyd–Steinberg", "false-floyd-steinberg": "False Floyd–Steinberg", "jarvis-judice-ninke": "Jarvis, Judice, Ninke",
    stucki: "Stucki", burkes: "Burkes", sierra: "Sierra", "sierra-two-row": "Sierra, two rows", "sierra-lite": "Sierra lite", atkinson: "Atkinson",
    "simple-2d": "Simple", "stevenson-arce": "Stevenson, Arce",
};
const CHANNEL_MATRIX = "blue-64x64-rgb";

const FIRST_LOOK = "PICO-8";
const choices = { ...PLAIN };
const opened = { name: "", decoded: null, onDisk: false, file: null };
const loadedMatrices = new Map();
const view = new View($("view"));
const editor = new PaletteEditor(
    { swatches: $("swatches"), color: $("color"), hex: $("hex"), remove: $("remove-color") },
    (colors) => choose({ paletteName: nameOfColors(colors), colors, mix: usualMix(colors) }),
);

// The darkroom works in a thread of its own, where the browser allows that.
const darkroom = (() => {
    let receive = () => {};
    let waiting = null;
    let busy = false;
    let send;
    let last;
    let answered = false;
    const answer = (data) => {
        answered = true;
        busy = false;
        const next = waiting;
        waiting = null;
        if (next) post(next());
        receive(data);
    };
    const inWindow = () => {
        const own = new Darkroom();
        send = (message) => setTimeout(() => answer(own.answer(message)));
    };
    try {
        const source = ["arithmetic", "worker"].map((id) => $(id).textContent).join("\n");
        const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
        worker.onmessage = ({ data }) => answer(data);
        worker.onerror = () => {
            if (answered) return;
            inWindow();
            send(last);
        };
        send = (message) => worker.postMessage(message);
    } catch {
        inWindow();
    }
    const post = (message) => {
        busy = true;
        last = message;
        send(last);
    };
    return {
        // While one job is done only the last of the next ones waits.
        ask(message) {
            if (busy) waiting = message;
            else post(message());
        },
        get busy() {
            return busy;
        },
        set onAnswer(handler) {
            receive = handler;
        },
    };
})();

const sent = { tables: false, picture: null, settings: "", side: 0 };

function settingsOf() {
    const palette = choices.target === "palette";
    return {
        ...choices,
        gray: choices.gray && !palette,
        colors: palette ? choices.colors.map(codesOf) : null,
        saturation: choices.gray && !palette ? 1 : choices.saturation,
    };
}

function matrixOfChoice() {
    return loadedMatrices.get(choices.matrix) ?? unpackedMatrix(PACKED[choices.matrix]);
}

// What the darkroom does not know yet.
function message() {
    const settings = settingsOf();
    const told = {};
    if (!sent.tables) told.tables = LIGHT_TABLES;
    if (sent.picture !== opened.decoded) told.picture = opened.decoded.picture;
    const key = JSON.stringify([settings, opened.name]);
    if (told.picture || sent.settings !== key) Object.assign(told, { settings, matrix: matrixOfChoice() });
    Object.assign(sent, { tables: true, picture: opened.decoded, settings: key });
    return { ...told, side: view.side };
}

let result = null;

darkroom.onAnswer = ({ result: made, shown, side, failure }) => {
    if (failure) {
        complain(failure);
    }
    if (made) {
        result = made;
        view.setResult(made);
    }
    if (shown) view.setAverage(shown, side);
    if (made && view.side > 1 && view.side !== side) {
        refresh();
        return;
    }
    if (darkroom.busy) return;
    document.body.dataset.state = "ready";
    describe();
    whenReady.splice(0).forEach((go) => go());
};

// Resolves when the result is that of the choices.
const whenReady = [];
function settled() {
    return document.body.dataset.state === "ready" ? Promise.resolve() : new Promise((resolve) => whenReady.push(resolve));
}

function refresh() {
    document.body.dataset.state = "working";
    darkroom.ask(message);
}

view.onZoom = () => {
    $("zoom").textContent = view.zoomText;
    $("zoom").title = view.side > 1 ? `Each shown pixel is the mean light of ${view.side} × ${view.side}` : "";
    if (result && view.side > 1) refresh();
};

function nameOfColors(colors) {
    const wanted = colors.join();
    return Object.keys(PALETTES).find((name) => PALETTES[name].join() === wanted) ?? null;
}

function usualMix(colors) {
    return colors.length === 2 ? "two" : "many";
}

// Whether each channel can have a matrix of its own.
function hasChannels() {
    return choices.target === "levels" && !choices.gray && !opened.decoded?.gray;
}

function choose(changes) {
    Object.assign(choices, changes);
    if (choices.matrix === CHANNEL_MATRIX && !hasChannels()) choices.matrix = PLAIN.matrix;
    showChoices();
    if (opened.decoded) refresh();
}

function takeLook(look) {
    const { title, ...changes } = look;
    const colors = changes.paletteName ? PALETTES[changes.paletteName] : PLAIN.colors;
    const whole = { ...PLAIN, colors, paletteName: changes.paletteName ?? nameOfColors(colors), mix: usualMix(colors), ...changes };
    // No look makes a picture larger than it is.
    if (whole.width !== null && opened.decoded && whole.width >= opened.decoded.picture.width) whole.width = null;
    choose(whole);
}

// Everything on the page that follows from the choices.
function showChoices() {
    for (const name of ["target", "method", "light", "mix"]) {
        document.querySelector(`input[name="${name}"][value="${choices[name]}"]`).checked = true;
    }
    for (const name of ["gray", "serpentine"]) document.querySelector(`input[name="${name}"]`).checked = choices[name];
    for (const part of document.querySelectorAll("[data-when]")) {
        part.hidden = ![choices.target, choices.method].includes(part.dataset.when);
    }
    for (const id of ["strength", "scale", "brightness", "contrast", "saturation"]) {
        $(id).value = choices[id];
        document.querySelector(`output[for="${id}"]`).textContent = id === "scale" ? `${choices.scale}×` : `${Math.round(choices[id] * 100)}%`;
    }
    $("saturation").disabled = choices.gray && choices.target === "levels";
    for (const id of ["levels", "width"]) {
        const value = choices[id] ?? opened.decoded?.picture.width ?? "";
        if (document.activeElement !== $(id)) $(id).value = value;
    }
    $("as-is").disabled = choices.width === null;
    $("kernel").value = choices.kernel;
    $("matrix").value = choices.matrix;
    $("matrix").querySelector(`option[value="${CHANNEL_MATRIX}"]`).disabled = !hasChannels();
    $("palette").value = choices.paletteName ?? "";
    editor.show(choices.colors);
    for (const button of $("level-chips").children) button.setAttribute("aria-pressed", Number(button.value) === choices.levels);
    [...$("looks").children].forEach((button, index) => button.setAttribute("aria-pressed", isLook(LOOKS[index])));
    if (opened.decoded) showCommand();
}

function isLook({ title, ...look }) {
    const wanted = { ...PLAIN, ...look };
    const same = (name) => choices[name] === wanted[name] || (name === "width" && choices.width === null && wanted.width >= (opened.decoded?.picture.width ?? 0));
    const names = ["method", "target", "light", "width", "scale", "brightness", "contrast", "saturation"];
    names.push(...(wanted.target === "palette" ? ["paletteName"] : ["levels", "gray"]));
    names.push(...(wanted.method === "ordered" ? ["matrix", "strength"] : ["kernel", "serpentine"]));
    return names.every(same);
}

// A matrix that is not shipped is given to the command as a file.
function matrixFile() {
    if (choices.method !== "ordered" || PACKED[choices.matrix]?.shipped) return null;
    return loadedMatrices.has(choices.matrix) ? choices.matrix : `${choices.matrix}.npy`;
}

function showCommand() {
    $("command").textContent = commandOf(choices, opened.name, matrixFile());
    const needed = [];
    if (!opened.onDisk) needed.push([opened.name, async () => opened.file]);
    if (matrixFile() && !loadedMatrices.has(choices.matrix)) needed.push([matrixFile(), async () => writtenNpy(matrixOfChoice())]);
    const parts = needed.flatMap(([name, made], index) => {
        const button = document.createElement("button");
        Object.assign(button, { type: "button", className: "link", textContent: name });
        button.addEventListener("click", async () => save(await made(), name));
        return index === 0 ? [button] : [" and ", button];
    });
    $("needs").replaceChildren("Save for it: ", ...parts);
    $("needs").hidden = needed.length === 0;
    const notes = [];
    if (opened.decoded.deep) notes.push("This PNG has 16 bits; browsers show 8 of them, the command takes all of a grey one.");
    if (choices.method === "diffuse") notes.push("Error diffusion needs pip install 'bluenoise-dither[diffuse]'.");
    $("notes").textContent = notes.join(" ");
    $("notes").hidden = notes.length === 0;
}

function describe() {
    const { width, height } = opened.decoded.picture;
    const made = `${result.width * choices.scale} × ${result.height * choices.scale}`;
    const parts = [opened.name, `${width} × ${height}`];
    $("about-picture").textContent = parts.join("  ·  ") + (made === parts[1] ? "" : `  →  ${made}`);
}

let complaint = 0;
function complain(sentence) {
    $("message").textContent = sentence;
    $("message").hidden = false;
    clearTimeout(complaint);
    complaint = setTimeout(() => ($("message").hidden = true), 7000);
}

function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

async function openPicture(file, name, onDisk) {
    try {
        const decoded = await decodedPicture(file);
        Object.assign(opened, { name, decoded, onDisk, file });
    } catch (error) {
        complain(error.message);
        return;
    }
    view.setOriginal(opened.decoded.canvas);
    $("message").hidden = true;
    if (onDisk) $("sample").value = "";
    choose({ width: choices.width !== null && choices.width >= opened.decoded.picture.width ? null : choices.width });
}

async function openSample(name) {
    const blob = await encodedPng(drawnSample(name, view.room), 1);
    await openPicture(blob, name, false);
    $("sample").value = name;
}

async function openFile(file) {
    const name = file.name || "pasted.png";
    try {
        if (/\.npy$/i.test(name)) loadMatrix(name, readNpy(new Uint8Array(await file.arrayBuffer())));
        else if (/\.(gpl|pal|hex|act|txt)$/i.test(name)) usePalette(colorsOfFile(name, new Uint8Array(await file.arrayBuffer())));
        else await openPicture(file, name, true);
    } catch (error) {
        complain(error.message);
    }
}

function loadMatrix(name, matrix) {
    loadedMatrices.set(name, matrix);
    if (![...$("matrix").options].some((option) => option.value === name)) $("own-matrices").append(new Option(name, name));
    choose({ method: "ordered", matrix: name });
}

function usePalette(colors) {
    choose({ target: "palette", colors, paletteName: nameOfColors(colors), mix: usualMix(colors) });
}

function attempt(action) {
    try {
        action();
    } catch (error) {
        complain(error.message);
    }
}

function number(input, then) {
    input.addEventListener("input", () => {
        if (input.value !== "" && input.checkValidity()) then(input.valueAsNumber);
    });
    input.addEventListener("blur", showChoices);
}

function group(title, options) {
    const made = document.createElement("optgroup");
    made.label = title;
    made.append(...options);
    return made;
}

function fillSelects() {
    const option = (name) => new Option(MATRIX_TITLES[name], name);
    const names = Object.keys(PACKED);
    const own = group("Your own", [new Option("Load a .npy file…", "load")]);
    own.id = "own-matrices";
    $("matrix").append(
        group("Shipped", names.filter((name) => PACKED[name].shipped).map(option)),
        group("Classical", names.filter((name) => !PACKED[name].shipped).map(option)),
        own,
    );
    $("kernel").append(...Object.keys(LIGHT_TABLES.kernels).map((name) => new Option(KERNEL_TITLES[name] ?? name, name)));
    const edited = new Option("Your own", "");
    edited.hidden = true;
    $("palette").append(edited, ...Object.entries(PALETTES).map(([name, colors]) => new Option(`${name} (${colors.length})`, name)));
    $("sample").append(...Object.entries(SAMPLES).map(([name, { title }]) => new Option(title, name)));
    $("looks").append(...LOOKS.map((look) => chip(look.title, () => takeLook(look))));
    $("level-chips").append(...[2, 3, 4, 8, 16, 32].map((levels) => chip(levels, () => choose({ levels }))));
}

function chip(text, action) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: text, value: text });
    button.addEventListener("click", action);
    return button;
}

function listenToControls() {
    for (const name of ["target", "method", "light", "mix"]) {
        for (const input of document.querySelectorAll(`input[name="${name}"]`)) input.addEventListener("change", () => choose({ [name]: input.value }));
    }
    for (const name of ["gray", "serpentine"]) {
        const input = document.querySelector(`input[name="${name}"]`);
        input.addEventListener("change", () => choose({ [name]: input.checked }));
    }
    for (const id of ["strength", "scale", "brightness", "contrast", "saturation"]) $(id).addEventListener("input", () => choose({ [id]: $(id).valueAsNumber }));
    number($("levels"), (levels) => choose({ levels }));
    number($("width"), (width) => choose({ width: width === opened.decoded.picture.width ? null : width }));
    $("as-is").addEventListener("click", () => choose({ width: null }));
    $("kernel").addEventListener("change", () => choose({ kernel: $("kernel").value }));
    $("palette").addEventListener("change", () => usePalette(PALETTES[$("palette").value]));
    $("matrix").addEventListener("change", () => {
        if ($("matrix").value !== "load") return choose({ matrix: $("matrix").value });
        $("matrix").value = choices.matrix;
        $("matrix-file").click();
    });
    $("reset-tone").addEventListener("click", () => choose({ brightness: 1, contrast: 1, saturation: 1 }));
    $("use-pasted").addEventListener("click", () => attempt(() => usePalette(colorsOfText($("pasted").value))));
    $("own").addEventListener("click", () => attempt(() => usePalette(checkedColors(ownColors(opened.decoded.picture, clamp($("own-count").valueAsNumber || 8, 2, 64), LIGHT_TABLES.linear)))));
    $("settings").addEventListener("submit", (event) => event.preventDefault());
    for (const [button, input] of [["open", "file"], ["load-palette", "palette-file"]]) $(button).addEventListener("click", () => $(input).click());
    for (const id of ["file", "palette-file", "matrix-file"]) {
        $(id).addEventListener("change", () => {
            if ($(id).files.length) openFile($(id).files[0]);
            $(id).value = "";
        });
    }
    $("sample").addEventListener("change", () => openSample($("sample").value));
    $("copy").addEventListener("click", copyCommand);
    $("download").addEventListener("click", download);
    $("handle").addEventListener("click", () => {
        const folded = document.querySelector(".panel").classList.toggle("folded");
        $("handle").setAttribute("aria-expanded", !folded);
    });
}

async function copyCommand() {
    const text = $("command").textContent;
    try {
        await navigator.clipboard.writeText(text);
    } catch {
        getSelection().selectAllChildren($("command"));
        document.execCommand("copy");
    }
    $("copy").textContent = "Copied";
    $("status").textContent = "The command is copied.";
    setTimeout(() => ($("copy").textContent = "Copy"), 1600);
}

async function download() {
    await settled();
    save(await encodedPng(result, choices.scale), outputName(opened.name));
    $("status").textContent = `${outputName(opened.name)} is saved.`;
}

function listenToView() {
    $("zoom-in").addEventListener("click", () => view.step(1));
    $("zoom-out").addEventListener("click", () => view.step(-1));
    $("fit").addEventListener("click", () => view.fit());
    $("actual").addEventListener("click", () => view.actual());
    $("compare").addEventListener("click", () => compare(view.split === null ? 0.5 : null));
    const hold = (held) => {
        if (view.originalOnly === held) return;
        view.originalOnly = held;
        $("original").classList.toggle("held", held);
        view.draw();
    };
    $("original").addEventListener("pointerdown", (event) => {
        event.target.setPointerCapture(event.pointerId);
        hold(true);
    });
    for (const end of ["pointerup", "pointercancel"]) $("original").addEventListener(end, () => hold(false));
    $("original").addEventListener("contextmenu", (event) => event.preventDefault());
    const divider = $("divider");
    divider.addEventListener("pointerdown", (event) => divider.setPointerCapture(event.pointerId));
    divider.addEventListener("pointermove", (event) => {
        if (divider.hasPointerCapture(event.pointerId)) compare((event.clientX - $("stage").getBoundingClientRect().left) / $("stage").clientWidth);
    });
    divider.addEventListener("keydown", (event) => {
        const by = { ArrowLeft: -0.02, ArrowRight: 0.02, Home: -1, End: 1 }[event.key];
        if (by) compare(view.split + by);
    });
    const keys = { o: () => $("file").click(), "+": () => view.step(1), "=": () => view.step(1), "-": () => view.step(-1), 0: () => view.fit(), 1: () => view.actual(), c: () => $("compare").click(), s: download };
    document.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=radio], [type=checkbox], [type=range]), select, textarea")) return;
        const onControl = event.target.matches("button, input, summary");
        if ((event.key === " " && !onControl) || (event.key === " " && event.target === $("original"))) {
            event.preventDefault();
            hold(true);
        } else keys[event.key.toLowerCase()]?.();
    });
    document.addEventListener("keyup", (event) => event.key === " " && hold(false));
}

function compare(split) {
    view.split = split === null ? null : clamp(split, 0, 1);
    for (const id of ["divider", "label-original", "label-dithered"]) $(id).hidden = split === null;
    $("compare").setAttribute("aria-pressed", split !== null);
    if (split !== null) {
        $("divider").style.left = `${100 * view.split}%`;
        $("divider").setAttribute("aria-valuenow", Math.round(100 * view.split));
    }
    view.draw();
}

function listenToFiles() {
    let inside = 0;
    const carriesFiles = (event) => [...event.dataTransfer.types].includes("Files");
    addEventListener("dragenter", (event) => carriesFiles(event) && ($("drop").hidden = ++inside === 0));
    addEventListener("dragleave", (event) => carriesFiles(event) && ($("drop").hidden = --inside === 0));
    addEventListener("dragover", (event) => event.preventDefault());
    addEventListener("drop", (event) => {
        event.preventDefault();
        inside = 0;
        $("drop").hidden = true;
        if (event.dataTransfer.files.length) openFile(event.dataTransfer.files[0]);
    });
    addEventListener("paste", (event) => {
        const [file] = event.clipboardData.files;
        if (!file) return;
        event.preventDefault();
        openPicture(file, "pasted.png", false);
    });
}

// The page's own mark is dithered too: a ramp through the first cells of the matrix.
function drawMark() {
    const { planes: [ranks], width, count } = unpackedMatrix(PACKED["blue-64x64"]);
    const context = $("mark").getContext("2d");
    for (let y = 0; y < 16; y++) {
        for (let x = 0; x < 16; x++) {
            context.fillStyle = (x + y) / 30 > (ranks[y * width + x] + 0.5) / count ? "#7aa2ff" : "#16234f";
            context.fillRect(x, y, 1, 1);
        }
    }
}

fillSelects();
listenToControls();
listenToView();
listenToFiles();
drawMark();
takeLook(LOOKS.find(({ title }) => title === FIRST_LOOK));
openSample(FIRST_SAMPLE);
