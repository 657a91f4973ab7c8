// Find flat areas, lines and text, identical to `dither.preparation.line_art`, which explains the steps.

const ANALYSED_PIXELS = 1 << 21;
const QUIET_SHARE = 0.2;
const CONTRAST_PER_NOISE = 3;
const CONTRAST_BOUNDS = [14, 48];
const VOTE_RADIUS = 3;
const GAP_RADIUS = 2;
const SLOPES = [{ count: 6, least: 1.5 }, { count: 3, least: 4 }];
const MOST_OF_SLOPE = 0.42;
const CLEAR_MINORITY = 0.1;
const [FULL, FULL_MINORITY] = [0.9, 0.6];
const [FILLED, MOST_TEXT] = [0.5, 0.3];
const [SOFT_SHARE, SOFT_CODES] = [0.35, 16];
const [BACKGROUND_CODES, MOST_NOISE] = [12, 8];
const SMALLEST_PHOTO = 9;

// Return which pixels of a picture of three channels are line art, as steps.
function* lineArtMask(picture) {
    const factor = Math.ceil(Math.sqrt((picture.width * picture.height) / ANALYSED_PIXELS));
    const small = factor === 1 ? picture : reducedByMeans(picture, factor);
    yield;
    const { photo, noise } = yield* photoCells(small);
    return yield* refinedMask(picture, photo, CELL * factor, noise);
}

function reducedByMeans(picture, factor) {
    const grid = cellGrid(picture, factor);
    const samples = new Uint8Array(3 * grid.width * grid.height);
    const means = meansOfCells(picture, factor);
    for (let cell = 0, s = 0; s < samples.length; cell++) for (const plane of means) samples[s++] = rint(plane[cell]);
    return { ...grid, channels: 3, samples };
}

// Return the mean of each channel in every cell.
function meansOfCells({ width, height, samples }, size) {
    const grid = cellGrid({ width, height }, size);
    const means = [0, 1, 2].map(() => new Float64Array(grid.width * grid.height));
    const pixelsOf = cellPixels({ width, height }, size);
    for (let cell = 0; cell < means[0].length; cell++) {
        const pixels = pixelsOf(cell);
        let [red, green, blue] = [0, 0, 0];
        for (let i = 0; i < pixels.length; i++) {
            const s = 3 * pixels[i];
            red += samples[s];
            green += samples[s + 1];
            blue += samples[s + 2];
        }
        [red, green, blue].forEach((sum, lane) => (means[lane][cell] = sum / (size * size)));
    }
    return means;
}

// Return the step that a share of the pixels does not exceed, interpolated as numpy does.
function quietStep(steps) {
    const counts = new Float64Array(256);
    for (let i = 0; i < steps.length; i++) counts[steps[i]]++;
    const place = (steps.length - 1) * QUIET_SHARE;
    const part = place - Math.floor(place);
    const [low, high] = [Math.floor(place), Math.min(Math.floor(place) + 1, steps.length - 1)].map((whole) => codeAt(counts, whole));
    return part >= 0.5 ? high - (high - low) * (1 - part) : low + (high - low) * part;
}

function* photoCells(picture) {
    const grid = cellGrid(picture);
    const [luma, steps] = [lumaPlane(picture), stepPlane(picture)];
    const noise = quietStep(steps);
    const least = clamp(CONTRAST_PER_NOISE * noise, ...CONTRAST_BOUNDS);
    yield;
    const { low, high } = cellEnds(luma, picture);
    const { score, contrast } = windowScores(picture, luma, { low, high }, steps, noise);
    yield;
    const steepest = cellEnds(steps, picture).high;
    const flat = Uint8Array.from(low, (value, cell) => (high[cell] - value <= least && steepest[cell] <= 2 * least ? 1 : 0));
    const scored = score.map((value, cell) => (contrast[cell] > least ? value : 0));
    const [highest, lowest] = [windowed(scored, grid, 1, greater), windowed(scored, grid, 1, lesser)];
    const clearest = highest.map((value, cell) => (flat[cell] ? 0 : value > -lowest[cell] ? value : lowest[cell]));
    const voted = windowMean(clearest, grid, VOTE_RADIUS);
    yield;
    const text = majorities(Uint8Array.from(voted, (value, cell) => (!flat[cell] && value >= 0 ? 1 : 0)), flat, grid);
    const means = meansOfCells(picture, CELL);
    const textured = openedCells(text.map((isText, cell) => (!flat[cell] && !isText ? 1 : 0)), grid);
    const gradients = openedCells(gradientCells(means, flat, noise, grid), grid);
    let photo = textured.map((value, cell) => value | gradients[cell]);
    yield;
    const soft = softRegions(photo, flat, means, noise, grid);
    photo = filledRectangles(photo.map((value, cell) => value | soft[cell]), text, textured, grid);
    return { photo: withoutSmallRegions(photo, text, means, noise, grid), noise };
}

function gradientCells(means, flat, noise, { width, height }) {
    const found = new Uint8Array(flat.length);
    for (const { count, least } of SLOPES) {
        for (const [length, stride] of [[height, width], [width, 1]]) {
            for (let start = 0; start < flat.length; start++) {
                const along = stride === 1 ? start % width : Math.floor(start / width);
                if (along + count >= length) continue;
                const end = start + count * stride;
                let cell = start;
                while (cell <= end && flat[cell]) cell += stride;
                if (cell <= end || !means.some((plane) => isSteady(plane, start, end, stride, least, noise))) continue;
                for (cell = start; cell <= end; cell += stride) found[cell] = 1;
            }
        }
    }
    return found;
}

// Return whether all steps have one direction, and none is most of the change.
function isSteady(plane, start, end, stride, least, noise) {
    const total = plane[end] - plane[start];
    if (!(Math.abs(total) >= least + noise / 2)) return false;
    const most = MOST_OF_SLOPE * Math.abs(total) + noise / 4;
    for (let cell = start; cell < end; cell += stride) {
        const step = (plane[cell + stride] - plane[cell]) * Math.sign(total);
        if (!(step >= -0.3 - noise / 4 && step <= most)) return false;
    }
    return true;
}

function majorities(text, flat, grid) {
    const regions = regionsOf(flat, grid);
    const sizes = sumsOf(regions, () => 1);
    const share = sumsOf(regions, (cell) => text[cell]).map((sum, region) => sum / sizes[region]);
    const boxes = boundsOf(regions, grid);
    const mostPhoto = share.map((part, region) => (part <= CLEAR_MINORITY || (sizes[region] >= FULL * areaOf(boxes[region]) && part <= FULL_MINORITY) ? 1 : 0));
    return text.map((isText, cell) => {
        const region = regions.numbers[cell];
        return (!flat[cell] && share[region] >= 1 - CLEAR_MINORITY) || (isText && !mostPhoto[region]) ? 1 : 0;
    });
}

function filledRectangles(photo, text, textured, grid) {
    const regions = regionsOf(windowed(photo, grid, GAP_RADIUS, greater), grid);
    const out = photo.slice();
    for (const box of boundsOf(regions, grid, (cell) => photo[cell])) {
        if (box === null) continue;
        let [filled, lettered, rough] = [0, 0, 0];
        eachInBox(box, grid, (cell) => {
            filled += photo[cell];
            lettered += text[cell];
            rough += textured[cell];
        });
        const size = areaOf(box);
        if (size < SMALLEST_PHOTO || filled < FILLED * size || lettered > MOST_TEXT * size) continue;
        const onGradient = rough < 0.5 * filled;
        eachInBox(box, grid, (cell) => (out[cell] |= onGradient ? 1 - text[cell] : 1));
    }
    return out;
}

function softRegions(photo, flat, means, noise, grid) {
    const plain = flat.map((isFlat, cell) => (isFlat && !photo[cell] ? 1 : 0));
    const [reds, greens, blues] = means;
    const stepOf = (one, other) => Math.max(Math.abs(reds[one] - reds[other]), Math.abs(greens[one] - greens[other]), Math.abs(blues[one] - blues[other]));
    const isJoined = (one, other) => plain[one] === 1 && plain[other] === 1 && stepOf(one, other) <= 3 + noise / 2;
    const regions = regionsBy(grid, isJoined);
    const [soft, hard] = [new Float64Array(plain.length), new Float64Array(plain.length)];
    const border = (here, there) => {
        if (!plain[here] || isJoined(here, there)) return;
        if (photo[there] && stepOf(here, there) <= SOFT_CODES + noise) soft[here]++;
        else hard[here]++;
    };
    const borders = (one, other) => {
        border(one, other);
        border(other, one);
    };
    for (let cell = 0; cell < plain.length; cell++) {
        if ((cell + 1) % grid.width) borders(cell, cell + 1);
        if (cell + grid.width < plain.length) borders(cell, cell + grid.width);
    }
    const [softs, hards] = [soft, hard].map((plane) => sumsOf(regions, (cell) => plane[cell]));
    return plain.map((isPlain, cell) => {
        const region = regions.numbers[cell];
        return isPlain && softs[region] > SOFT_SHARE * (softs[region] + hards[region]) ? 1 : 0;
    });
}

// Return the cells of regions that contain 3 by 3 cells, without their long thin parts.
function openedCells(cells, grid) {
    const core = windowed(windowed(cells, grid, 1, lesser), grid, 1, greater);
    return windowed(core, grid, 1, greater).map((isNear, cell) => isNear & cells[cell]);
}

function withoutSmallRegions(given, text, means, noise, grid) {
    let regions = regionsOf(given, grid);
    let sizes = sumsOf(regions, () => 1);
    const photo = given.map((isPhoto, cell) => (isPhoto && sizes[regions.numbers[cell]] >= SMALLEST_PHOTO ? 1 : 0));
    if (!photo.includes(1)) return photo;
    regions = regionsOf(photo, grid);
    sizes = sumsOf(regions, () => 1);
    const lettered = sumsOf(regions, (cell) => text[cell]);
    const spread = new Float64Array(regions.count);
    for (const plane of means) {
        const [high, low] = [new Float64Array(regions.count), new Float64Array(regions.count).fill(255)];
        plane.forEach((mean, cell) => {
            const region = regions.numbers[cell];
            high[region] = Math.max(high[region], mean);
            low[region] = Math.min(low[region], mean);
        });
        spread.forEach((value, region) => (spread[region] = Math.max(value, high[region] - low[region])));
    }
    return photo.map((isPhoto, cell) => {
        const region = regions.numbers[cell];
        const isUneven = spread[region] > 3 + noise && lettered[region] < 0.03 * sizes[region];
        return isPhoto || isUneven || sizes[region] < SMALLEST_PHOTO ? 1 : 0;
    });
}

// Return the pixels outside the photograph cells; where these end, also those of the background in the cells at the border.
function* refinedMask(picture, photo, size, noise) {
    const { width, height, samples } = picture;
    const grid = cellGrid(picture, size);
    const [wide, narrow] = [windowed(photo, grid, 1, greater), windowed(photo, grid, 1, lesser)];
    const out = perPixel(photo.map((isPhoto) => 1 - isPhoto), picture, size);
    const border = wide.map((value, cell) => value & (1 - narrow[cell]));
    if (!border.includes(1)) return out;
    // Pixels are compared where the border or the pixels around it need them.
    const compared = windowed(border, grid, 1, greater);
    const least = BACKGROUND_CODES + 2 * Math.min(noise, MOST_NOISE);
    const { medians, spread } = mediansOfCells(picture, size, windowed(compared, grid, 2, greater));
    yield;
    const known = Float64Array.from(spread, (codes, cell) => (!photo[cell] && codes <= least ? 1 : 0));
    const weights = windowed(known, grid, 2, plus);
    const [reds, greens, blues] = medians.map((plane) => windowed(plane.map((median, cell) => median * known[cell]), grid, 2, plus).map((sum, cell) => rint(sum / Math.max(weights[cell], 1))));
    const pixelsOf = cellPixels(picture, size);
    let near = new Uint8Array(width * height);
    for (let cell = 0; cell < compared.length; cell++) {
        if (!compared[cell]) continue;
        const [red, green, blue] = [reds[cell], greens[cell], blues[cell]];
        for (const pixel of pixelsOf(cell)) {
            const s = 3 * pixel;
            near[pixel] = Math.abs(samples[s] - red) <= least && Math.abs(samples[s + 1] - green) <= least && Math.abs(samples[s + 2] - blue) <= least ? 1 : 0;
        }
    }
    yield;
    near = anyNear(allNear(near, picture, 1), picture, 1);
    for (let cell = 0; cell < border.length; cell++) {
        if (border[cell] && weights[cell] > 0) for (const pixel of pixelsOf(cell)) out[pixel] = near[pixel];
    }
    return out;
}

// Return the median of each channel in the wanted cells, and the largest spread of a channel.
function mediansOfCells(picture, size, wanted) {
    const medians = [0, 1, 2].map(() => new Float64Array(wanted.length));
    const spread = new Float64Array(wanted.length);
    const counts = new Uint32Array(256);
    const pixelsOf = cellPixels(picture, size);
    for (let cell = 0; cell < wanted.length; cell++) {
        if (!wanted[cell]) continue;
        const pixels = pixelsOf(cell);
        for (let lane = 0; lane < 3; lane++) {
            counts.fill(0);
            for (let i = 0; i < pixels.length; i++) counts[picture.samples[3 * pixels[i] + lane]]++;
            const [low, lower, upper, high] = [0, pixels.length / 2 - 1, pixels.length / 2, pixels.length - 1].map((place) => codeAt(counts, place));
            medians[lane][cell] = (lower + upper) / 2;
            spread[cell] = Math.max(spread[cell], high - low);
        }
    }
    return { medians, spread };
}

// Return the code at a place of the order of counted codes.
function codeAt(counts, place) {
    let [code, passed] = [0, counts[0]];
    while (passed <= place) passed += counts[++code];
    return code;
}
