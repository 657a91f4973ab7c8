// Build the `dither` command that gives the same picture, without options that equal the defaults.

function quoted(word) {
    return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

// Show a command that breaks between its words only.
function showWords(element, command) {
    const parts = command.split(" ").flatMap((word) => [" ", Object.assign(document.createElement("span"), { textContent: word })]);
    element.replaceChildren(...parts.slice(1));
}

// `source` has the file's name and that of its mask, and tells whether it has transparent pixels (`clear`) and whether it is `animated`.
function outputName({ name, animated }) {
    const ending = animated && /\.gif$/i.test(name) ? "gif" : "png";
    return `${name.replace(/\.[^.]*$/, "")}-dithered.${ending}`;
}

function looksName(source) {
    return outputName({ ...source, animated: false }).replace("-dithered.png", "-on-the-panel.png");
}

function commandOf(choices, source) {
    const file = source.name.startsWith("-") ? `./${source.name}` : source.name;
    const words = ["dither", choices.method, file, "-o", outputName({ ...source, name: file }), ...quantizerWords(choices)];
    words.push(...(choices.method === "ordered" ? orderedWords(choices) : diffuseWords(choices)));
    const palette = choices.target === "palette";
    if (choices.light !== (palette ? "linear" : "encoded")) words.push("--mix-in", choices.light);
    if (palette && choices.intent !== "perceptual") words.push("--intent", choices.intent);
    if (choices.undithered === "line-art") words.push("--line-art");
    if (choices.undithered === "mask") words.push("--mask", source.mask);
    words.push(...sizeWords(choices));
    if (source.clear && choices.alpha !== "keep" && choices.background === null) words.push("--alpha", choices.alpha);
    if (choices.background !== null) words.push("--background", choices.background);
    words.push(...toneWords(choices));
    if (choices.scale !== 1) words.push("--scale", choices.scale);
    return words.map((word) => quoted(String(word))).join(" ");
}

function quantizerWords({ target, panel, paletteName, colors, levels, gray }) {
    if (target === "palette") return panel ? ["--panel", panel] : ["--palette", paletteName ?? colors.join(",")];
    const bits = Math.log2(levels);
    return [...(Number.isInteger(bits) ? ["--bits", bits] : ["--levels", levels]), ...(gray ? ["--gray"] : [])];
}

function orderedWords({ matrix, strength, target, colors, mixtureSize }) {
    const words = [];
    if (matrix !== "blue-64x64") words.push("--matrix", matrix);
    if (strength !== 1) words.push("--strength", strength);
    const usual = colors.length === 2 ? 2 : candidatesFor(colors);
    if (target === "palette" && mixtureSize !== null && mixtureSize !== usual) words.push("--mixture-size", mixtureSize);
    return words;
}

function diffuseWords({ order, kernel, serpentine, amount, noise, seed, modulation, modulationStrength, clamp: clamped }) {
    const words = [];
    if (order !== "rows") words.push("--method", order);
    if (order === "rows") {
        if (kernel !== "floyd-steinberg") words.push("--kernel", kernel);
        if (!serpentine) words.push("--raster");
        if (amount !== 1) words.push("--amount", amount);
        if (noise !== 0) words.push("--threshold-noise", noise);
        if (noise !== 0 && seed !== 0) words.push("--seed", seed);
    }
    if (order !== "curve" && modulation !== null) {
        words.push("--matrix", modulation);
        if (order === "rows" && modulationStrength !== 0.5) words.push("--strength", modulationStrength);
    }
    if (clamped !== "none") words.push("--clamp", clamped);
    return words;
}

function sizeWords({ width, height, rotate, fit }) {
    const words = [];
    const both = width !== null && height !== null;
    if (rotate !== 0 && (rotate !== "auto" || both)) words.push("--rotate", rotate);
    if (width !== null || height !== null) words.push("--resize", `${width ?? ""}x${height ?? ""}`);
    if (both) words.push("--fit", fit);
    return words;
}

const TONE_OPTIONS = { autoContrast: "auto-contrast", exposure: "exposure", shadows: "shadows", highlights: "highlights", gamma: "gamma", saturation: "saturation", brightness: "brightness", contrast: "contrast" };

function toneWords(choices) {
    const usual = { autoContrast: null, exposure: 0, shadows: 0, highlights: 0, gamma: 1, saturation: 1, brightness: 1, contrast: 1 };
    const isColored = choices.target === "palette" || !choices.gray;
    return Object.entries(TONE_OPTIONS).flatMap(([name, option]) => (choices[name] === usual[name] || (name === "saturation" && !isColored) ? [] : [`--${option}`, choices[name]]));
}

// Return the command that searches for the smallest visible error.
function optimizeCommand({ target, panel, paletteName, colors }, source) {
    const wanted = target === "palette" ? (panel ? ["--panel", panel] : ["--palette", paletteName ?? colors.join(",")]) : ["--colors", "16"];
    return ["dither", "optimize", source.name, "-o", outputName(source), ...wanted].map(quoted).join(" ");
}
