// The page: choices become settings for the darkroom and a command for people.

const $ = (id) => document.getElementById(id);
const TABLES = JSON.parse($("tables").textContent);
const { matrices: PACKED, palettes: PALETTES, ...LIGHT_TABLES } = TABLES;
const CHANNEL_MATRIX = "blue-64x64-rgb";

const choices = { ...PLAIN };
const opened = { name: "", decoded: null, onDisk: false, file: null };
const loadedMatrices = new Map();
const view = new View($("view"));
const editor = new PaletteEditor(
    { swatches: $("swatches"), color: $("color"), hex: $("hex"), remove: $("remove-color") },
    (colors) => choose({ paletteName: nameOfColors(colors), colors, mix: usualMix(colors) }),
);

const darkroom = startedDarkroom();
// What it has been told.
const sent = { tables: false, picture: null, settings: "" };

function settingsOf() {
    const palette = choices.target === "palette";
    const { scale, ...others } = choices;
    return {
        ...others,
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
        result = null;
        complain(`This cannot be done here: ${failure}`);
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
    if (result) describe();
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
    $("needs").replaceChildren("Save what it reads: ", ...parts);
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
