// Colours of pictures that keep their entry of the palette, identical to `dither.gamut.exact_colors`.

const SATURATED_CHROMA = 0.05;

// Return a function that gives the entry of a colour 0xRRGGBB, or undefined. `device` are the colours by which
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
    // Most pixels have no such colour; the red channel alone rules most of them out.
    const reds = new Uint8Array(256);
    for (const code of entries.keys()) reds[code >> 16] = 1;
    return (code) => (reds[code >> 16] === 1 ? entries.get(code) : undefined);
}

// Return whether a colour is mapped to its entry or, unless only lightness counts, saturated.
function isKept(color, entry, intent, map, linear) {
    const light = Array.from(color, (code) => linear[code]);
    const [, a, b] = linearToOklab(light);
    if (intent !== "lightness" && Math.hypot(a, b) >= SATURATED_CHROMA) return true;
    return map(light).every((value, channel) => Math.abs(linearToSrgb(value) * WHITE - entry[channel]) <= 0.5);
}
