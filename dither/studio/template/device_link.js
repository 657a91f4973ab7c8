// Device link: a table of 33 by 33 by 33 mapped colours as 16-bit codes, identical to `dither.gamut.device_link`.

const DEEP_WHITE = 65535;
const LINK_STEPS = 32;
// Enough for a preview.
const DRAFT_STEPS = 8;
// Channels by falling rest; two of the eight cases cannot occur.
const ORDERS = [[0, 1], [0, 1], [0, 2], [2, 0], [1, 0], [1, 2], [1, 2], [2, 1]];

// Return the table of a mapping of linear light, or null if it changes no colour.
function* linkTable(map, steps = LINK_STEPS) {
    const side = steps + 1;
    const axis = Float64Array.from({ length: side }, (_, i) => i / steps);
    const light = axis.map(srgbToLinear);
    const table = new Uint16Array(side ** 3 * 3);
    let changed = false;
    let place = 0;
    for (let red = 0; red < side; red++) {
        for (let green = 0; green < side; green++) {
            for (let blue = 0; blue < side; blue++) {
                const mapped = map([light[red], light[green], light[blue]]);
                const own = [axis[red], axis[green], axis[blue]];
                for (let channel = 0; channel < 3; channel++) {
                    const code = linearToSrgb(mapped[channel]);
                    if (Math.abs(code - own[channel]) >= 0.5 / DEEP_WHITE) changed = true;
                    // A little above a half, which powers reach only nearly.
                    table[place++] = Math.floor(code * DEEP_WHITE + 0.500001);
                }
            }
            yield;
        }
    }
    return changed ? table : null;
}

// Return a mapping of linear light that is interpolated between few colours.
function draftMapper(map) {
    const side = DRAFT_STEPS + 1;
    const nodeAt = remembered((place) => map([Math.floor(place / (side * side)), Math.floor(place / side) % side, place % side].map((step) => srgbToLinear(step / DRAFT_STEPS))));
    return (light) => {
        const places = light.map((value) => linearToSrgb(clamp(value, 0, 1)) * DRAFT_STEPS);
        const nodes = places.map((place) => Math.min(Math.floor(place + 1e-9), DRAFT_STEPS - 1));
        const mixed = [0, 0, 0];
        for (const corner of CORNERS) {
            const part = corner.reduce((product, far, lane) => product * (far ? places[lane] - nodes[lane] : 1 + nodes[lane] - places[lane]), 1);
            if (part < 1e-9) continue;
            const own = nodeAt(((nodes[0] + corner[0]) * side + nodes[1] + corner[1]) * side + nodes[2] + corner[2]);
            for (let lane = 0; lane < 3; lane++) mixed[lane] += part * own[lane];
        }
        return mixed;
    };
}

// Return a function that writes the mapped colour of three codes, of which `white` is the largest: 255 or 65535.
function linkLookup(table, white) {
    const side = Math.round(Math.cbrt(table.length / 3));
    const steps = side - 1;
    const last = table.length - 3;
    // A sum is rounded to halves upward; another half keeps its product with 1 / white off whole numbers.
    const half = (white >> 1) + 0.5;
    const part = 1 / white;
    // Node below each code, and the rest in parts of a step.
    const [node, rest] = [new Int32Array(white + 1), new Int32Array(white + 1)];
    for (let code = 0; code <= white; code++) {
        node[code] = Math.floor((code * steps) / white);
        rest[code] = (code * steps) % white;
    }
    const strides = [3 * side * side, 3 * side, 3];
    const [across, down, along] = strides;
    // The path from the node below to the one above takes the channel with the largest rest first, red before green
    // before blue. Its first two steps by whether green exceeds red, blue green, and blue red.
    const paths = ORDERS.flatMap(([one, two]) => [strides[one], strides[one] + strides[two]]);
    const [first, second] = [0, 1].map((step) => Int32Array.from({ length: 8 }, (_, order) => paths[2 * order + step]));
    return (red, green, blue, out, at) => {
        const ofRed = rest[red];
        const ofGreen = rest[green];
        const ofBlue = rest[blue];
        // Without branches, which neighbouring pixels would take differently: a difference shifted by 31 is -1 or 0.
        const greenFirst = (ofRed - ofGreen) >> 31;
        const blueNext = (ofGreen - ofBlue) >> 31;
        const blueFirst = (ofRed - ofBlue) >> 31;
        const order = -(4 * greenFirst + 2 * blueNext + blueFirst);
        const larger = ofRed - ((ofRed - ofGreen) & greenFirst);
        const most = larger - ((larger - ofBlue) & ((larger - ofBlue) >> 31));
        const smaller = ofGreen + ((ofRed - ofGreen) & greenFirst);
        const least = smaller + ((ofBlue - smaller) & ((ofBlue - smaller) >> 31));
        const middle = ofRed + ofGreen + ofBlue - most - least;
        const start = node[red] * across + node[green] * down + node[blue] * along;
        // White has no node above; the rest there is 0.
        const one = Math.min(start + first[order], last);
        const two = Math.min(start + second[order], last);
        const three = Math.min(start + across + down + along, last);
        const ofStart = white - most;
        const ofOne = most - middle;
        const ofTwo = middle - least;
        for (let lane = 0; lane < 3; lane++) {
            const total = table[start + lane] * ofStart + table[one + lane] * ofOne + table[two + lane] * ofTwo + table[three + lane] * least;
            out[at + lane] = Math.floor((total + half) * part);
        }
    };
}

// Return a function that maps a colour 0xRRGGBB by a table, if there is one.
function colorMapper(table, exact, colors) {
    if (!table) return (color) => color;
    const look = linkLookup(table, WHITE);
    const found = new Uint16Array(3);
    return remembered((color) => {
        const own = exact(color);
        if (own !== undefined) return packed(colors[own]);
        look(...unpacked(color), found, 0);
        return packed(Array.from(found, (code) => Math.floor((code + 128) / 257)));
    });
}

// Return the colours of a picture, mapped, as 16-bit codes; exact colours become those of their entry.
function* linkedPicture({ width, height, channels, samples, ...others }, table, exact, colors) {
    const out = new Uint16Array(width * height * 3);
    const isDeep = samples instanceof Uint16Array;
    const look = linkLookup(table, isDeep ? DEEP_WHITE : WHITE);
    const [greenAt, blueAt] = channels === 3 ? [1, 2] : [0, 0];
    const write = (first, end) => {
        for (let i = first, s = 3 * first, from = channels * first; i < end; i++, s += 3, from += channels) {
            const red = samples[from];
            const green = samples[from + greenAt];
            const blue = samples[from + blueAt];
            const own = exact(isDeep ? (shortCode(red) << 16) | (shortCode(green) << 8) | shortCode(blue) : (red << 16) | (green << 8) | blue);
            if (own === undefined) look(red, green, blue, out, s);
            else for (let channel = 0; channel < 3; channel++) out[s + channel] = colors[own][channel] * 257;
        }
    };
    for (let y = 0; y < height; y += 16) {
        write(y * width, Math.min(y + 16, height) * width);
        yield;
    }
    return { ...others, width, height, channels: 3, samples: out };
}

function shortCode(sample) {
    return Math.floor((sample + 128) / 257);
}
