// Colours of pictures that keep their entry of the palette, identical to `dither.gamut.exact_colors`.

const SATURATED_CHROMA = 0.05;
const HASH_BITS = 12;

// Return a function that gives the entry of a colour 0xRRGGBB, or -1. `device` are the colours by which
// the driver of a display names the entries, or null.
function exactColors(colors, device, intent, map, linear) {
    const entries = new Map();
    // A colour of the device comes before the same colour of another entry.
    const offered = intent !== "absolute" && 2 * colors.length <= MOST_COLORS ? [device ?? colors, colors] : [colors];
    for (const each of offered) {
        each.forEach((color, index) => {
            const code = (color[0] << 16) | (color[1] << 8) | color[2];
            if (!entries.has(code) && (intent === "absolute" || isKept(color, colors[index], intent, map, linear))) entries.set(code, index);
        });
    }
    // A table by hash, which most colours find empty.
    const [known, indices] = [new Int32Array(1 << HASH_BITS), new Int16Array(1 << HASH_BITS).fill(-1)];
    const placeOf = (code) => {
        let place = Math.imul(code, 0x9e3779b1) >>> (32 - HASH_BITS);
        while (indices[place] >= 0 && known[place] !== code) place = (place + 1) & (known.length - 1);
        return place;
    };
    for (const [code, index] of entries) [known[placeOf(code)], indices[placeOf(code)]] = [code, index];
    return (code) => indices[placeOf(code)];
}

// Return whether a colour is mapped to its entry or, unless only lightness counts, saturated.
function isKept(color, entry, intent, map, linear) {
    const light = Array.from(color, (code) => linear[code]);
    const [, a, b] = linearToOklab(light);
    if (intent !== "lightness" && Math.hypot(a, b) >= SATURATED_CHROMA) return true;
    return map(light).every((value, channel) => Math.abs(linearToSrgb(value) * WHITE - entry[channel]) <= 0.5);
}
