// Statistics of square cells of a picture, over windows of neighbours, and connected regions; identical to
// `dither.preparation.cells` and `dither.preparation.window_scores`. A grid is { width, height }.

const CELL = 8;
const STRIP_BYTES = 1 << 18;
// Ways to combine each value with those that follow it at a stride, `count` in all.
const lesser = (values, stride, count) => runningEnds(values, stride, count, -1);
const greater = (values, stride, count) => runningEnds(values, stride, count, 1);
const plus = runningSums;

function cellGrid({ width, height }, size = CELL) {
    return { width: Math.ceil(width / size), height: Math.ceil(height / size) };
}

// Return a function that gives the pixels of a cell, always in one array; a picture whose sides are no multiples is extended
// at its edges.
function cellPixels({ width, height }, size = CELL) {
    const across = Math.ceil(width / size);
    const pixels = new Int32Array(size * size);
    return (cell) => {
        const [top, left] = [Math.floor(cell / across) * size, (cell % across) * size];
        for (let y = top, i = 0; y < top + size; y++) {
            const line = (y < height ? y : height - 1) * width;
            for (let x = left; x < left + size; x++) pixels[i++] = line + (x < width ? x : width - 1);
        }
        return pixels;
    };
}

// Return the least and the largest value in each cell.
function cellEnds(values, size) {
    const grid = cellGrid(size);
    const pixelsOf = cellPixels(size);
    const [low, high] = [new Float64Array(grid.width * grid.height), new Float64Array(grid.width * grid.height)];
    for (let cell = 0; cell < low.length; cell++) {
        const pixels = pixelsOf(cell);
        let [least, most] = [values[pixels[0]], values[pixels[0]]];
        for (let i = 1; i < pixels.length; i++) {
            const value = values[pixels[i]];
            if (value < least) least = value;
            if (value > most) most = value;
        }
        [low[cell], high[cell]] = [least, most];
    }
    return { low, high };
}

// Combine each value with all in a square around it, columns first; edges are extended. A place has `lanes` values.
function windowed(values, size, radius, combine, lanes = 1) {
    const { width, height } = size;
    const [line, wide] = [width * lanes, (width + 2 * radius) * lanes];
    const out = new values.constructor(values.length);
    // Strips of rows stay in a fast memory.
    const rows = Math.min(height, Math.max(4 * radius, Math.floor(STRIP_BYTES / (wide * values.BYTES_PER_ELEMENT))));
    const strip = new values.constructor((rows + 2 * radius) * wide);
    for (let top = 0; top < height; top += rows) {
        const end = Math.min(top + rows, height);
        const part = strip.subarray(0, (end - top + 2 * radius) * wide);
        extend(values, size, radius, lanes, top - radius, part);
        const made = [wide, lanes].reduce((plane, stride) => combine(plane, stride, 2 * radius + 1), part);
        for (let y = top, from = 0; y < end; y++, from += wide) out.set(made.subarray(from, from + line), y * line);
    }
    return out;
}

// Write rows from `top` on, with `radius` more places on each side; beyond the edges, those at the edges are repeated.
function extend(values, { width, height }, radius, lanes, top, out) {
    const [line, edge] = [width * lanes, radius * lanes];
    for (let y = top, start = 0; start < out.length; y++, start += line + 2 * edge) {
        const from = clamp(y, 0, height - 1) * line;
        out.set(values.subarray(from, from + line), start + edge);
        for (let i = 0; i < edge; i++) {
            out[start + i] = values[from + (i % lanes)];
            out[start + edge + line + i] = values[from + line - lanes + (i % lanes)];
        }
    }
}

// Return the sum of each value and of those that follow it.
function runningSums(values, stride, count) {
    const out = values.slice();
    for (let number = 1; number < count; number++) for (let i = 0, from = number * stride; from < out.length; i++, from++) out[i] += values[from];
    return out;
}

// Replace each value by the least (`sign` -1) or the largest (1) of it and of those that follow: first two, then four, up to
// `count`.
function runningEnds(values, stride, count, sign) {
    let known = 1;
    while (known < count) {
        const ahead = Math.min(known, count - known) * stride;
        (values instanceof Uint8Array ? combineBytes : combineNumbers)(values, ahead, sign);
        known += ahead / stride;
    }
    return values;
}

function combineNumbers(values, ahead, sign) {
    for (let i = 0, from = ahead; from < values.length; i++, from++) if (sign * values[from] > sign * values[i]) values[i] = values[from];
}

// The same for bytes, without branches: a difference shifted by 31 is -1 or 0.
function combineBytes(values, ahead, sign) {
    const side = sign === 1 ? -1 : 0;
    for (let i = 0, from = ahead; from < values.length; i++, from++) {
        const rise = values[from] - values[i];
        values[i] += rise & ((rise >> 31) ^ side);
    }
}

// Return the value of each pixel's cell.
function perPixel(values, { width, height }, size) {
    const across = Math.ceil(width / size);
    const out = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
        const start = y * width;
        if (y % size > 0) out.copyWithin(start, start - width, start);
        else for (let x = 0, cell = (y / size) * across; x < width; x += size, cell++) out.fill(values[cell], start + x, start + Math.min(x + size, width));
    }
    return out;
}

function windowMean(values, grid, radius) {
    return windowed(values, grid, radius, plus).map((sum) => sum / (2 * radius + 1) ** 2);
}

// Return the number of each cell's region, in the order of their first cells, and their count.
function regionsBy({ width, height }, isJoined) {
    const numbers = new Int32Array(width * height).fill(-1);
    const waiting = [];
    let count = 0;
    const join = (cell, other) => {
        if (numbers[other] >= 0 || !isJoined(cell, other)) return;
        numbers[other] = count;
        waiting.push(other);
    };
    for (let first = 0; first < numbers.length; first++) {
        if (numbers[first] >= 0) continue;
        numbers[first] = count;
        waiting.push(first);
        while (waiting.length) {
            const cell = waiting.pop();
            const column = cell % width;
            if (column > 0) join(cell, cell - 1);
            if (column < width - 1) join(cell, cell + 1);
            if (cell >= width) join(cell, cell - width);
            if (cell + width < numbers.length) join(cell, cell + width);
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
        // At the edges a pixel is its own neighbour.
        const down = y + 1 < height ? 3 * width : 0;
        for (let x = 0; x < width; x++, i++) {
            const right = x + 1 < width ? 3 : 0;
            let most = 0;
            for (let lane = 3 * i; lane < 3 * i + 3; lane++) {
                const own = samples[lane];
                most = Math.max(most, Math.abs(own - samples[lane + right]), Math.abs(own - samples[lane + down]));
            }
            steps[i] = most;
        }
    }
    return steps;
}

const END_SHARE = 0.15;
const STEP_WEIGHT = 3.58;
const SCORE_CONSTANT = 0.88;
const NOISE_FACTOR = 2;

// Score windows of 3 by 3 cells; above 0 they hold text or line art.
function windowScores(picture, luma, lumaEnds, steps, noise) {
    const grid = cellGrid(picture);
    const low = windowed(lumaEnds.low, grid, 1, lesser);
    const high = windowed(lumaEnds.high, grid, 1, greater);
    const contrast = high.map((value, cell) => Math.max(value - low[cell], 1));
    const [first, last] = [END_SHARE, 1 - END_SHARE].map(Math.fround);
    const ends = new Float64Array(contrast.length);
    const steep = new Float64Array(contrast.length);
    const sums = new Float64Array(8);
    const pixelsOf = cellPixels(picture);
    for (let cell = 0; cell < ends.length; cell++) {
        const pixels = pixelsOf(cell);
        const [least, most] = [low[cell], contrast[cell]];
        sums.fill(0);
        for (let i = 0; i < pixels.length; i++) {
            const position = Math.fround((luma[pixels[i]] - least) / most);
            if (position < first || position > last) ends[cell]++;
            sums[i % 8] += Math.max(steps[pixels[i]] - NOISE_FACTOR * noise, 0);
        }
        // The sums of eight are those of numpy.
        const [a, b, c, d, e, f, g, h] = sums;
        steep[cell] = (a + b + (c + d) + (e + f + (g + h))) / 64 / most;
    }
    const step = windowMean(steep, grid, 1);
    const share = windowMean(ends.map((value) => value / 64), grid, 1);
    return { score: share.map((value, cell) => value + STEP_WEIGHT * step[cell] - SCORE_CONSTANT), contrast };
}
