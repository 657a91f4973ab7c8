// Give the pixels of flat areas, lines and text exact colours, so that they are not dithered; identical to
// `dither.gamut.line_art`, which explains the rules.

const DARKNESS_BIN = 8;
const BINS = 256 / DARKNESS_BIN;
const BACKGROUND_RADIUS = 2;
const [EDGE_RADIUS, FILL_RADIUS] = [2, 8];
const NEIGHBORS = 2;
const [FLAT_CODES, SEEN_CODES, KEPT_CODES] = [12, 24, 40];
const SEEN_SHARE = 0.2;
const COLOR_BITS = 1 << 24;

// Return the colours of a picture of three channels in its kept pixels, and which are kept; `tints` leaves areas that no
// available colour resembles to the ditherer.
function* keptColors(picture, mask, available, tints) {
    const { width, height, samples } = picture;
    const count = width * height;
    const shown = new Uint32Array(count);
    for (let i = 0, s = 0; i < count; i++, s += 3) shown[i] = (samples[s] << 16) | (samples[s + 1] << 8) | samples[s + 2];
    const kept = new Uint8Array(count);
    if (!mask.includes(1)) return { shown, kept };
    const grid = cellGrid(picture);
    const { background, contrast } = cellBackgrounds(picture, mask);
    yield;
    const cellOf = new Int32Array(count);
    eachWithCell(picture, CELL, (pixel, cell) => (cellOf[pixel] = cell));
    const crisp = toggledColors(picture, shown, background, cellOf);
    yield;
    const find = nearFinder(available);
    const { means, gradient } = backgroundRegions(background, grid);
    const near = means.map((color, cell) => (!tints || (find(color).isNear && !gradient[cell]) ? 1 : 0));
    const ends = means.map((color) => find(color).nearest);
    const least = contrast.map((most) => Math.max(SEEN_CODES, SEEN_SHARE * most));
    const { place, apart } = ownBackgrounds(crisp, mask, background, least, cellOf, grid);
    yield;
    const isFill = flatSquares(picture);
    const lines = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
        if (!mask[i]) continue;
        if (apart[i] <= least[cellOf[i]]) {
            if (!near[place[i]]) continue;
            shown[i] = ends[place[i]];
            kept[i] = 1;
        } else if (isFill[i]) {
            const { nearest, isNear } = find(shown[i]);
            shown[i] = nearest;
            kept[i] = isNear || !tints ? 1 : 0;
        } else lines[i] = apart[i];
    }
    yield;
    const strong = windowed(lines, picture, EDGE_RADIUS, greater);
    // Rule 5 needs both colours of a letter, the larger ones first.
    const letters = new Float64Array(count).fill(-1);
    const drawn = contrastFinder(available);
    for (let i = 0; i < count; i++) {
        if (lines[i] === 0 || strong[i] <= KEPT_CODES) continue;
        const cell = place[i];
        shown[i] = drawn(crisp[i], background[cell], near[cell] ? ends[cell] : available.mapped(background[cell]));
        kept[i] = 1;
        letters[i] = crisp[i] * COLOR_BITS + shown[i];
    }
    yield;
    const beside = windowed(letters, picture, 1, greater);
    for (let i = 0; i < count; i++) {
        if (!mask[i] || apart[i] > least[cellOf[i]] || near[place[i]] || beside[i] < 0) continue;
        shown[i] = drawn(background[place[i]], Math.floor(beside[i] / COLOR_BITS), beside[i] % COLOR_BITS);
        kept[i] = 1;
    }
    if (!tints) {
        for (let i = 0; i < count; i++) {
            if (!mask[i] || kept[i]) continue;
            shown[i] = available.nearest(crisp[i]);
            kept[i] = 1;
        }
    }
    return { shown, kept };
}

// Return `withContrast`, which remembers what it gave.
function contrastFinder(available) {
    const known = new Map();
    return (color, other, otherShown) => {
        const key = `${color},${other},${otherShown}`;
        let found = known.get(key);
        if (found === undefined) known.set(key, (found = withContrast(color, other, otherShown, available)));
        return found;
    };
}

// Return the largest difference in a channel.
function mostApart(one, other) {
    return Math.max(Math.abs((one >> 16) - (other >> 16)), Math.abs(((one >> 8) & 255) - ((other >> 8) & 255)), Math.abs((one & 255) - (other & 255)));
}

// Return the most frequent colour around each cell, and the contrast there.
function cellBackgrounds(picture, mask) {
    const grid = cellGrid(picture);
    const cells = grid.width * grid.height;
    const luma = lumaPlane(picture);
    const { samples } = picture;
    const sums = Array.from({ length: 4 }, () => new Float64Array(cells * BINS));
    const [sumRed, sumGreen, sumBlue, sumWeight] = sums;
    const [high, low] = [new Float64Array(cells).fill(-1), new Float64Array(cells).fill(256)];
    eachOfCells(picture, CELL, (cell, pixel) => {
        const bin = cell * BINS + Math.floor(luma[pixel] / DARKNESS_BIN);
        const weight = mask[pixel] ? 1 : 1e-6;
        sumWeight[bin] += weight;
        sumRed[bin] += weight * samples[3 * pixel];
        sumGreen[bin] += weight * samples[3 * pixel + 1];
        sumBlue[bin] += weight * samples[3 * pixel + 2];
        if (!mask[pixel]) return;
        if (luma[pixel] > high[cell]) high[cell] = luma[pixel];
        if (luma[pixel] < low[cell]) low[cell] = luma[pixel];
    });
    const [reds, greens, blues, weights] = sums.map((plane) => windowed(plane, grid, BACKGROUND_RADIUS, plus, BINS));
    const background = new Uint32Array(cells);
    for (let cell = 0; cell < cells; cell++) {
        let [most, best] = [-1, 0];
        for (let bin = cell * BINS; bin < (cell + 1) * BINS - 1; bin++) {
            const total = weights[bin] + weights[bin + 1];
            if (total > most) [most, best] = [total, bin];
        }
        background[cell] = packed([reds, greens, blues].map((plane) => rint((plane[best] + plane[best + 1]) / most)));
    }
    const [highest, lowest] = [windowed(high, grid, BACKGROUND_RADIUS, greater), windowed(low, grid, BACKGROUND_RADIUS, lesser)];
    return { background, contrast: highest.map((value, cell) => value - lowest[cell]) };
}

// Return the pixels' colours; at edges, that of the nearer of the darkest and the lightest pixel around.
function toggledColors(picture, colors, background, cellOf) {
    const keys = colors.map((color) => lumaOfColor(color) * COLOR_BITS + color);
    const [low, high] = [lesser, greater].map((combine) => windowed(keys, picture, EDGE_RADIUS, combine));
    return colors.map((color, i) => {
        const [dark, bright, own] = [low[i] >>> 24, high[i] >>> 24, keys[i] >>> 24];
        if (bright - dark <= FLAT_CODES) return color;
        const above = 2 * own - dark - bright;
        const isDark = above < 0 || (above === 0 && 2 * lumaOfColor(background[cellOf[i]]) > dark + bright);
        return (isDark ? low[i] : high[i]) % COLOR_BITS;
    });
}

// Return which pixels lie in flat squares.
function flatSquares({ width, height, samples }) {
    const flat = new Uint8Array(width * height);
    const [high, low] = [greater, lesser].map((combine) => windowed(samples, { width, height }, 1, combine, 3));
    for (let i = 0, s = 0; i < flat.length; i++, s += 3) flat[i] = Math.max(high[s] - low[s], high[s + 1] - low[s + 1], high[s + 2] - low[s + 2]) <= FLAT_CODES ? 1 : 0;
    return windowed(windowed(flat, { width, height }, FILL_RADIUS - 1, lesser), { width, height }, FILL_RADIUS, greater);
}

// Return the cell whose background each pixel is compared with, and how far it is from it: its own cell's, unless it has
// the background of one near it.
function ownBackgrounds(crisp, mask, background, least, cellOf, grid) {
    const reach = Array.from({ length: 2 * NEIGHBORS + 1 }, (_, i) => i - NEIGHBORS);
    const around = reach.flatMap((down) => reach.map((right) => ({ down, right, far: down * down + right * right }))).sort((one, other) => one.far - other.far);
    const place = cellOf.slice();
    const apart = new Uint8Array(crisp.length);
    for (let i = 0; i < crisp.length; i++) {
        const own = cellOf[i];
        apart[i] = mostApart(crisp[i], background[own]);
        if (!mask[i] || apart[i] <= least[own]) continue;
        const [row, column] = [Math.floor(own / grid.width), own % grid.width];
        for (const { down, right } of around) {
            const other = clamp(row + down, 0, grid.height - 1) * grid.width + clamp(column + right, 0, grid.width - 1);
            const found = mostApart(crisp[i], background[other]);
            if (found > least[own]) continue;
            [place[i], apart[i]] = [other, found];
            break;
        }
    }
    return { place, apart };
}

// Return the mean of each region of nearly equal background, and the coloured cells of those whose tint changes.
function backgroundRegions(background, grid) {
    const regions = regionsBy(grid, (one, other) => mostApart(background[one], background[other]) <= 4);
    const sizes = sumsOf(regions, () => 1);
    const sums = [16, 8, 0].map((shift) => sumsOf(regions, (cell) => (background[cell] >> shift) & 255));
    const colors = Uint32Array.from(sizes, (size, region) => packed(sums.map((sum) => rint(sum[region] / size))));
    const tints = [0, 2].map((lane) => Float64Array.from(background, (color) => unpacked(color)[lane] - unpacked(color)[1]));
    const change = new Float64Array(regions.count);
    for (const tint of tints) {
        const [high, low] = [new Float64Array(regions.count).fill(-256), new Float64Array(regions.count).fill(256)];
        tint.forEach((value, cell) => {
            const region = regions.numbers[cell];
            high[region] = Math.max(high[region], value);
            low[region] = Math.min(low[region], value);
        });
        change.forEach((value, region) => (change[region] = Math.max(value, high[region] - low[region])));
    }
    const gradient = Uint8Array.from(background, (color, cell) => {
        const codes = unpacked(color);
        return change[regions.numbers[cell]] > KEPT_CODES && Math.max(...codes) - Math.min(...codes) > SEEN_CODES ? 1 : 0;
    });
    return { means: Uint32Array.from(regions.numbers, (region) => colors[region]), gradient };
}
