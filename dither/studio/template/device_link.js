// Device link: a table of 33 by 33 by 33 mapped colours as 16-bit codes, identical to `dither.gamut.device_link`; only the
// nodes that are needed are mapped.

const DEEP_WHITE = 65535;
const LINK_STEPS = 32;
// Pixels that are looked at between two steps.
const PIXELS_PER_STEP = 1 << 18;
// Enough for a preview.
const DRAFT_STEPS = 8;
// Channels by falling rest; two of the eight cases cannot occur.
const ORDERS = [[0, 1], [0, 1], [0, 2], [2, 0], [1, 0], [1, 2], [1, 2], [2, 1]];

// The table of a mapping of linear light, of which nodes are mapped when they are needed.
class Link {
    #map;
    #light;
    #known;
    // Whether a mapped node has another colour than it had.
    changes = false;

    constructor(map, steps = LINK_STEPS) {
        this.#map = map;
        this.side = steps + 1;
        this.#light = Float64Array.from({ length: this.side }, (_, i) => srgbToLinear(i / steps));
        this.#known = new Uint8Array(this.side ** 3);
        this.table = new Uint16Array(3 * this.side ** 3);
    }

    add(node) {
        if (this.#known[node]) return;
        this.#known[node] = 1;
        const places = [Math.floor(node / this.side ** 2), Math.floor(node / this.side) % this.side, node % this.side];
        const mapped = this.#map(places.map((place) => this.#light[place]));
        for (let channel = 0; channel < 3; channel++) {
            const code = linearToSrgb(mapped[channel]);
            if (Math.abs(code - places[channel] / (this.side - 1)) >= 0.5 / DEEP_WHITE) this.changes = true;
            // A little above a half, which powers reach only nearly.
            this.table[3 * node + channel] = Math.floor(code * DEEP_WHITE + 0.500001);
        }
    }

    // Map the nodes around a colour of 8-bit codes.
    addAround(codes) {
        const [red, green, blue] = codes.map((code) => Math.min(Math.floor((code * (this.side - 1)) / WHITE), this.side - 2));
        for (const [across, down, along] of CORNERS) this.add(((red + across) * this.side + green + down) * this.side + blue + along);
    }

    // Return the nodes around the colours of a picture, as steps.
    *around({ channels, samples }) {
        const { side } = this;
        const white = samples instanceof Uint16Array ? DEEP_WHITE : WHITE;
        const below = Uint8Array.from({ length: white + 1 }, (_, code) => Math.min(Math.floor((code * (side - 1)) / white), side - 2));
        const [cells, nodes] = [new Uint8Array(side ** 3), new Uint8Array(side ** 3)];
        const [greenAt, blueAt] = channels === 3 ? [1, 2] : [0, 0];
        const mark = (first, end) => {
            for (let s = first; s < end; s += channels) cells[(below[samples[s]] * side + below[samples[s + greenAt]]) * side + below[samples[s + blueAt]]] = 1;
        };
        for (let first = 0, count = channels * PIXELS_PER_STEP; first < samples.length; first += count) {
            mark(first, Math.min(first + count, samples.length));
            yield;
        }
        for (let cell = 0; cell < cells.length; cell++) {
            if (cells[cell]) for (const [red, green, blue] of CORNERS) nodes[cell + (red * side + green) * side + blue] = 1;
        }
        return nodes;
    }
}

// Return the table of a link with the nodes that a picture needs, or with all; null if the mapping changes no colour.
function* linkTable(link, picture = null) {
    const count = link.side ** 3;
    for (let node = 0; node < count && !link.changes; node++) {
        link.add(node);
        if (node % 256 === 0) yield;
    }
    if (!link.changes) return null;
    const nodes = picture && (yield* link.around(picture));
    for (let node = 0; node < count; node++) {
        if (nodes === null || nodes[node]) link.add(node);
        if (node % 256 === 0) yield;
    }
    return link.table;
}

// Return a mapping of linear light that is interpolated between few colours.
function draftMapper(map) {
    const side = DRAFT_STEPS + 1;
    const nodeAt = remembered((place) => map([Math.floor(place / (side * side)), Math.floor(place / side) % side, place % side].map((step) => srgbToLinear(step / DRAFT_STEPS))));
    return (light) => {
        const places = light.map((value) => linearToSrgb(clamp(value, 0, 1)) * DRAFT_STEPS);
        const [red, green, blue] = places.map((place) => Math.min(Math.floor(place + 1e-9), DRAFT_STEPS - 1));
        const rest = [places[0] - red, places[1] - green, places[2] - blue];
        const mixed = [0, 0, 0];
        for (const [across, down, along] of CORNERS) {
            const part = (across ? rest[0] : 1 - rest[0]) * (down ? rest[1] : 1 - rest[1]) * (along ? rest[2] : 1 - rest[2]);
            if (part < 1e-9) continue;
            const own = nodeAt(((red + across) * side + green + down) * side + blue + along);
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
        // Not the negative of a sum: as an index, -0 is slow.
        const order = (greenFirst & 4) | (blueNext & 2) | (blueFirst & 1);
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
            out[at + lane] = (total + half) * part;
        }
    };
}

// Return a function that maps a colour 0xRRGGBB by a link, if that changes colours.
function colorMapper(link, exact, colors) {
    if (!link.changes) return (color) => color;
    const look = linkLookup(link.table, WHITE);
    const found = new Uint16Array(3);
    return remembered((color) => {
        const own = exact(color);
        if (own >= 0) return packed(colors[own]);
        const codes = unpacked(color);
        link.addAround(codes);
        look(...codes, found, 0);
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
            if (own < 0) look(red, green, blue, out, s);
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
