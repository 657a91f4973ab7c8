// Nearest entry of the palette in OKLab with doubled chroma, identical to `dither.palettes.nearest`.

const CHROMA_WEIGHT = 2;

// Return the entry of each pixel; 16-bit samples are rounded to 8 bits.
function* nearestEntries({ width, height, channels, samples }, colors, linear) {
    const weighted = (codes) => {
        const [lightness, a, b] = linearToOklab(codes.map((code) => linear[code]));
        return [lightness, CHROMA_WEIGHT * a, CHROMA_WEIGHT * b];
    };
    const entries = colors.map((color) => weighted(Array.from(color)));
    const squares = entries.map((entry) => dot(entry, entry));
    const deep = samples instanceof Uint16Array;
    const known = new Map();
    const out = new Uint8Array(width * height);
    for (let i = 0; i < out.length; i++) {
        const codes = [0, 1, 2].map((lane) => samples[i * channels + (channels === 3 ? lane : 0)]);
        const [red, green, blue] = deep ? codes.map((code) => Math.floor((code + 128) / 257)) : codes;
        const code = (red << 16) | (green << 8) | blue;
        let found = known.get(code);
        if (found === undefined) {
            const own = weighted([red, green, blue]);
            // Rounded, so that the first of equally near entries is taken.
            const distances = entries.map((entry, index) => rint((squares[index] - 2 * dot(own, entry)) * 1e12));
            found = distances.indexOf(Math.min(...distances));
            known.set(code, found);
        }
        out[i] = found;
        if ((i & 0xffff) === 0xffff) yield;
    }
    return out;
}
