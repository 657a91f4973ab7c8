// Statistics of square cells of a picture, over windows of neighbours, and connected regions; identical to
// `dither.preparation.cells` and `dither.preparation.window_scores`. A grid is { width, height }.

const CELL = 8;
const lesser = (one, other) => (other < one ? other : one);
const greater = (one, other) => (other > one ? other : one);
const plus = (one, other) => one + other;

function cellGrid({ width, height }, size = CELL) {
    return { width: Math.ceil(width / size), height: Math.ceil(height / size) };
}

// Call `visit(cell, pixel)` for all pixels of each cell; a picture whose sides are no multiples is extended at its edges.
function eachOfCells({ width, height }, size, visit) {
    const grid = cellGrid({ width, height }, size);
    for (let row = 0, cell = 0; row < grid.height; row++) {
        for (let column = 0; column < grid.width; column++, cell++) {
            for (let y = row * size; y < (row + 1) * size; y++) {
                const line = (y < height ? y : height - 1) * width;
                for (let x = column * size; x < (column + 1) * size; x++) visit(cell, line + (x < width ? x : width - 1));
            }
        }
    }
}

// Call `visit(pixel, cell)` for all pixels of a picture.
function eachWithCell({ width, height }, size, visit) {
    const across = Math.ceil(width / size);
    for (let y = 0, i = 0; y < height; y++) {
        const row = Math.floor(y / size) * across;
        for (let x = 0; x < width; x++, i++) visit(i, row + Math.floor(x / size));
    }
}

// Combine the values of each cell, from `start` on.
function cellValues(values, size, side, combine, start) {
    const grid = cellGrid(size, side);
    const out = new Float64Array(grid.width * grid.height).fill(start);
    eachOfCells(size, side, (cell, pixel) => (out[cell] = combine(out[cell], values[pixel])));
    return out;
}

// Combine each value with all in a square around it, columns first; edges are extended. A place has `lanes` values.
function windowed(values, size, radius, combine, lanes = 1) {
    const wide = extended(values, size, radius, lanes);
    const line = (size.width + 2 * radius) * lanes;
    const made = [line, lanes].reduce((plane, stride) => (combine === plus ? runningSums : runningEnds)(plane, stride, 2 * radius + 1, combine), wide);
    const out = values.slice();
    for (let y = 0; y < size.height; y++) out.set(made.subarray(y * line, y * line + size.width * lanes), y * size.width * lanes);
    return out;
}

// Return a plane with `radius` more places on each side, which repeat those at its edges.
function extended(values, { width, height }, radius, lanes) {
    const [line, wideLine, edge] = [width * lanes, (width + 2 * radius) * lanes, radius * lanes];
    const out = new values.constructor(wideLine * (height + 2 * radius));
    for (let y = -radius, start = 0; y < height + radius; y++, start += wideLine) {
        const from = clamp(y, 0, height - 1) * line;
        out.set(values.subarray(from, from + line), start + edge);
        for (let i = 0; i < edge; i++) {
            out[start + i] = values[from + (i % lanes)];
            out[start + edge + line + i] = values[from + line - lanes + (i % lanes)];
        }
    }
    return out;
}

// Return the sum of each value and of those that follow it at a stride, `count` in all.
function runningSums(values, stride, count) {
    const out = values.slice();
    for (let number = 1; number < count; number++) for (let i = 0, from = number * stride; from < out.length; i++, from++) out[i] += values[from];
    return out;
}

// Replace each value by the least or the largest of it and of those that follow: first two, then four, up to `count`.
function runningEnds(values, stride, count, combine) {
    let known = 1;
    while (known < count) {
        const ahead = Math.min(known, count - known) * stride;
        if (values instanceof Uint8Array) combineBytes(values, ahead, combine === lesser ? 0 : -1);
        else for (let i = 0, from = ahead; from < values.length; i++, from++) values[i] = combine(values[i], values[from]);
        known += ahead / stride;
    }
    return values;
}

// The same for bytes, without branches: a difference shifted by 31 is -1 or 0; `side` is -1 for the larger value.
function combineBytes(values, ahead, side) {
    for (let i = 0, from = ahead; from < values.length; i++, from++) {
        const rise = values[from] - values[i];
        values[i] += rise & ((rise >> 31) ^ side);
    }
}

function windowMean(values, grid, radius) {
    return windowed(values, grid, radius, plus).map((sum) => sum / (2 * radius + 1) ** 2);
}

// Return the number of each cell's region, in the order of their first cells, and their count.
function regionsBy({ width, height }, isJoined) {
    const numbers = new Int32Array(width * height).fill(-1);
    const waiting = [];
    let count = 0;
    for (let first = 0; first < numbers.length; first++) {
        if (numbers[first] >= 0) continue;
        numbers[first] = count;
        waiting.push(first);
        while (waiting.length) {
            const cell = waiting.pop();
            const column = cell % width;
            const around = [column > 0 && cell - 1, column < width - 1 && cell + 1, cell >= width && cell - width, cell + width < numbers.length && cell + width];
            for (const other of around) {
                if (other === false || numbers[other] >= 0 || !isJoined(cell, other)) continue;
                numbers[other] = count;
                waiting.push(other);
            }
        }
        count++;
    }
    return { numbers, count };
}

function regionsOf(values, grid) {
    return regionsBy(grid, (one, other) => values[one] === values[other]);
}

// Return the sum of `of(cell)` in each region.
function sumsOf({ numbers, count }, of) {
    const sums = new Float64Array(count);
    for (let cell = 0; cell < numbers.length; cell++) sums[numbers[cell]] += of(cell);
    return sums;
}

// Return top, left, bottom and right of each region that has a cell for which `counts`.
function boundsOf({ numbers, count }, { width }, counts = () => true) {
    const boxes = Array.from({ length: count }, () => null);
    for (let cell = 0; cell < numbers.length; cell++) {
        if (!counts(cell)) continue;
        const [row, column] = [Math.floor(cell / width), cell % width];
        const box = (boxes[numbers[cell]] ??= { top: row, left: column, bottom: 0, right: 0 });
        box.left = Math.min(box.left, column);
        box.bottom = row + 1;
        box.right = Math.max(box.right, column + 1);
    }
    return boxes;
}

function areaOf({ top, left, bottom, right }) {
    return (bottom - top) * (right - left);
}

function eachInBox({ top, left, bottom, right }, { width }, visit) {
    for (let row = top; row < bottom; row++) for (let column = left; column < right; column++) visit(row * width + column);
}

function lumaOf(red, green, blue) {
    return (54 * red + 183 * green + 19 * blue) >> 8;
}

// Return the weighted mean of the codes of every pixel; a picture has three channels here.
function lumaPlane({ samples }) {
    const luma = new Uint8Array(samples.length / 3);
    for (let i = 0, s = 0; i < luma.length; i++, s += 3) luma[i] = lumaOf(samples[s], samples[s + 1], samples[s + 2]);
    return luma;
}

// Return the largest difference of a channel from the next pixel, right or below.
function stepPlane({ width, height, samples }) {
    const steps = new Uint8Array(width * height);
    for (let y = 0, i = 0; y < height; y++) {
        for (let x = 0; x < width; x++, i++) {
            for (let lane = 3 * i; lane < 3 * i + 3; lane++) {
                if (x + 1 < width) steps[i] = greater(steps[i], Math.abs(samples[lane] - samples[lane + 3]));
                if (y + 1 < height) steps[i] = greater(steps[i], Math.abs(samples[lane] - samples[lane + 3 * width]));
            }
        }
    }
    return steps;
}

const END_SHARE = 0.15;
const STEP_WEIGHT = 3.58;
const SCORE_CONSTANT = 0.88;
const NOISE_FACTOR = 2;

// Score windows of 3 by 3 cells; above 0 they hold text or line art.
function windowScores(picture, luma, steps, noise) {
    const grid = cellGrid(picture);
    const low = windowed(cellValues(luma, picture, CELL, lesser, 255), grid, 1, lesser);
    const high = windowed(cellValues(luma, picture, CELL, greater, 0), grid, 1, greater);
    const contrast = high.map((value, cell) => Math.max(value - low[cell], 1));
    const [first, last] = [END_SHARE, 1 - END_SHARE].map(Math.fround);
    const ends = new Float64Array(contrast.length);
    // The sums of eight are those of numpy.
    const excess = Array.from({ length: 8 }, () => new Float64Array(contrast.length));
    let count = 0;
    eachOfCells(picture, CELL, (cell, pixel) => {
        const position = Math.fround((luma[pixel] - low[cell]) / contrast[cell]);
        if (position < first || position > last) ends[cell]++;
        excess[count++ % 8][cell] += Math.max(steps[pixel] - NOISE_FACTOR * noise, 0);
    });
    const [a, b, c, d, e, f, g, h] = excess;
    const step = windowMean(contrast.map((most, i) => (a[i] + b[i] + (c[i] + d[i]) + (e[i] + f[i] + (g[i] + h[i]))) / 64 / most), grid, 1);
    const share = windowMean(ends.map((value) => value / 64), grid, 1);
    return { score: share.map((value, cell) => value + STEP_WEIGHT * step[cell] - SCORE_CONSTANT), contrast };
}
