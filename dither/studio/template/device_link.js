// Device link: a table of 33 by 33 by 33 mapped colours as 16-bit codes, identical to `dither.palettes.device_link`.

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

// Return a function that writes the mapped colour of 16-bit codes.
function linkLookup(table) {
    const side = Math.round(Math.cbrt(table.length / 3));
    const steps = side - 1;
    const last = table.length / 3 - 1;
    // Node below each code, and the rest in 1/65535 of a step.
    const [node, rest] = [new Uint8Array(DEEP_WHITE + 1), new Uint16Array(DEEP_WHITE + 1)];
    for (let code = 0; code <= DEEP_WHITE; code++) [node[code], rest[code]] = [Math.floor((code * steps) / DEEP_WHITE), (code * steps) % DEEP_WHITE];
    return (red, green, blue, out, at) => {
        // The path from the node below to the one above takes the channel with the largest rest first.
        let [one, two, three] = [rest[red], rest[green], rest[blue]];
        let [toOne, toTwo, toThree] = [side * side, side, 1];
        if (one < two) [one, two, toOne, toTwo] = [two, one, toTwo, toOne];
        if (two < three) [two, three, toTwo, toThree] = [three, two, toThree, toTwo];
        if (one < two) [one, two, toOne, toTwo] = [two, one, toTwo, toOne];
        const start = (node[red] * side + node[green]) * side + node[blue];
        const first = Math.min(start + toOne, last);
        const second = Math.min(first + toTwo, last);
        const third = Math.min(second + toThree, last);
        for (let channel = 0; channel < 3; channel++) {
            const total =
                table[3 * start + channel] * (DEEP_WHITE - one) +
                table[3 * first + channel] * (one - two) +
                table[3 * second + channel] * (two - three) +
                table[3 * third + channel] * three;
            out[at + channel] = Math.floor((total + (DEEP_WHITE >> 1)) / DEEP_WHITE);
        }
    };
}

// Return a function that maps a colour 0xRRGGBB by a table, if there is one.
function colorMapper(table, exact, colors) {
    if (!table) return (color) => color;
    const look = linkLookup(table);
    const found = new Uint16Array(3);
    return remembered((color) => {
        const own = exact(color);
        if (own !== undefined) return packed(colors[own]);
        look(...unpacked(color).map((code) => code * 257), found, 0);
        return packed(Array.from(found, (code) => Math.floor((code + 128) / 257)));
    });
}

// Return the colours of a picture, mapped, as 16-bit codes; exact colours become those of their entry.
function* linkedPicture({ width, height, channels, samples, ...others }, table, exact, colors) {
    const out = new Uint16Array(width * height * 3);
    const look = linkLookup(table);
    const isDeep = samples instanceof Uint16Array;
    const codeOf = isDeep ? (sample) => Math.floor((sample + 128) / 257) : (sample) => sample;
    const factor = isDeep ? 1 : 257;
    for (let i = 0, s = 0; s < out.length; i++, s += 3) {
        const red = samples[i * channels];
        const green = channels === 3 ? samples[i * channels + 1] : red;
        const blue = channels === 3 ? samples[i * channels + 2] : red;
        const own = exact((codeOf(red) << 16) | (codeOf(green) << 8) | codeOf(blue));
        if (own !== undefined) for (let channel = 0; channel < 3; channel++) out[s + channel] = colors[own][channel] * 257;
        else look(red * factor, green * factor, blue * factor, out, s);
        if ((i & 0xffff) === 0xffff) yield;
    }
    return { ...others, width, height, channels: 3, samples: out };
}
