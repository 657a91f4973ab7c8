// The page: turn choices into settings for the ditherer and into a command.

const $ = (id) => document.getElementById(id);
const TABLES = JSON.parse($("tables").textContent);
const { matrices: PACKED, palettes: PALETTES, panels: PANELS, ...LIGHT_TABLES } = TABLES;
const CHANNEL_MATRIX = "blue-64x64-rgb";

const choices = { ...PLAIN };
const opened = { name: "", decoded: null, onDisk: false, file: null };
const loadedMatrices = new Map();
const view = new View($("view"));
const editor = new PaletteEditor(
    { swatches: $("swatches"), color: $("color"), hex: $("hex"), remove: $("remove-color") },
    (colors) => choose({ panel: null, paletteName: nameOfColors(colors), colors, mix: usualMix(colors) }),
);

const ditherer = startDitherer();
// Settings and picture that the ditherer already has.
const sent = { tables: false, picture: null, settings: "" };

function settingsOf() {
    const palette = choices.target === "palette";
    const { scale, panel, ...others } = choices;
    return {
        ...others,
        gray: choices.gray && !palette,
        colors: palette ? choices.colors.map(codesOf) : null,
        device: palette && panel ? PANELS[panel].pure.map(codesOf) : null,
        saturation: choices.gray && !palette ? 1 : choices.saturation,
    };
}

function matrixOfChoice() {
    return loadedMatrices.get(choices.matrix) ?? unpackedMatrix(PACKED[choices.matrix]);
}

// Return what the ditherer does not have yet.
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

ditherer.onAnswer = ({ result: made, shown, side, failure }) => {
    if (failure) {
        result = null;
        complain(`Dithering failed: ${failure}`);
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
    if (ditherer.busy) return;
    document.body.dataset.state = "ready";
    if (result) describe();
    whenReady.splice(0).forEach((go) => go());
};

// Resolve when the result matches the choices.
const whenReady = [];
function settled() {
    return document.body.dataset.state === "ready" ? Promise.resolve() : new Promise((resolve) => whenReady.push(resolve));
}

function refresh() {
    document.body.dataset.state = "working";
    ditherer.ask(message);
}

view.onZoom = () => {
    $("zoom").textContent = view.zoomText;
    $("zoom").title = view.side > 1 ? `Each pixel shown averages ${view.side} × ${view.side} pixels in linear light` : "";
    if (result && view.side > 1) refresh();
};

function nameOfColors(colors) {
    const wanted = colors.join();
    return Object.keys(PALETTES).find((name) => PALETTES[name].join() === wanted) ?? null;
}

function usualMix(colors) {
    return colors.length === 2 ? "two" : "many";
}

// Return the choices that belong to a palette or to a panel.
function paletteChoices(colors) {
    return { colors, paletteName: nameOfColors(colors), panel: null, intent: "perceptual", mix: usualMix(colors) };
}

function panelChoices(panel) {
    return { ...paletteChoices(PANELS[panel].looks), paletteName: null, panel };
}

// Return whether each channel can have its own matrix.
function hasChannels() {
    return choices.target === "levels" && !choices.gray && !opened.decoded?.gray;
}

function choose(changes) {
    Object.assign(choices, changes);
    if (choices.matrix === CHANNEL_MATRIX && !hasChannels()) choices.matrix = PLAIN.matrix;
    showChoices();
    if (opened.decoded) refresh();
}

// Return the width of the picture after turning.
function fullWidth({ rotate }) {
    const { width, height } = opened.decoded.picture;
    return rotate % 180 === 90 ? height : width;
}

// Return whether a width alone keeps or enlarges the picture.
function isEnlarging(settings) {
    return settings.width !== null && settings.height === null && opened.decoded !== null && settings.width >= fullWidth(settings);
}

function takeLook(look) {
    const { title, ...changes } = look;
    const whole = { ...PLAIN, ...paletteChoices(PLAIN.colors), ...changes };
    if (look.panel) Object.assign(whole, panelChoices(look.panel));
    if (look.paletteName) Object.assign(whole, paletteChoices(PALETTES[look.paletteName]));
    // A look never enlarges a picture.
    if (isEnlarging(whole)) whole.width = null;
    choose(whole);
}

const SLIDERS = ["strength", "scale", "exposure", "gamma", "brightness", "contrast", "saturation"];

function sliderText(id, value) {
    if (id === "scale") return `${value}×`;
    if (id === "exposure") return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
    return id === "gamma" ? value.toFixed(2) : `${Math.round(value * 100)}%`;
}

// Update everything on the page that depends on the choices.
function showChoices() {
    for (const name of ["target", "method", "light", "mix", "fit"]) {
        document.querySelector(`input[name="${name}"][value="${choices[name]}"]`).checked = true;
    }
    for (const name of ["gray", "serpentine"]) document.querySelector(`input[name="${name}"]`).checked = choices[name];
    for (const part of document.querySelectorAll("[data-when]")) {
        part.hidden = ![choices.target, choices.method].includes(part.dataset.when);
    }
    for (const id of SLIDERS) {
        $(id).value = choices[id];
        document.querySelector(`output[for="${id}"]`).textContent = sliderText(id, choices[id]);
    }
    $("saturation").disabled = choices.gray && choices.target === "levels";
    const size = opened.decoded ? placement(opened.decoded.picture, choices).frame : { width: "", height: "" };
    for (const id of ["levels", "width", "height"]) {
        if (document.activeElement !== $(id)) $(id).value = choices[id] ?? size[id];
    }
    $("as-is").disabled = choices.width === null && choices.height === null;
    const both = choices.width !== null && choices.height !== null;
    for (const input of document.querySelectorAll('input[name="fit"], #rotate option[value="auto"]')) input.disabled = !both;
    $("rotate").value = choices.rotate;
    $("intent").value = choices.intent;
    $("kernel").value = choices.kernel;
    $("matrix").value = choices.matrix;
    $("matrix").querySelector(`option[value="${CHANNEL_MATRIX}"]`).disabled = !hasChannels();
    $("palette").value = choices.panel ? PANEL_MARK + choices.panel : (choices.paletteName ?? "");
    const panel = choices.target === "palette" && choices.panel;
    $("download-looks").hidden = !panel;
    $("panel-size").hidden = !panel;
    if (panel) $("panel-size").textContent = `Size of the panel: ${PANELS[panel].size.join(" × ")}`;
    editor.show(choices.colors);
    for (const button of $("level-chips").children) button.setAttribute("aria-pressed", Number(button.value) === choices.levels);
    [...$("looks").children].forEach((button, index) => button.setAttribute("aria-pressed", isLook(LOOKS[index])));
    if (opened.decoded) showCommand();
}

function isLook({ title, ...look }) {
    const wanted = { ...PLAIN, ...look };
    const same = (name) => choices[name] === wanted[name] || (name === "width" && choices.width === null && isEnlarging(wanted));
    const names = ["method", "target", "light", "rotate", "width", "height", "scale", "exposure", "gamma", "brightness", "contrast", "saturation"];
    names.push(...(wanted.target === "palette" ? ["paletteName", "panel", "intent"] : ["levels", "gray"]));
    names.push(...(wanted.method === "ordered" ? ["matrix", "strength"] : ["kernel", "serpentine"]));
    return names.every(same);
}

// The command reads a matrix that was opened from its file.
function matrixFile() {
    return choices.method === "ordered" && loadedMatrices.has(choices.matrix) ? choices.matrix : null;
}

function showCommand() {
    $("command").textContent = commandOf(choices, opened.name, matrixFile());
    const needed = [];
    if (!opened.onDisk) needed.push([opened.name, async () => opened.file]);
    const parts = needed.flatMap(([name, made], index) => {
        const button = document.createElement("button");
        Object.assign(button, { type: "button", className: "link", textContent: name });
        button.addEventListener("click", async () => save(await made(), name));
        return index === 0 ? [button] : [" and ", button];
    });
    $("needs").replaceChildren("Also needed (download): ", ...parts);
    $("needs").hidden = needed.length === 0;
    const notes = [];
    if (opened.decoded.deep) notes.push("This PNG has 16 bits. The browser uses 8 of them; the command uses all 16 of grey images.");
    if (choices.target === "palette" && choices.panel) notes.push("The PNG has the colours that the panel’s driver takes. --preview FILE writes this view.");
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
