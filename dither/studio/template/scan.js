// Error diffusion by rows, identical to `dither.diffusion`: shares of the error in 1/65536.

// Cells beside a row of errors, which are 0: no kernel reaches farther.
const PAD = 15;

// Quantize every pixel in scan order. `lanes` are the offsets of a pixel's samples, of which `stride` belong to it;
// `threshold`, or null, gives the threshold of a row, a column and a channel.
function* scanRows(picture, { lanes, stride, codes, offset, step }, light, quantizer, { taps, serpentine, bounds, threshold, channel }) {
    const { width, height, samples } = picture;
    const rows = 1 + Math.max(0, ...taps.map(([down]) => down));
    const past = lanes.map(() => Array.from({ length: rows }, () => new Float64Array(width + 2 * PAD)));
    const sums = lanes.map(() => new Float64Array(width));
    const below = taps.filter(([down]) => down > 0);
    const beside = taps.filter(([down]) => down === 0);
    const shares = Float64Array.from(beside, ([, , share]) => share);
    const due = new Float64Array(light.length);
    for (let code = 0; code < due.length; code++) due[code] = light[code] * 65536 + HALF_SHARE;
    for (let y = 0; y < height; y++) {
        for (let number = 0; number < lanes.length; number++) {
            // The kernel is mirrored for rows that are scanned to the left.
            const above = below.filter(([down]) => down <= y).map(([down, ahead, share]) => ({ errors: past[number][(y - down) % rows], shift: serpentine && (y - down) % 2 === 1 ? -ahead : ahead, share }));
            sumRow(sums[number], samples, y * width * stride + lanes[number], stride, due, above);
        }
        const direction = serpentine && y % 2 === 1 ? -1 : 1;
        const backs = Int32Array.from(beside, ([, ahead]) => -direction * ahead);
        const row = { sums, errors: past.map((ring) => ring[y % rows]), shares, backs, direction, bounds, share: threshold && ((x) => threshold(y, x, channel)) };
        quantizer.scanRow(row, codes, y * width * step + offset, step);
        if (y % 16 === 15) yield;
    }
}

// Blocks of a row stay in the fastest memory.
const BLOCK = 512;

// Write the light of a row with the shares of the errors above it, whose pixels are `shift` to the left.
function sumRow(sum, samples, start, stride, due, above) {
    for (let left = 0; left < sum.length; left += BLOCK) {
        const end = Math.min(left + BLOCK, sum.length);
        for (let x = left, s = start + left * stride; x < end; x++, s += stride) sum[x] = due[samples[s]];
        for (const { errors, shift, share } of above) for (let x = left, at = left + PAD - shift; x < end; x++, at++) sum[x] += share * errors[at];
    }
}

// Diffuse one channel with shares that depend on its tone: `tones` of each code, and `shares` ahead, down and back, and
// down of each tone.
function* scanByTone(picture, { lanes, stride, codes, offset, step }, light, { take }, { tones, shares, serpentine, bounds, threshold, channel }) {
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
            const value = light[sample] + Math.floor((now[x + 1] + due + HALF_SHARE) * PER_SHARE);
            values[0] = value < lowest ? lowest : value > highest ? highest : value;
            codes[(y * width + x) * step + offset] = take(values, threshold === null ? MIDDLE_SHARE : threshold(y, x, channel));
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
