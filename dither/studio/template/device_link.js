// Device link: a table of 33 by 33 by 33 mapped colours as 16-bit codes, identical to `dither.gamut.device_link`.

const DEEP_WHITE = 65535;
const LINK_STEPS = 32;
// Enough for a preview.
const DRAFT_STEPS = 8;

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
    const half = white >> 1;
    // Node below each code, and the rest in parts of a step.
    const [node, rest] = [new Int32Array(white + 1), new Int32Array(white + 1)];
    for (let code = 0; code <= white; code++) {
        node[code] = Math.floor((code * steps) / white);
        rest[code] = (code * steps) % white;
    }
    return (red, green, blue, out, at) => {
        const [ofRed, ofGreen, ofBlue] = [rest[red], rest[green], rest[blue]];
        // The path from the node below to the one above takes the channel with the largest rest first, red before green
        // before blue.
        let [one, two, three] = [ofRed, ofGreen, ofBlue];
        let [toOne, toTwo, toThree] = [3 * side * side, 3 * side, 3];
        let swap;
        if (one < two) {
            swap = one, one = two, two = swap;
            swap = toOne, toOne = toTwo, toTwo = swap;
        }
        if (two < three) {
            swap = two, two = three, three = swap;
            swap = toTwo, toTwo = toThree, toThree = swap;
        }
        if (one < two) {
            swap = one, one = two, two = swap;
            swap = toOne, toOne = toTwo, toTwo = swap;
        }
        const start = 3 * ((node[red] * side + node[green]) * side + node[blue]);
        // White has no node above; the rest there is 0.
        const first = Math.min(start + toOne, last);
        const second = Math.min(first + toTwo, last);
        const third = Math.min(second + toThree, last);
        for (let lane = 0; lane < 3; lane++) {
            const total = table[start + lane] * (white - one) + table[first + lane] * (one - two) + table[second + lane] * (two - three) + table[third + lane] * three;
            out[at + lane] = Math.floor((total + half) / white);
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
    const codeOf = isDeep ? (sample) => Math.floor((sample + 128) / 257) : (sample) => sample;
    for (let i = 0, s = 0; s < out.length; i++, s += 3) {
        const red = samples[i * channels];
        const green = channels === 3 ? samples[i * channels + 1] : red;
        const blue = channels === 3 ? samples[i * channels + 2] : red;
        const own = exact((codeOf(red) << 16) | (codeOf(green) << 8) | codeOf(blue));
        if (own !== undefined) for (let channel = 0; channel < 3; channel++) out[s + channel] = colors[own][channel] * 257;
        else look(red, green, blue, out, s);
        if ((i & 0xffff) === 0xffff) yield;
    }
    return { ...others, width, height, channels: 3, samples: out };
}
