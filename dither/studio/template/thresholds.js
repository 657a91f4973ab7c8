// Thresholds of error diffusion that vary from pixel to pixel, identical to `dither.diffusion.thresholds`: positions
// between two levels in 1/65536 of their distance, moved by a matrix, by white noise, or by both.

const MIDDLE_SHARE = 32768;

// Return a function of the row, the column and the channel, or null if all thresholds are the middle.
function modulatedThreshold({ noise, strength, seed }, matrix) {
    const range = rint(noise * 65536);
    const reach = rint(strength * 32768);
    const moved = matrix && Float64Array.from(matrix.planes[0], (rank) => rint(((2 * rank + 1 - matrix.count) / matrix.count) * reach));
    if (range === 0 && !(moved && moved.some((offset) => offset !== 0))) return null;
    const random = noiseOf(seed);
    return (y, x, channel) => {
        let share = MIDDLE_SHARE;
        if (moved) share += moved[(y % matrix.height) * matrix.width + (x % matrix.width)];
        if (range > 0) share += Math.floor(((random(y, x, channel) - 32768) * range) / 65536);
        return clamp(share, 1, 65535);
    };
}

// Return a function that gives 16 random bits for each sample: the 64-bit mixer of D. Stafford (2011), as used by
// SplitMix64, of the sample's position, in halves of 32 bits.
function noiseOf(seed) {
    let [high, low] = [0, 0];
    const times = (mostFactor, leastFactor) => {
        const [a, b] = [low & 0xffff, low >>> 16];
        const [c, d] = [leastFactor & 0xffff, leastFactor >>> 16];
        const [ac, ad, bc] = [a * c, a * d, b * c];
        const middle = Math.floor(ac / 65536) + (ad & 0xffff) + (bc & 0xffff);
        const over = b * d + Math.floor(ad / 65536) + Math.floor(bc / 65536) + Math.floor(middle / 65536);
        high = (over + Math.imul(high, leastFactor) + Math.imul(low, mostFactor)) >>> 0;
        low = (((middle & 0xffff) << 16) | (ac & 0xffff)) >>> 0;
    };
    const mix = (shift) => {
        low = (low ^ ((low >>> shift) | (high << (32 - shift)))) >>> 0;
        high = (high ^ (high >>> shift)) >>> 0;
    };
    const [seedHigh, seedLow] = [Math.floor(seed / 2 ** 32), seed % 2 ** 32];
    return (y, x, channel) => {
        const place = ((x << 8) ^ channel) >>> 0;
        const sum = place + seedLow;
        low = sum >>> 0;
        high = (((y << 8) ^ (x >>> 24)) + seedHigh + (sum >= 2 ** 32 ? 1 : 0)) >>> 0;
        times(0x9e3779b9, 0x7f4a7c15);
        mix(30);
        times(0xbf58476d, 0x1ce4e5b9);
        mix(27);
        times(0x94d049bb, 0x133111eb);
        return (high ^ (high >>> 31)) >>> 16;
    };
}
