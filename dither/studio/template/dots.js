// Dot diffusion: pixels are quantized class by class, and errors go to neighbours of later classes; identical to
// `dither.diffusion.dot_diffusion`.

const ALL_AROUND = [-1, 0, 1].flatMap((down) => [-1, 0, 1].map((ahead) => ({ down, ahead, weight: down !== 0 && ahead !== 0 ? 1 : 2 })));

// Return the later neighbours of a pixel with their shares of the error in 1/65536; the first takes the remainder.
function dotShares({ planes: [classes], height: rows, width: columns }, y, x, isInside) {
    const at = (row, column) => classes[modulo(row, rows) * columns + modulo(column, columns)];
    const later = ALL_AROUND.filter(({ down, ahead }) => isInside(y + down, x + ahead) && at(y + down, x + ahead) > at(y, x));
    const total = later.reduce((sum, { weight }) => sum + weight, 0);
    const shares = later.map(({ down, ahead, weight }) => ({ down, ahead, share: Math.floor((weight * 65536) / total) }));
    if (shares.length) shares[0].share += 65536 - shares.reduce((sum, { share }) => sum + share, 0);
    return shares;
}

function* byClasses(picture, { lanes, stride, codes, offset, step }, light, { take }, { classes, bounds }) {
    const { width, height, samples } = picture;
    const order = Array.from(classes.planes[0].keys()).sort((one, other) => classes.planes[0][one] - classes.planes[0][other]);
    const sums = lanes.map(() => new Float64Array(width * height));
    const values = new Float64Array(lanes.length);
    const [lowest, highest] = bounds;
    const isInside = (y, x) => y >= 0 && x >= 0 && y < height && x < width;
    for (const cell of order) {
        const [top, left] = [Math.floor(cell / classes.width), cell % classes.width];
        // Away from the edges the shares depend on the class alone.
        const inner = dotShares(classes, top, left, () => true);
        const ahead = Int32Array.from(inner, (each) => each.down * width + each.ahead);
        const share = Float64Array.from(inner, (each) => each.share);
        for (let y = top; y < height; y += classes.height) {
            for (let x = left; x < width; x += classes.width) {
                const place = y * width + x;
                for (let lane = 0; lane < values.length; lane++) {
                    const value = light[samples[place * stride + lanes[lane]]] + Math.floor((sums[lane][place] + HALF_SHARE) / 65536);
                    values[lane] = value < lowest ? lowest : value > highest ? highest : value;
                }
                codes[place * step + offset] = take(values, MIDDLE_SHARE);
                if (y === 0 || x === 0 || y === height - 1 || x === width - 1) {
                    for (const each of dotShares(classes, y, x, isInside)) {
                        for (let lane = 0; lane < values.length; lane++) sums[lane][place + each.down * width + each.ahead] += each.share * values[lane];
                    }
                    continue;
                }
                for (let i = 0; i < ahead.length; i++) {
                    for (let lane = 0; lane < values.length; lane++) sums[lane][place + ahead[i]] += share[i] * values[lane];
                }
            }
        }
        yield;
    }
}
