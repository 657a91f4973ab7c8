// Error diffusion, identical to `dither.diffusion`: light in units of 1/4194240 of white, shares of the
// error in 1/65536, all integers that a 64-bit float holds exactly.

const LIGHT_WHITE = 65535 * 64;
const HALF_SHARE = 1 << 15;
// Light with its errors is clipped to this many whites beyond black and white, and to one for comparison.
const FARTHEST = 16;
const [LOWEST, HIGHEST] = [-FARTHEST * LIGHT_WHITE, (FARTHEST + 1) * LIGHT_WHITE];
const COMPARED_SHIFT = 10;
const CELL_SHIFT = 8;

// Visit every pixel in scan order. `take(place, values)` chooses from the values of the channels and
// replaces them with the errors to diffuse.
function scan(width, height, lanes, light, taps, serpentine, take) {
    const rows = 1 + Math.max(0, ...taps.map(([down]) => down));
    const past = lanes.map(() => Array.from({ length: rows }, () => new Float64Array(width)));
    const sums = lanes.map(() => new Float64Array(width));
    const below = taps.filter(([down]) => down > 0);
    const beside = taps.filter(([down]) => down === 0);
    const aheads = Int32Array.from(beside, ([, ahead]) => ahead);
    const shares = Float64Array.from(beside, ([, , share]) => share);
    const values = new Float64Array(lanes.length);
    for (let y = 0; y < height; y++) {
        lanes.forEach((samples, lane) => {
            const sum = sums[lane];
            for (let x = 0; x < width; x++) sum[x] = light[samples(y * width + x)] * 65536 + HALF_SHARE;
            for (const [down, ahead, share] of below) {
                if (down > y) continue;
                // The kernel is mirrored for rows that are scanned to the left.
                const step = serpentine && (y - down) % 2 === 1 ? -ahead : ahead;
                const errors = past[lane][(y - down) % rows];
                const last = Math.min(width, width + step);
                for (let x = Math.max(0, step); x < last; x++) sum[x] += share * errors[x - step];
            }
        });
        const direction = serpentine && y % 2 === 1 ? -1 : 1;
        const now = past.map((ring) => ring[y % rows]);
        for (let step = 0, x = direction === 1 ? 0 : width - 1; step < width; step++, x += direction) {
            for (let lane = 0; lane < values.length; lane++) {
                let sum = sums[lane][x];
                for (let i = 0; i < aheads.length; i++) {
                    if (aheads[i] <= step) sum += shares[i] * now[lane][x - direction * aheads[i]];
                }
                const value = Math.floor(sum / 65536);
                values[lane] = value < LOWEST ? LOWEST : value > HIGHEST ? HIGHEST : value;
            }
            take(y * width + x, values);
            for (let lane = 0; lane < values.length; lane++) now[lane][x] = values[lane];
        }
    }
}

function diffuseToLevels(picture, levels, taps, serpentine, light) {
    const { width, height, channels, samples } = picture;
    const shown = Array.from(levelValues(levels), (code) => light[code]);
    const codes = new Uint8Array(samples.length);
    // Level at or below the start of each 4096th of the light.
    const first = Uint8Array.from({ length: 4096 }, (_, cell) => Math.min(limitsReached(shown, cell * 1024) - 1, levels - 2));
    for (let channel = 0; channel < channels; channel++) {
        const lane = (place) => samples[place * channels + channel];
        scan(width, height, [lane], light, taps, serpentine, (place, values) => {
            const value = clamp(values[0], 0, LIGHT_WHITE);
            let level = first[value >> COMPARED_SHIFT];
            while (level < levels - 2 && shown[level + 1] <= value) level++;
            const middle = Math.floor((shown[level + 1] - shown[level]) / 2);
            if (value - shown[level] > middle) level++;
            codes[place * channels + channel] = level;
            values[0] -= shown[level];
        });
    }
    return codes;
}

// `light` is that of 8-bit codes, `sampleLight` that of the samples.
function diffuseToPalette(picture, colors, taps, serpentine, light, sampleLight) {
    const { width, height, channels, samples } = picture;
    const shown = colors.map((color) => Array.from(color, (code) => light[code]));
    const nearest = nearestColor(shown);
    const lanes = [0, 1, 2].map((lane) => (place) => samples[place * channels + (channels === 3 ? lane : 0)]);
    const codes = new Uint8Array(width * height);
    scan(width, height, lanes, sampleLight, taps, serpentine, (place, values) => {
        const index = nearest(compared(values[0]), compared(values[1]), compared(values[2]));
        codes[place] = index;
        for (let lane = 0; lane < 3; lane++) values[lane] -= shown[index][lane];
    });
    return codes;
}

// Light of every 16-bit code.
function deepLight(light) {
    return Int32Array.from({ length: DEEP_WHITE + 1 }, (_, code) => (light === "linear" ? rint(srgbToLinear(code / DEEP_WHITE) * LIGHT_WHITE) : code * 64));
}

function compared(value) {
    return clamp(value, -LIGHT_WHITE, 2 * LIGHT_WHITE) >> COMPARED_SHIFT;
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
