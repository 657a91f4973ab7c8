// Nearest entry of the palette in OKLab with doubled chroma, identical to `dither.palettes.nearest`.

const CHROMA_WEIGHT = 2;

// Return a function that gives the entry of a colour; of equally near ones, the first.
function nearestEntry(colors, linear) {
    const weighted = (codes) => {
        const [lightness, a, b] = linearToOklab([linear[codes[0]], linear[codes[1]], linear[codes[2]]]);
        return [lightness, CHROMA_WEIGHT * a, CHROMA_WEIGHT * b];
    };
    const entries = colors.map(weighted);
    const squares = entries.map((entry) => dot(entry, entry));
    return (codes) => {
        const own = weighted(codes);
        // Rounded, so that entries that are equally near stay in order.
        const distances = entries.map((entry, index) => rint((squares[index] - 2 * dot(own, entry)) * 1e12));
        return distances.indexOf(Math.min(...distances));
    };
}

// Return the entry of each pixel.
function* nearestEntries(picture, colors, linear) {
    const { width, height, channels, samples } = eightBits(picture);
    const find = nearestEntry(colors, linear);
    const known = new Map();
    const out = new Uint8Array(width * height);
    for (let i = 0, s = 0; i < out.length; i++, s += channels) {
        const [red, green, blue] = channels === 3 ? [samples[s], samples[s + 1], samples[s + 2]] : [samples[s], samples[s], samples[s]];
        const code = (red << 16) | (green << 8) | blue;
        let found = known.get(code);
        if (found === undefined) known.set(code, (found = find([red, green, blue])));
        out[i] = found;
        if ((i & 0xffff) === 0xffff) yield;
    }
    return out;
}

// Return a picture of 8 bits; 16 are rounded.
function eightBits(picture) {
    const { samples } = picture;
    if (!(samples instanceof Uint16Array)) return picture;
    const rounded = new Uint8Array(samples.length);
    for (let s = 0; s < samples.length; s++) rounded[s] = Math.floor((samples[s] + 128) / 257);
    return { ...picture, samples: rounded };
}
