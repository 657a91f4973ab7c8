// Ordered dithering to a palette, identical to `dither.ordered.palette`.

// `tables` hold the palette's mixtures, of two colours or of many; `exact` gives the entry of colours that keep
// theirs.
function* ditherToPalette(picture, exact, matrix, tables, strength) {
    const { width, height, channels, samples } = picture;
    const [ranks] = matrix.planes;
    const { at, table, count, pairs, shares } = tables;
    const picks = pairs
        ? integerThresholds(ranks, matrix.count, LIGHT_PARTS, strength)
        : Int32Array.from(ranks, (rank) => Math.floor((rank * count) / matrix.count));
    const between = thresholdsElsewhere(matrix);
    const node = Uint8Array.from({ length: 256 }, (_, code) => Math.floor((code * GRID_STEPS) / WHITE));
    const rest = Uint8Array.from({ length: 256 }, (_, code) => (code * GRID_STEPS) % WHITE);
    const codes = new Uint8Array(width * height);
    const [greenAt, blueAt] = channels === 3 ? [1, 2] : [0, 0];
    for (let y = 0, i = 0, s = 0; y < height; y++) {
        const row = (y % matrix.height) * matrix.width;
        const end = row + matrix.width;
        for (let x = 0, cell = row; x < width; x++, i++, s += channels) {
            const red = samples[s];
            const green = samples[s + greenAt];
            const blue = samples[s + blueAt];
            const own = exact((red << 16) | (green << 8) | blue);
            if (own >= 0) codes[i] = own;
            else {
                const limit = between[cell];
                const place = at(
                    node[red] + (rest[red] > limit ? 1 : 0),
                    node[green] + (rest[green] > limit ? 1 : 0),
                    node[blue] + (rest[blue] > limit ? 1 : 0),
                );
                codes[i] = pairs ? pairs[2 * place + (shares[place] > picks[cell] ? 1 : 0)] : table[place * count + picks[cell]];
            }
            if (++cell === end) cell = row;
        }
        if (y % 64 === 63) yield;
    }
    return codes;
}

// A colour between nodes is dithered between the nodes around it, with thresholds half a matrix away, so
// that they are independent of the picks.
function thresholdsElsewhere({ planes: [ranks], height, width, count }) {
    const moved = new Float64Array(ranks.length);
    for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
            const from = modulo(y - (height >> 1), height) * width + modulo(x - (width >> 1), width);
            moved[y * width + x] = ranks[from];
        }
    }
    return integerThresholds(moved, count, WHITE, 1);
}
