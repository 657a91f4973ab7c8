// Ordered dithering to levels, identical to `dither.ordered.levels`: level = floor((position + V - 1 - T) / V),
// where the position is in 1/V of a step and T is the threshold of the pixel's cell.

const LIGHT_PARTS = 65535;

// Return the threshold T of each rank; strength 0 rounds to the nearest level.
function integerThresholds(ranks, count, white, strength) {
    return Int32Array.from(ranks, (rank) => {
        const doubled = 2 * rank + 1;
        if (strength === 1) return Math.floor((doubled * white) / (2 * count));
        const middle = 0.5 + strength * (doubled / (2 * count) - 0.5);
        return Math.min(Math.floor(middle * white), white - 1);
    });
}

// Return the position of each code among the levels, in 1/V of a step, by its code or its light.
function codePositions(levels, light, linear) {
    const steps = levels - 1;
    if (light === "encoded") return Float64Array.from({ length: 256 }, (_, code) => code * steps);
    const known = Array.from(levelValues(levels), (code) => linear[code]);
    return Float64Array.from(linear, (lit) => {
        const below = limitsReached(known, lit) - 1;
        if (below === steps || known[below] === lit) return rint(below * LIGHT_PARTS);
        const slope = 1 / (known[below + 1] - known[below]);
        return rint((slope * (lit - known[below]) + below) * LIGHT_PARTS);
    });
}

// Return the level of every sample, with one plane of the matrix for all channels or one for each; `counts` are the
// levels of each channel.
function* ditherToLevels(picture, matrix, counts, light, strength, linear) {
    const { width, height, channels, samples } = picture;
    const white = light === "linear" ? LIGHT_PARTS : WHITE;
    const lifts = matrix.planes.map((ranks) => integerThresholds(ranks, matrix.count, white, strength).map((threshold) => white - 1 - threshold));
    const codes = new Uint8Array(samples.length);
    for (let channel = 0; channel < channels; channel++) {
        const positions = codePositions(counts[channel], light, linear);
        // A position is a whole number of steps and a rest, which the threshold raises to the next or not.
        const below = Uint8Array.from(positions, (position) => Math.floor(position / white));
        const rest = Int32Array.from(positions, (position, code) => position - below[code] * white);
        const least = Int32Array.from(lifts[channel % lifts.length], (lift) => white - lift);
        for (let y = 0; y < height; y++) {
            const row = (y % matrix.height) * matrix.width;
            const end = row + matrix.width;
            let s = y * width * channels + channel;
            for (let x = 0, cell = row; x < width; x++, s += channels) {
                const sample = samples[s];
                codes[s] = below[sample] + (rest[sample] >= least[cell] ? 1 : 0);
                if (++cell === end) cell = row;
            }
            if (y % 256 === 255) yield;
        }
    }
    return codes;
}
