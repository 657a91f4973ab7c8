// Error diffusion by rows, identical to `dither.diffusion`: shares of the error in 1/65536.

// Quantize every pixel in scan order. `lanes` are the offsets of a pixel's samples, of which `stride` belong to it;
// `threshold`, or null, gives the threshold of a row, a column and a channel.
function* scanRows(picture, { lanes, stride, codes, offset, step }, light, quantize, { taps, serpentine, bounds, threshold, channel }) {
    const { width, height, samples } = picture;
    const rows = 1 + Math.max(0, ...taps.map(([down]) => down));
    const past = lanes.map(() => Array.from({ length: rows }, () => new Float64Array(width)));
    const sums = lanes.map(() => new Float64Array(width));
    const below = taps.filter(([down]) => down > 0);
    const beside = taps.filter(([down]) => down === 0);
    const aheads = Int32Array.from(beside, ([, ahead]) => ahead);
    const shares = Float64Array.from(beside, ([, , share]) => share);
    const values = new Float64Array(lanes.length);
    const [lowest, highest] = bounds;
    for (let y = 0; y < height; y++) {
        lanes.forEach((lane, number) => {
            const sum = sums[number];
            for (let x = 0, s = y * width * stride + lane; x < width; x++, s += stride) sum[x] = light[samples[s]] * 65536 + HALF_SHARE;
            for (const [down, ahead, share] of below) {
                if (down > y) continue;
                // The kernel is mirrored for rows that are scanned to the left.
                const shift = serpentine && (y - down) % 2 === 1 ? -ahead : ahead;
                const errors = past[number][(y - down) % rows];
                const last = Math.min(width, width + shift);
                for (let x = Math.max(0, shift); x < last; x++) sum[x] += share * errors[x - shift];
            }
        });
        const direction = serpentine && y % 2 === 1 ? -1 : 1;
        const now = past.map((ring) => ring[y % rows]);
        for (let count = 0, x = direction === 1 ? 0 : width - 1; count < width; count++, x += direction) {
            for (let lane = 0; lane < values.length; lane++) {
                let sum = sums[lane][x];
                for (let i = 0; i < aheads.length; i++) {
                    if (aheads[i] <= count) sum += shares[i] * now[lane][x - direction * aheads[i]];
                }
                const value = Math.floor(sum / 65536);
                values[lane] = value < lowest ? lowest : value > highest ? highest : value;
            }
            codes[(y * width + x) * step + offset] = quantize(values, threshold === null ? MIDDLE_SHARE : threshold(y, x, channel));
            for (let lane = 0; lane < values.length; lane++) now[lane][x] = values[lane];
        }
        if (y % 16 === 15) yield;
    }
}

// Diffuse one channel with shares that depend on its tone: `tones` of each code, and `shares` ahead, down and back, and
// down of each tone.
function* scanByTone(picture, { lanes, stride, codes, offset, step }, light, quantize, { tones, shares, serpentine, bounds, threshold, channel }) {
    const { width, height, samples } = picture;
    let [now, under] = [new Float64Array(width + 2), new Float64Array(width + 2)];
    const values = new Float64Array(1);
    const [lowest, highest] = bounds;
    for (let y = 0; y < height; y++) {
        under.fill(0);
        const direction = serpentine && y % 2 === 1 ? -1 : 1;
        let due = 0;
        for (let count = 0, x = direction === 1 ? 0 : width - 1; count < width; count++, x += direction) {
            const sample = samples[(y * width + x) * stride + lanes[0]];
            const value = light[sample] + Math.floor((now[x + 1] + due + HALF_SHARE) / 65536);
            values[0] = value < lowest ? lowest : value > highest ? highest : value;
            codes[(y * width + x) * step + offset] = quantize(values, threshold === null ? MIDDLE_SHARE : threshold(y, x, channel));
            const [ahead, back, down] = shares[tones[sample]];
            due = ahead * values[0];
            under[x + 1 - direction] += back * values[0];
            under[x + 1] += down * values[0];
        }
        [now, under] = [under, now];
        if (y % 16 === 15) yield;
    }
}

// Return the tone of each code: its position between the levels below and above it, 0 to 255.
function tonesOf(light, shown) {
    return Uint8Array.from(light, (lit) => {
        const below = Math.min(limitsReached(shown, lit) - 1, shown.length - 2);
        const step = shown[below + 1] - shown[below];
        return Math.floor((2 * 255 * (lit - shown[below]) + step) / (2 * step));
    });
}
