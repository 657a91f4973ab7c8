// Quantization in error diffusion, identical to `dither.diffusion`: light in units of 1/4194240 of white, all integers
// that a 64-bit float holds exactly. A quantizer has two functions: `take` takes light with its errors in `values`, returns
// the code, and leaves the errors; `scanRow` quantizes a row.

const LIGHT_WHITE = 65535 * 64;
const PER_SHARE = 1 / 65536;
const HALF_SHARE = 1 << 15;
// Light with its errors is clipped to this many whites beyond black and white, and to one for comparison.
const FARTHEST = 16;
const COMPARED_SHIFT = 10;
const CELL_SHIFT = 8;

function lightBounds(clampTo) {
    return clampTo === "range" ? [0, LIGHT_WHITE] : [-FARTHEST * LIGHT_WHITE, (FARTHEST + 1) * LIGHT_WHITE];
}

// Light of every 8-bit code.
function lightOfCodes({ light }, { linear }) {
    return Int32Array.from(linear, (lit, code) => (light === "linear" ? rint(lit * LIGHT_WHITE) : (code * LIGHT_WHITE) / WHITE));
}

// Light of every 16-bit code.
function deepLight(light) {
    return Int32Array.from({ length: DEEP_WHITE + 1 }, (_, code) => (light === "linear" ? rint(srgbToLinear(code / DEEP_WHITE) * LIGHT_WHITE) : code * 64));
}

function levelLights(levels, light) {
    return Int32Array.from(levelValues(levels), (code) => light[code]);
}

function clipped(value, low, high) {
    return value < low ? low : value > high ? high : value;
}

// Return the quantizer of levels. A threshold is a position between two levels, in 1/65536.
function levelQuantizer(shown) {
    const last = shown.length - 2;
    // Level at or below the start of each 4096th of the light.
    const first = Uint8Array.from({ length: 4097 }, (_, cell) => Math.min(limitsReached(shown, cell * 1024) - 1, last));
    const levelAt = (light, share) => {
        const value = light < 0 ? 0 : light > LIGHT_WHITE ? LIGHT_WHITE : light;
        let level = first[value >> COMPARED_SHIFT];
        while (level < last && shown[level + 1] <= value) level++;
        return value - shown[level] > Math.floor((shown[level + 1] - shown[level]) * share * PER_SHARE) ? level + 1 : level;
    };
    const take = (values, share) => {
        const level = levelAt(values[0], share);
        values[0] -= shown[level];
        return level;
    };
    const scanRow = ({ sums: [sum], errors: [errors], shares, backs, direction, bounds: [lowest, highest], share }, codes, start, step) => {
        const { length } = sum;
        const near = shares.length === 1 && backs[0] === -direction;
        let before = 0;
        for (let count = 0, x = direction === 1 ? 0 : length - 1; count < length; count++, x += direction) {
            let due = sum[x];
            if (near) due += shares[0] * before;
            else for (let i = 0; i < backs.length; i++) due += shares[i] * errors[x + PAD + backs[i]];
            const value = clipped(Math.floor(due * PER_SHARE), lowest, highest);
            const level = levelAt(value, share === null ? MIDDLE_SHARE : share(x));
            codes[start + x * step] = level;
            before = errors[x + PAD] = value - shown[level];
        }
    };
    return { take, scanRow };
}

// Return the quantizer of colours, of which `nearest` gives the nearest. A threshold off the middle shifts the light along
// the greys, by twice the largest difference between its channels and the nearest colour.
function colorQuantizer(colors, light, nearest) {
    const [reds, greens, blues] = [0, 1, 2].map((lane) => Float64Array.from(colors, (color) => light[color[lane]]));
    const entryAt = (red, green, blue, share) => {
        const index = nearest(compared(red), compared(green), compared(blue));
        if (share === MIDDLE_SHARE) return index;
        const apart = Math.max(Math.abs(red - reds[index]), Math.abs(green - greens[index]), Math.abs(blue - blues[index]));
        const shift = Math.floor(2 * apart * (share - MIDDLE_SHARE) * PER_SHARE);
        return nearest(compared(red + shift), compared(green + shift), compared(blue + shift));
    };
    const take = (values, share) => {
        const index = entryAt(values[0], values[1], values[2], share);
        values[0] -= reds[index];
        values[1] -= greens[index];
        values[2] -= blues[index];
        return index;
    };
    const scanRow = ({ sums: [sumRed, sumGreen, sumBlue], errors: [errorsRed, errorsGreen, errorsBlue], shares, backs, direction, bounds: [lowest, highest], share }, codes, start, step) => {
        const { length } = sumRed;
        const near = shares.length === 1 && backs[0] === -direction;
        const [part] = shares;
        let [pastRed, pastGreen, pastBlue] = [0, 0, 0];
        for (let count = 0, x = direction === 1 ? 0 : length - 1; count < length; count++, x += direction) {
            let red = sumRed[x];
            let green = sumGreen[x];
            let blue = sumBlue[x];
            if (near) {
                red += part * pastRed;
                green += part * pastGreen;
                blue += part * pastBlue;
            }
            for (let i = near ? backs.length : 0; i < backs.length; i++) {
                const from = x + PAD + backs[i];
                red += shares[i] * errorsRed[from];
                green += shares[i] * errorsGreen[from];
                blue += shares[i] * errorsBlue[from];
            }
            red = clipped(Math.floor(red * PER_SHARE), lowest, highest);
            green = clipped(Math.floor(green * PER_SHARE), lowest, highest);
            blue = clipped(Math.floor(blue * PER_SHARE), lowest, highest);
            const index = entryAt(red, green, blue, share === null ? MIDDLE_SHARE : share(x));
            codes[start + x * step] = index;
            pastRed = errorsRed[x + PAD] = red - reds[index];
            pastGreen = errorsGreen[x + PAD] = green - greens[index];
            pastBlue = errorsBlue[x + PAD] = blue - blues[index];
        }
    };
    return { take, scanRow };
}

// Light at 12 bits, of which one white below black and above white counts.
function compared(value) {
    return (value < -LIGHT_WHITE ? -LIGHT_WHITE : value > 2 * LIGHT_WHITE ? 2 * LIGHT_WHITE : value) >> COMPARED_SHIFT;
}

// Cells of 256 by 256 by 256 lights, in all that `compared` returns.
const CELLS_BELOW = (LIGHT_WHITE >> (COMPARED_SHIFT + CELL_SHIFT)) + 1;
const CELLS_ACROSS = 3 * CELLS_BELOW + 1;

// Return a function that gives the nearest colour at 12 bits per channel, the first of equals, from a list of candidates
// for each cell, which is made when it is needed.
function nearestColor(shown, light) {
    const colors = shown.map((color) => Array.from(color, (code) => light[code] >> COMPARED_SHIFT));
    // Where the list of a cell starts, and the lists: the end of a list, then the number and the light of each colour; 0 is
    // no list.
    const starts = new Int32Array(CELLS_ACROSS ** 3);
    let lists = new Int32Array(1 << 16);
    let end = 1;
    const listed = (cell, red, green, blue) => {
        const found = candidatesOf(colors, [(red >> CELL_SHIFT) << CELL_SHIFT, (green >> CELL_SHIFT) << CELL_SHIFT, (blue >> CELL_SHIFT) << CELL_SHIFT]);
        const items = found.flatMap((index) => [index, ...colors[index]]);
        if (end + items.length >= lists.length) {
            const more = new Int32Array(2 * lists.length);
            more.set(lists);
            lists = more;
        }
        starts[cell] = end;
        lists.set(items, end + 1);
        lists[end] = end += items.length + 1;
        return starts[cell];
    };
    return (red, green, blue) => {
        const cell = (((red >> CELL_SHIFT) + CELLS_BELOW) * CELLS_ACROSS + (green >> CELL_SHIFT) + CELLS_BELOW) * CELLS_ACROSS + (blue >> CELL_SHIFT) + CELLS_BELOW;
        let at = starts[cell];
        if (at === 0) at = listed(cell, red, green, blue);
        const last = lists[at];
        let best = lists[++at];
        if (last === at + 4) return best;
        let least = 0x7fffffff;
        for (; at < last; at += 4) {
            const r = red - lists[at + 1];
            const g = green - lists[at + 2];
            const b = blue - lists[at + 3];
            const distance = Math.imul(r, r) + Math.imul(g, g) + Math.imul(b, b);
            if (distance < least) {
                least = distance;
                best = lists[at];
            }
        }
        return best;
    };
}

// Return the colours that are the nearest to a place of a cell.
function candidatesOf(colors, corner) {
    const side = (1 << CELL_SHIFT) - 1;
    let limit = Infinity;
    const nearest = colors.map((color) => {
        let [near, far] = [0, 0];
        for (let channel = 0; channel < 3; channel++) {
            const away = color[channel] - corner[channel];
            near += Math.max(-away, away - side, 0) ** 2;
            far += Math.max(Math.abs(away), Math.abs(away - side)) ** 2;
        }
        limit = Math.min(limit, far);
        return near;
    });
    const found = [];
    for (let index = 0; index < nearest.length; index++) if (nearest[index] <= limit) found.push(index);
    return found;
}
