// Quantization in error diffusion, identical to `dither.diffusion`: light in units of 1/4194240 of white, all integers
// that a 64-bit float holds exactly. A quantizer takes light with its errors in `values`, returns the code, and leaves
// the errors.

const LIGHT_WHITE = 65535 * 64;
const HALF_SHARE = 1 << 15;
// Light with its errors is clipped to this many whites beyond black and white, and to one for comparison.
const FARTHEST = 16;
const COMPARED_SHIFT = 10;
const CELL_SHIFT = 8;

function lightBounds(clampTo) {
    return clampTo === "range" ? [0, LIGHT_WHITE] : [-FARTHEST * LIGHT_WHITE, (FARTHEST + 1) * LIGHT_WHITE];
}

function lightOfCodes({ light }, tables) {
    return light === "linear" ? tables.linearUnits : tables.encodedUnits;
}

// Light of every 16-bit code.
function deepLight(light) {
    return Int32Array.from({ length: DEEP_WHITE + 1 }, (_, code) => (light === "linear" ? rint(srgbToLinear(code / DEEP_WHITE) * LIGHT_WHITE) : code * 64));
}

function levelLights(levels, light) {
    return Int32Array.from(levelValues(levels), (code) => light[code]);
}

// Return the quantizer of levels; `share` is the threshold.
function levelQuantizer(shown) {
    const last = shown.length - 2;
    // Level at or below the start of each 4096th of the light.
    const first = Uint8Array.from({ length: 4097 }, (_, cell) => Math.min(limitsReached(shown, cell * 1024) - 1, last));
    return (values, share) => {
        const value = values[0] < 0 ? 0 : values[0] > LIGHT_WHITE ? LIGHT_WHITE : values[0];
        let level = first[value >> COMPARED_SHIFT];
        while (level < last && shown[level + 1] <= value) level++;
        if (value - shown[level] > Math.floor(((shown[level + 1] - shown[level]) * share) / 65536)) level++;
        values[0] -= shown[level];
        return level;
    };
}

// Return the quantizer of colours. A threshold off the middle shifts the light along the greys, by twice the largest
// difference between its channels and the nearest colour.
function colorQuantizer(colors, light) {
    const shown = colors.map((color) => Array.from(color, (code) => light[code]));
    const nearest = nearestColor(shown);
    const near = (values, shift) => nearest(compared(values[0] + shift), compared(values[1] + shift), compared(values[2] + shift));
    return (values, share) => {
        let index = near(values, 0);
        if (share !== MIDDLE_SHARE) {
            const own = shown[index];
            const apart = Math.max(Math.abs(values[0] - own[0]), Math.abs(values[1] - own[1]), Math.abs(values[2] - own[2]));
            index = near(values, Math.floor((2 * apart * (share - MIDDLE_SHARE)) / 65536));
        }
        const taken = shown[index];
        for (let lane = 0; lane < 3; lane++) values[lane] -= taken[lane];
        return index;
    };
}

function compared(value) {
    return (value < -LIGHT_WHITE ? -LIGHT_WHITE : value > 2 * LIGHT_WHITE ? 2 * LIGHT_WHITE : value) >> COMPARED_SHIFT;
}

// Nearest colour at 12 bits per channel (the first of equals), from a list of candidates for each cell, or of
// all colours for lights outside the cube.
function nearestColor(shown) {
    const colors = shown.map((color) => color.map((lit) => lit >> COMPARED_SHIFT));
    const lists = new Array(1 << 12).fill(null);
    const all = colors.map((_, index) => index);
    const side = (1 << CELL_SHIFT) - 1;
    const listed = (red, green, blue) => {
        const corner = [red, green, blue].map((value) => (value >> CELL_SHIFT) << CELL_SHIFT);
        const bounds = colors.map((color) => {
            let [near, far] = [0, 0];
            color.forEach((own, channel) => {
                const away = own - corner[channel];
                near += Math.max(-away, away - side, 0) ** 2;
                far += Math.max(Math.abs(away), Math.abs(away - side)) ** 2;
            });
            return { near, far };
        });
        const limit = Math.min(...bounds.map(({ far }) => far));
        return all.filter((index) => bounds[index].near <= limit);
    };
    return (red, green, blue) => {
        const isInside = (red | green | blue) >> 12 === 0;
        const cell = ((red >> CELL_SHIFT) << 8) | ((green >> CELL_SHIFT) << 4) | (blue >> CELL_SHIFT);
        const list = isInside ? (lists[cell] ??= listed(red, green, blue)) : all;
        let best = list[0];
        let least = Infinity;
        for (let i = 0; i < list.length; i++) {
            const color = colors[list[i]];
            const distance = (red - color[0]) ** 2 + (green - color[1]) ** 2 + (blue - color[2]) ** 2;
            if (distance < least) {
                least = distance;
                best = list[i];
            }
        }
        return best;
    };
}
