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
    return (yield* refinedMask(picture, photo, CELL * factor, noise)).map((isPhoto) => 1 - isPhoto);
}

function reducedByMeans(picture, factor) {
    const grid = cellGrid(picture, factor);
    const samples = new Uint8Array(3 * grid.width * grid.height);
    meansOfCells(picture, factor).forEach((plane, lane) => plane.forEach((mean, cell) => (samples[3 * cell + lane] = rint(mean))));
    return { ...grid, channels: 3, samples };
}

// Return the mean of each channel in every cell.
function meansOfCells({ width, height, samples }, size) {
    const grid = cellGrid({ width, height }, size);
    const means = [0, 1, 2].map(() => new Float64Array(grid.width * grid.height));
    eachOfCells({ width, height }, size, (cell, pixel) => {
        for (let lane = 0; lane < 3; lane++) means[lane][cell] += samples[3 * pixel + lane];
    });
    return means.map((plane) => plane.map((sum) => sum / (size * size)));
}

// Return the step that a share of the pixels does not exceed, interpolated as numpy does.
function quietStep(steps) {
    const counts = new Float64Array(256);
    for (const step of steps) counts[step]++;
    const at = (place) => {
        let [value, passed] = [0, counts[0]];
        while (passed <= place) passed += counts[++value];
        return value;
    };
    const place = (steps.length - 1) * QUIET_SHARE;
    const part = place - Math.floor(place);
    const [low, high] = [at(Math.floor(place)), at(Math.min(Math.floor(place) + 1, steps.length - 1))];
    return part >= 0.5 ? high - (high - low) * (1 - part) : low + (high - low) * part;
}

function* photoCells(picture) {
    const grid = cellGrid(picture);
    const [luma, steps] = [lumaPlane(picture), stepPlane(picture)];
    const noise = quietStep(steps);
    const least = clamp(CONTRAST_PER_NOISE * noise, ...CONTRAST_BOUNDS);
    yield;
    const { score, contrast } = windowScores(picture, luma, steps, noise);
    yield;
    const [low, high] = [cellValues(luma, picture, CELL, lesser, 255), cellValues(luma, picture, CELL, greater, 0)];
    const steepest = cellValues(steps, picture, CELL, greater, 0);
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
                const cells = Array.from({ length: count + 1 }, (_, offset) => start + offset * stride);
                if (!cells.every((cell) => flat[cell]) || !means.some((plane) => isSteady(plane, cells, least, noise))) continue;
                for (const cell of cells) found[cell] = 1;
            }
        }
    }
    return found;
}

// Return whether all steps have one direction, and none is most of the change.
function isSteady(plane, cells, least, noise) {
    const total = plane[cells.at(-1)] - plane[cells[0]];
    if (!(Math.abs(total) >= least + noise / 2)) return false;
    const most = MOST_OF_SLOPE * Math.abs(total) + noise / 4;
    for (let i = 1; i < cells.length; i++) {
        const step = (plane[cells[i]] - plane[cells[i - 1]]) * Math.sign(total);
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
    const stepOf = (one, other) => Math.max(...means.map((plane) => Math.abs(plane[one] - plane[other])));
    const isJoined = (one, other) => plain[one] === 1 && plain[other] === 1 && stepOf(one, other) <= 3 + noise / 2;
    const regions = regionsBy(grid, isJoined);
    const [soft, hard] = [new Float64Array(plain.length), new Float64Array(plain.length)];
    const border = (here, there) => {
        if (!plain[here] || isJoined(here, there)) return;
        if (photo[there] && stepOf(here, there) <= SOFT_CODES + noise) soft[here]++;
        else hard[here]++;
    };
    for (let cell = 0; cell < plain.length; cell++) {
        for (const next of [(cell + 1) % grid.width && cell + 1, cell + grid.width < plain.length && cell + grid.width]) {
            if (!next) continue;
            border(cell, next);
            border(next, cell);
        }
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

// Return the pixels of the photograph cells, with their borders where they end.
function* refinedMask(picture, photo, size, noise) {
    const grid = cellGrid(picture, size);
    const [wide, narrow] = [windowed(photo, grid, 1, greater), windowed(photo, grid, 1, lesser)];
    const out = new Uint8Array(picture.width * picture.height);
    eachWithCell(picture, size, (pixel, cell) => (out[pixel] = photo[cell]));
    if (!wide.some((value, cell) => value && !narrow[cell])) return out;
    const least = BACKGROUND_CODES + 2 * Math.min(noise, MOST_NOISE);
    const { medians, spread } = mediansOfCells(picture, size);
    yield;
    const known = Float64Array.from(spread, (codes, cell) => (!photo[cell] && codes <= least ? 1 : 0));
    const weights = windowed(known, grid, 2, plus);
    const background = medians.map((plane) => windowed(plane.map((median, cell) => median * known[cell]), grid, 2, plus).map((sum, cell) => rint(sum / Math.max(weights[cell], 1))));
    let near = new Uint8Array(out.length);
    eachWithCell(picture, size, (pixel, cell) => {
        near[pixel] = background.every((plane, lane) => Math.abs(picture.samples[3 * pixel + lane] - plane[cell]) <= least) ? 1 : 0;
    });
    yield;
    near = windowed(windowed(near, picture, 1, lesser), picture, 1, greater);
    eachWithCell(picture, size, (pixel, cell) => {
        if (wide[cell] && !narrow[cell] && weights[cell] > 0) out[pixel] = 1 - near[pixel];
    });
    return out;
}

// Return the median of each channel in every cell, and the largest spread of a channel.
function mediansOfCells({ width, height, samples }, size) {
    const grid = cellGrid({ width, height }, size);
    const cells = grid.width * grid.height;
    const medians = [0, 1, 2].map(() => new Float64Array(cells));
    const spread = new Float64Array(cells);
    const values = [0, 1, 2].map(() => new Uint8Array(size * size));
    let count = 0;
    eachOfCells({ width, height }, size, (cell, pixel) => {
        for (let lane = 0; lane < 3; lane++) values[lane][count] = samples[3 * pixel + lane];
        if (++count < size * size) return;
        count = 0;
        values.forEach((each, lane) => {
            each.sort();
            medians[lane][cell] = (each[each.length / 2 - 1] + each[each.length / 2]) / 2;
            spread[cell] = Math.max(spread[cell], each.at(-1) - each[0]);
        });
    });
    return { medians, spread };
}
