// Give the pixels of flat areas, lines and text exact colours, so that they are not dithered; identical to
// `dither.gamut.line_art`, which explains the rules.

const DARKNESS_SHIFT = 3;
const BINS = 256 >> DARKNESS_SHIFT;
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
    const luma = lumaPlane(picture);
    const { background, contrast } = cellBackgrounds(picture, luma, mask);
    yield;
    const crisp = toggledColors(picture, luma, shown, background, mask);
    yield;
    const find = nearFinder(available);
    const { means, gradient } = backgroundRegions(background, grid);
    const [near, ends] = [new Uint8Array(means.length), new Uint32Array(means.length)];
    for (let cell = 0; cell < means.length; cell++) {
        // No pixel of the mask is compared with the others.
        if (contrast[cell] < 0) continue;
        const { nearest, isNear } = find(means[cell]);
        near[cell] = !tints || (isNear && !gradient[cell]) ? 1 : 0;
        ends[cell] = nearest;
    }
    const least = contrast.map((most) => Math.max(SEEN_CODES, SEEN_SHARE * most));
    const { place, apart } = ownBackgrounds(crisp, mask, background, least, picture);
    yield;
    const isFill = flatSquares(picture);
    const lines = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
        if (!mask[i]) continue;
        if (apart[i] === 0) {
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
    const letters = new Uint8Array(count);
    const drawn = contrastFinder(available);
    for (let i = 0; i < count; i++) {
        if (lines[i] === 0 || strong[i] <= KEPT_CODES) continue;
        const cell = place[i];
        shown[i] = drawn(crisp[i], background[cell], near[cell] ? ends[cell] : available.mapped(background[cell]));
        kept[i] = letters[i] = 1;
    }
    yield;
    const isBeside = anyNear(letters, picture, 1);
    for (let i = 0; i < count; i++) {
        if (!isBeside[i] || !mask[i] || apart[i] > 0 || near[place[i]]) continue;
        const letter = lettersBeside(i, picture, letters, crisp, shown);
        shown[i] = drawn(background[place[i]], crisp[letter], shown[letter]);
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

// Return the pixel of a letter beside a pixel with the largest colour, then the largest colour that is shown.
function lettersBeside(pixel, { width, height }, letters, crisp, shown) {
    const [row, column] = [Math.floor(pixel / width), pixel % width];
    let found = -1;
    for (let y = Math.max(row - 1, 0); y <= Math.min(row + 1, height - 1); y++) {
        for (let x = Math.max(column - 1, 0); x <= Math.min(column + 1, width - 1); x++) {
            const i = y * width + x;
            if (letters[i] && (found < 0 || crisp[i] > crisp[found] || (crisp[i] === crisp[found] && shown[i] > shown[found]))) found = i;
        }
    }
    return found;
}

// Return `withContrast`, which remembers what it gave.
function contrastFinder(available) {
    const pairs = [];
    const find = remembered((key) => {
        const [other, otherShown] = pairs[Math.floor(key / COLOR_BITS)];
        return withContrast(key % COLOR_BITS, other, otherShown, available);
    });
    const placeOf = remembered((key) => pairs.push([Math.floor(key / COLOR_BITS), key % COLOR_BITS]) - 1);
    return (color, other, otherShown) => find(placeOf(other * COLOR_BITS + otherShown) * COLOR_BITS + color);
}

// Return the largest difference in a channel.
function mostApart(one, other) {
    return Math.max(Math.abs((one >> 16) - (other >> 16)), Math.abs(((one >> 8) & 255) - ((other >> 8) & 255)), Math.abs((one & 255) - (other & 255)));
}

// Return the most frequent colour around each cell, and the contrast there.
function cellBackgrounds(picture, luma, mask) {
    const grid = cellGrid(picture);
    const cells = grid.width * grid.height;
    const { samples } = picture;
    const sums = Array.from({ length: 4 }, () => new Float64Array(cells * BINS));
    const [sumRed, sumGreen, sumBlue, sumWeight] = sums;
    const [high, low] = [new Float64Array(cells), new Float64Array(cells)];
    const pixelsOf = cellPixels(picture);
    for (let cell = 0, start = 0; cell < cells; cell++, start += BINS) {
        const pixels = pixelsOf(cell);
        let [most, least] = [-1, 256];
        for (let i = 0; i < pixels.length; i++) {
            const pixel = pixels[i];
            const own = luma[pixel];
            const bin = start + (own >> DARKNESS_SHIFT);
            const weight = mask[pixel] ? 1 : 1e-6;
            sumWeight[bin] += weight;
            sumRed[bin] += weight * samples[3 * pixel];
            sumGreen[bin] += weight * samples[3 * pixel + 1];
            sumBlue[bin] += weight * samples[3 * pixel + 2];
            if (!mask[pixel]) continue;
            if (own > most) most = own;
            if (own < least) least = own;
        }
        [high[cell], low[cell]] = [most, least];
    }
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

// Return the colours of the mask's pixels; at edges, that of the nearer of the darkest and the lightest pixel around.
function toggledColors(picture, luma, colors, background, mask) {
    const { width, height } = picture;
    const across = Math.ceil(width / CELL);
    const [low, high] = [lesser, greater].map((combine) => windowed(luma, picture, EDGE_RADIUS, combine));
    const crisp = colors.slice();
    for (let y = 0, i = 0; y < height; y++) {
        for (let x = 0; x < width; x++, i++) {
            const [dark, bright] = [low[i], high[i]];
            if (!mask[i] || bright - dark <= FLAT_CODES) continue;
            const above = 2 * luma[i] - dark - bright;
            const isDark = above < 0 || (above === 0 && 2 * lumaOfColor(background[Math.floor(y / CELL) * across + Math.floor(x / CELL)]) > dark + bright);
            crisp[i] = endColor(x, y, picture, luma, colors, isDark ? dark : bright, isDark);
        }
    }
    return crisp;
}

// Return the least or the largest colour of those around a pixel that have a luma.
function endColor(column, row, { width, height }, luma, colors, wanted, isDark) {
    const [left, right] = [Math.max(column - EDGE_RADIUS, 0), Math.min(column + EDGE_RADIUS, width - 1)];
    let found = -1;
    for (let y = Math.max(row - EDGE_RADIUS, 0); y <= Math.min(row + EDGE_RADIUS, height - 1); y++) {
        for (let i = y * width + left; i <= y * width + right; i++) {
            if (luma[i] === wanted && (found < 0 || (isDark ? colors[i] < found : colors[i] > found))) found = colors[i];
        }
    }
    return found;
}

// Return which pixels lie in flat squares.
function flatSquares({ width, height, samples }) {
    const flat = new Uint8Array(width * height);
    const [high, low] = [greater, lesser].map((combine) => windowed(samples, { width, height }, 1, combine, 3));
    for (let i = 0, s = 0; i < flat.length; i++, s += 3) flat[i] = high[s] - low[s] <= FLAT_CODES && high[s + 1] - low[s + 1] <= FLAT_CODES && high[s + 2] - low[s + 2] <= FLAT_CODES ? 1 : 0;
    return anyNear(allNear(flat, { width, height }, FILL_RADIUS - 1), { width, height }, FILL_RADIUS);
}

// Return the cell whose background each pixel of the mask is compared with, and how far it is from it: its own cell's,
// unless it has the background of one near it; 0 stands for all distances that are not seen.
function ownBackgrounds(crisp, mask, background, least, { width, height }) {
    const grid = cellGrid({ width, height });
    const reach = Array.from({ length: 2 * NEIGHBORS + 1 }, (_, i) => i - NEIGHBORS);
    const around = reach.flatMap((down) => reach.map((right) => ({ down, right, far: down * down + right * right }))).sort((one, other) => one.far - other.far);
    const place = new Int32Array(crisp.length);
    const apart = new Uint8Array(crisp.length);
    // Return the cell near (row, column) with the background of a colour, or -1.
    const cellNear = (row, column, color, most) => {
        for (let i = 0; i < around.length; i++) {
            const other = clamp(row + around[i].down, 0, grid.height - 1) * grid.width + clamp(column + around[i].right, 0, grid.width - 1);
            if (mostApart(color, background[other]) <= most) return other;
        }
        return -1;
    };
    for (let y = 0, i = 0; y < height; y++) {
        const row = Math.floor(y / CELL);
        for (let x = 0; x < width; x++, i++) {
            if (!mask[i]) continue;
            const column = Math.floor(x / CELL);
            const own = row * grid.width + column;
            const found = mostApart(crisp[i], background[own]);
            place[i] = own;
            if (found <= least[own]) continue;
            const other = cellNear(row, column, crisp[i], least[own]);
            if (other < 0) apart[i] = found;
            else place[i] = other;
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
    const tints = [16, 0].map((shift) => Float64Array.from(background, (color) => ((color >> shift) & 255) - ((color >> 8) & 255)));
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
