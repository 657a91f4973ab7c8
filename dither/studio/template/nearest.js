// Nearest entry of the palette in OKLab with doubled chroma, identical to `dither.palettes.nearest`.

const CHROMA_WEIGHT = 2;

// Return a function that gives the entry of a colour; of equally near ones, the first.
function nearestEntry(colors, linear) {
    const weighted = (codes) => weighedLight([linear[codes[0]], linear[codes[1]], linear[codes[2]]]);
    const entries = colors.map(weighted);
    const [lightness, redness, yellowness] = [0, 1, 2].map((lane) => Float64Array.from(entries, (entry) => entry[lane]));
    const squares = Float64Array.from(entries, (entry) => dot(entry, entry));
    return (codes) => {
        const [l, a, b] = weighted(codes);
        let best = 0;
        let least = Infinity;
        for (let index = 0; index < squares.length; index++) {
            // Rounded, so that entries that are equally near stay in order.
            const distance = rint((squares[index] - 2 * (l * lightness[index] + a * redness[index] + b * yellowness[index])) * 1e12);
            if (distance < least) {
                best = index;
                least = distance;
            }
        }
        return best;
    };
}

// Return OKLab with doubled a and b of linear light.
function weighedLight(light) {
    const [lightness, a, b] = linearToOklab(light);
    return [lightness, CHROMA_WEIGHT * a, CHROMA_WEIGHT * b];
}

// Return the entry of each pixel.
function* nearestEntries(picture, colors, linear) {
    const { width, height, channels, samples } = eightBits(picture);
    const find = nearestEntry(colors, linear);
    const entryOf = rememberedColors((color) => find(unpacked(color)), width * height);
    const out = new Uint8Array(width * height);
    const [greenAt, blueAt] = channels === 3 ? [1, 2] : [0, 0];
    for (let i = 0, s = 0; i < out.length; i++, s += channels) {
        out[i] = entryOf((samples[s] << 16) | (samples[s + greenAt] << 8) | samples[s + blueAt]);
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
