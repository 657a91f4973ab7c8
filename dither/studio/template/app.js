// The page: turn choices into settings for the ditherer and into a command.

const $ = (id) => document.getElementById(id);
const TABLES = JSON.parse($("tables").textContent);
const { matrices: PACKED, palettes: PALETTES, panels: PANELS, ...LIGHT_TABLES } = TABLES;
const CHANNEL_MATRIX = "blue-64x64-rgb";
// Names of levels of red, green and blue.
const RGB_LEVELS = Object.fromEntries(["565", "555", "444", "332"].map((bits) => [`rgb${bits}`, Array.from(bits, (count) => 2 ** count)]));

const choices = { ...PLAIN };
// The picture: its name, size and kind, and the file that was opened, if one was.
const opened = { name: "", about: null, reduced: null, sample: null, original: null, onDisk: false, file: null, mask: null };
const loadedMatrices = new Map();
// Their weights, as the ditherer takes them.
const loadedKernels = new Map();
const view = new View($("view"));
const editor = new PaletteEditor(
    { swatches: $("swatches"), color: $("color"), hex: $("hex"), remove: $("remove-color") },
    (colors) => choose({ panel: null, paletteName: nameOfColors(colors), colors, mixtureSize: null }),
);

// One thread holds the picture, the other a small copy that it dithers at once.
const ditherer = startDitherer();
const previewer = startDitherer();
ditherer({ tables: LIGHT_TABLES });
previewer({ tables: LIGHT_TABLES });

function settingsOf(chosen = choices) {
    const palette = chosen.target === "palette";
    const { scale, panel, ...others } = chosen;
    const isGray = chosen.gray && !palette;
    return {
        ...others,
        gray: isGray || (opened.about.isGrayFile && !palette && !RGB_LEVELS[chosen.levels]),
        levels: RGB_LEVELS[chosen.levels] ?? chosen.levels,
        colors: palette ? chosen.colors.map(codesOf) : null,
        device: palette && panel ? PANELS[panel].pure.map(codesOf) : null,
        saturation: isGray ? 1 : chosen.saturation,
        mixtureSize: mixtureSizeOf(chosen),
        strength: chosen.method === "ordered" ? chosen.strength : chosen.modulationStrength,
        alpha: opened.about.clear ? chosen.alpha : "keep",
        seed: chosen.noise > 0 ? chosen.seed : 0,
        taps: loadedKernels.get(chosen.kernel) ?? null,
    };
}

// Return the matrix of the method; a frame of an animation takes the next frame of a matrix that has several.
function matrixOf(chosen, frame = clip.place) {
    const name = matrixName(chosen);
    if (name === null) return null;
    const { frames, ...matrix } = loadedMatrices.get(name) ?? unpackedMatrix(PACKED[name]);
    return frames ? { ...matrix, planes: [frames[modulo(frame, frames.length)]] } : matrix;
}

function hasPlanes(name) {
    return name === CHANNEL_MATRIX || loadedMatrices.get(name)?.planes.length === 3;
}

let result = null;
// Numbers of the newest choices, and of the choices whose job ended last.
let round = 0;
let finishedRound = 0;

// Most milliseconds for which a result waits for its preview, which has all processors then.
const PREVIEW_TIME = 150;

// Dither by the choices: a small preview first if the picture is large.
async function refresh() {
    const own = ++round;
    document.body.dataset.state = "working";
    const settings = settingsOf();
    const matrix = matrixOf(choices);
    const isPreviewed = opened.reduced && !variants.list;
    const job = ditherer({ settings, matrix, side: view.side, patience: isPreviewed ? PREVIEW_TIME : 0 });
    const begin = () => ditherer({ begin: true });
    if (isPreviewed) preview({ settings, matrix, own, about: opened.about }).then(begin, begin);
    const answer = await job;
    if (answer.stale || own !== round) return;
    finishedRound = own;
    if (answer.failure) {
        result = null;
        complain(`Dithering failed: ${answer.failure}`);
    } else {
        result = answer.result;
        view.setResult({ ...answer.result, ...answer });
        if (view.side !== (answer.average?.side ?? 1)) await addSide();
    }
    if (own !== round) return;
    document.body.dataset.state = "ready";
    if (result) describe();
    whenReady.splice(0).forEach((go) => go());
}

// Ask for what the zoom needs of the result.
async function addSide() {
    const { side } = view;
    const answer = await ditherer({ side });
    if (side === view.side && !answer.failure) view.add(answer);
}

// Resolve when the result matches the choices.
const whenReady = [];
function settled() {
    return document.body.dataset.state === "ready" ? Promise.resolve() : new Promise((resolve) => whenReady.push(resolve));
}

view.onZoom = () => {
    $("zoom").textContent = view.zoomText;
    $("zoom").title = view.side > 1 ? `Each pixel shown averages ${view.side} × ${view.side} pixels in linear light` : "";
    if (result && document.body.dataset.state === "ready") addSide();
};

function nameOfColors(colors) {
    const wanted = colors.join();
    return Object.keys(PALETTES).find((name) => PALETTES[name].join() === wanted) ?? null;
}

function mixtureSizeOf({ colors, mixtureSize }) {
    return mixtureSize ?? (colors.length === 2 ? 2 : candidatesFor(colors));
}

// Return the choices that belong to a palette or to a panel.
function paletteChoices(colors) {
    return { colors, paletteName: nameOfColors(colors), panel: null, intent: "perceptual", mixtureSize: null };
}

function panelChoices(panel) {
    return { ...paletteChoices(PANELS[panel].looks), paletteName: null, panel };
}

// Return whether each channel can have its own matrix.
function hasChannels(chosen = choices) {
    return chosen.target === "levels" && !chosen.gray && !opened.about?.gray;
}

// Return the name of the matrix that the method uses, or null.
function matrixName({ method, order, matrix, modulation }) {
    if (method === "ordered") return matrix;
    return order === "curve" ? null : modulation;
}

// Return whether channels have different numbers of levels.
function hasRgbLevels({ target, levels }) {
    return target === "levels" && levels in RGB_LEVELS;
}

// Return choices without settings that exclude each other.
function agreeing(chosen) {
    const made = { ...chosen };
    if (hasPlanes(made.matrix) && !hasChannels(made)) made.matrix = PLAIN.matrix;
    if (made.gray && RGB_LEVELS[made.levels]) made.levels = PLAIN.levels;
    if (made.target === "palette" && LIGHT_TABLES.toneShares[made.kernel]) made.kernel = PLAIN.kernel;
    if (made.undithered === "mask" && !opened.mask) made.undithered = PLAIN.undithered;
    if (hasRgbLevels(made)) made.undithered = PLAIN.undithered;
    return made;
}

// Change choices and dither. `field` names a control whose changes in a row are one step of the history.
function choose(changes, field = null) {
    Object.assign(choices, agreeing({ ...choices, ...changes }));
    remember(field);
    showChoices();
    if (!opened.about) return;
    followVariant();
    refresh();
}

// Return the width of the picture after turning.
function fullWidth({ rotate }) {
    const { width, height } = opened.about;
    return rotate % 180 === 90 ? height : width;
}

// Return whether a width alone keeps or enlarges the picture.
function isEnlarging(settings) {
    return settings.width !== null && settings.height === null && opened.about !== null && settings.width >= fullWidth(settings);
}

function lookChoices({ title, ...changes }) {
    const whole = { ...PLAIN, ...paletteChoices(PLAIN.colors), ...changes };
    if (changes.panel) Object.assign(whole, panelChoices(changes.panel));
    else if (changes.paletteName) Object.assign(whole, paletteChoices(PALETTES[changes.paletteName]), { intent: changes.intent ?? "perceptual", mixtureSize: changes.mixtureSize ?? null });
    // A look never enlarges a picture.
    if (isEnlarging(whole)) whole.width = null;
    return whole;
}

function takeLook(look) {
    choose(lookChoices(look));
}

const RADIOS = ["target", "method", "order", "light", "fit"];

// The conditions under which parts of the page are shown.
function isShown(part) {
    const { method, order, target, noise, modulation } = choices;
    if (part === "clear") return Boolean(opened.about?.clear);
    if (part === "masked") return choices.undithered === "mask";
    if (part === "noise") return noise > 0;
    if (part === "modulation") return order !== "curve";
    if (part === "modulated") return order === "rows" && modulation !== null;
    return [method, order, target].includes(part);
}

// Update everything on the page that depends on the choices.
function showChoices() {
    for (const name of RADIOS) document.querySelector(`input[name="${name}"][value="${choices[name]}"]`).checked = true;
    for (const name of ["gray", "serpentine"]) document.querySelector(`input[name="${name}"]`).checked = choices[name];
    document.querySelector('input[name="clamped"]').checked = choices.clamp === "range";
    for (const part of document.querySelectorAll("[data-when]")) part.hidden = !isShown(part.dataset.when);
    showSliders();
    const size = opened.about ? placement(opened.about, choices).frame : { width: "", height: "" };
    const numbers = { levels: RGB_LEVELS[choices.levels] ? "" : choices.levels, width: choices.width ?? size.width, height: choices.height ?? size.height, seed: choices.seed, "mixture-size": mixtureSizeOf(choices) };
    for (const [id, value] of Object.entries(numbers)) if (document.activeElement !== $(id)) $(id).value = value;
    $("as-is").disabled = choices.width === null && choices.height === null;
    const both = choices.width !== null && choices.height !== null;
    for (const input of document.querySelectorAll('input[name="fit"], #rotate option[value="auto"]')) input.disabled = !both;
    for (const id of ["rotate", "intent", "kernel", "matrix", "alpha", "undithered"]) $(id).value = choices[id];
    $("modulation").value = choices.modulation ?? "";
    $("modulation-label").textContent = choices.order === "dots" ? "Order of the dots" : "Break up patterns with";
    $("modulation").options[0].textContent = choices.order === "dots" ? "Knuth’s classes" : "nothing";
    $("background").value = choices.background ?? "#ffffff";
    $("no-background").disabled = choices.background === null;
    for (const option of $("matrix").options) option.disabled = hasPlanes(option.value) && !hasChannels();
    for (const option of $("undithered").options) option.disabled = option.value !== PLAIN.undithered && hasRgbLevels(choices);
    $("mask-name").textContent = opened.mask ? `Mask: ${opened.mask.name}` : "";
    for (const option of $("kernel").options) option.disabled = choices.target === "palette" && Boolean(LIGHT_TABLES.toneShares[option.value]);
    $("palette").value = choices.panel ? PANEL_MARK + choices.panel : (choices.paletteName ?? "");
    const panel = choices.target === "palette" && choices.panel;
    $("download-looks").hidden = !panel;
    $("panel-size").hidden = !panel;
    if (panel) $("panel-size").textContent = `Size of the panel: ${PANELS[panel].size.join(" × ")}`;
    editor.show(choices.colors);
    for (const button of $("level-chips").children) button.setAttribute("aria-pressed", button.value === String(choices.levels));
    [...$("looks").children].forEach((button, index) => button.setAttribute("aria-pressed", isLook(LOOKS[index])));
    if (opened.about) showCommand();
}

function isLook(look) {
    const wanted = lookChoices(look);
    return Object.keys(PLAIN).every((name) => JSON.stringify(choices[name]) === JSON.stringify(wanted[name]));
}

// The command reads a matrix that was opened from its file.
function matrixFile(chosen) {
    const name = matrixName(chosen);
    return loadedMatrices.has(name) ? name : null;
}

function sourceOf() {
    return { name: opened.name, mask: opened.mask?.name, clear: opened.about.clear, animated: clip.frames.length > 0 };
}

function showCommand() {
    showWords($("command"), commandOf(choices, sourceOf()));
    $("needed").textContent = opened.name;
    $("needs").hidden = opened.onDisk;
    showWords($("optimize-command"), optimizeCommand(choices, sourceOf()));
    const notes = [];
    if (clip.frames.length && choices.autoContrast !== null) notes.push("The page measures automatic contrast for each frame, the command for all together.");
    if (opened.about.deep) notes.push("This PNG has 16 bits. The browser uses 8 of them; the command uses all 16 of grey images.");
    if (choices.target === "palette" && choices.panel) notes.push("The PNG has the colours that the panel’s driver takes. --preview FILE writes this view.");
    if (choices.method === "diffuse") notes.push("Error diffusion needs pip install 'bluenoise-dither[diffuse]'.");
    $("notes").textContent = notes.join(" ");
    $("notes").hidden = notes.length === 0;
}

function describe() {
    const { width, height } = opened.about;
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
