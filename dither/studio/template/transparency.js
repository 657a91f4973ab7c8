// Transparent pixels: composite them on a background, or decide each; identical to `dither.preparation.background`,
// `dither.preparation.alpha`, `dither.ordered.alpha` and, for hidden colours, `dither.preparation.mask`.

const OPAQUE_FROM = 128;
// Alpha is compared with the matrix shifted by as many rows and columns.
const ALPHA_SHIFT = [23, 41];

// Return the colour behind a picture: its samples in each channel, or null if transparent pixels stay.
function backgroundCodes({ channels }, { background, alpha }, tables) {
    if (background === null && alpha !== "background") return null;
    const codes = codesOfHex(background ?? "#ffffff");
    return channels === 3 ? codes : grayCodes({ width: 1, height: 1, channels: 3, samples: codes }, tables);
}

function codesOfHex(hex) {
    return Uint8Array.from([1, 3, 5], (start) => parseInt(hex.slice(start, start + 2), 16));
}

// Mix a picture in linear light with the colour behind it, which no longer shows through.
function onBackground(picture, settings, tables) {
    const behind = backgroundCodes(picture, settings, tables);
    if (behind === null || picture.alpha === null) return picture;
    const { linear } = tables;
    const codeOf = limitCounter(tables.limits);
    const { channels, alpha } = picture;
    const samples = new Uint8Array(picture.samples);
    for (let s = 0; s < samples.length; s++) {
        const part = alpha[channels === 3 ? Math.floor(s / 3) : s];
        if (part === WHITE) continue;
        const back = behind[s % channels];
        samples[s] = part === 0 ? back : codeOf(linear[back] + (linear[samples[s]] - linear[back]) * (part / WHITE));
    }
    return { ...picture, samples, alpha: null };
}

// Decide partial transparency, and fill hidden colours where errors would spread them.
function* cleared(picture, { alpha: policy, method, undithered }, tables) {
    yield;
    if (picture.alpha === null) return picture;
    let { alpha } = picture;
    if (policy === "threshold") alpha = alpha.map((code) => (code < OPAQUE_FROM ? 0 : WHITE));
    if (policy === "dither") alpha = ditheredAlpha(picture, unpackedMatrix(tables.alphaMatrix));
    const made = { ...picture, alpha };
    return method === "diffuse" || undithered === "line-art" ? withoutHidden(made) : made;
}

function ditheredAlpha({ width, height, alpha }, matrix) {
    const thresholds = integerThresholds(matrix.planes[0], matrix.count, WHITE, 1);
    const made = new Uint8Array(alpha.length);
    for (let y = 0, i = 0; y < height; y++) {
        const row = ((y + ALPHA_SHIFT[0]) % matrix.height) * matrix.width;
        for (let x = 0; x < width; x++, i++) made[i] = alpha[i] > thresholds[row + ((x + ALPHA_SHIFT[1]) % matrix.width)] ? WHITE : 0;
    }
    return made;
}

// Give fully transparent pixels the colour of the nearest shown one to the left, else right, else above, else below.
function withoutHidden(picture) {
    const { width, height, channels, alpha } = picture;
    if (!alpha.includes(0)) return picture;
    const samples = new Uint8Array(picture.samples.length);
    const rowOf = nearestBefore(Array.from({ length: height }, (_, y) => alpha.subarray(y * width, (y + 1) * width).some((code) => code > 0)));
    if (rowOf === null) return { ...picture, samples };
    for (let y = 0, s = 0; y < height; y++) {
        const from = rowOf[y] * width;
        const columns = nearestBefore(Array.from(alpha.subarray(from, from + width), (code) => code > 0));
        for (let x = 0; x < width; x++) {
            for (let channel = 0; channel < channels; channel++, s++) samples[s] = picture.samples[(from + columns[x]) * channels + channel];
        }
    }
    return { ...picture, samples };
}

// Return the place of the last true value up to each place, else of the first; null if none is true.
function nearestBefore(valid) {
    let last = valid.indexOf(true);
    if (last < 0) return null;
    return valid.map((isValid, place) => (last = isValid ? place : last));
}
