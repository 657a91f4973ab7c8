// Build the `dither` command that gives the same picture, without options that equal the defaults.

function quoted(word) {
    return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function outputName(name) {
    return `${name.replace(/\.[^.]*$/, "")}-dithered.png`;
}

function looksName(name) {
    return outputName(name).replace("-dithered.png", "-on-the-panel.png");
}

// `source` is the picture file's name; `matrixFile` is the name of the .npy file to give, if any.
function commandOf(choices, source, matrixFile) {
    const file = source.startsWith("-") ? `./${source}` : source;
    const words = ["dither", choices.method, file, "-o", outputName(file)];
    const palette = choices.target === "palette";
    const bits = Math.log2(choices.levels);
    if (palette && choices.panel) words.push("--panel", choices.panel);
    else if (palette) words.push("--palette", choices.paletteName ?? choices.colors.join(","));
    else if (Number.isInteger(bits)) words.push("--bits", bits);
    else words.push("--levels", choices.levels);
    if (choices.gray && !palette) words.push("--gray");
    if (choices.method === "ordered") {
        if (choices.matrix !== "blue-64x64") words.push("--matrix", matrixFile ?? choices.matrix);
        if (choices.strength !== 1) words.push("--strength", choices.strength);
        const usualMix = palette && choices.colors.length === 2 ? "two" : "many";
        if (palette && choices.mix !== usualMix) words.push("--mixture-size", choices.mix === "two" ? 2 : candidatesFor(choices.colors));
    } else {
        if (choices.kernel !== "floyd-steinberg") words.push("--kernel", choices.kernel);
        if (!choices.serpentine) words.push("--raster");
    }
    if (choices.light !== (palette ? "linear" : "encoded")) words.push("--mix-in", choices.light);
    if (palette && choices.intent !== "perceptual") words.push("--intent", choices.intent);
    const both = choices.width !== null && choices.height !== null;
    if (choices.rotate !== 0 && (choices.rotate !== "auto" || both)) words.push("--rotate", choices.rotate);
    if (choices.width !== null || choices.height !== null) words.push("--resize", `${choices.width ?? ""}x${choices.height ?? ""}`);
    if (both) words.push("--fit", choices.fit);
    if (choices.exposure !== 0) words.push("--exposure", choices.exposure);
    if (choices.gamma !== 1) words.push("--gamma", choices.gamma);
    const colored = palette || !choices.gray;
    if (colored && choices.saturation !== 1) words.push("--saturation", choices.saturation);
    if (choices.brightness !== 1) words.push("--brightness", choices.brightness);
    if (choices.contrast !== 1) words.push("--contrast", choices.contrast);
    if (choices.scale !== 1) words.push("--scale", choices.scale);
    return words.map((word) => quoted(String(word))).join(" ");
}
