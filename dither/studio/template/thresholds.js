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
    const [seedHigh, seedLow] = [Math.floor(seed / 2 ** 32), seed % 2 ** 32];
    return (y, x, channel) => {
        const sum = (((x << 8) ^ channel) >>> 0) + seedLow;
        let low = sum | 0;
        let high = (((y << 8) ^ (x >>> 24)) + seedHigh + (sum >= 2 ** 32 ? 1 : 0)) | 0;
        high = upperHalf(high, low, 0x9e3779b9, 0x7f4a7c15);
        low = Math.imul(low, 0x7f4a7c15);
        low ^= (low >>> 30) | (high << 2);
        high ^= high >>> 30;
        high = upperHalf(high, low, 0xbf58476d, 0x1ce4e5b9);
        low = Math.imul(low, 0x1ce4e5b9);
        low ^= (low >>> 27) | (high << 5);
        high ^= high >>> 27;
        high = upperHalf(high, low, 0x94d049bb, 0x133111eb);
        return (high ^ (high >>> 31)) >>> 16;
    };
}

// Return the upper half of the lower 64 bits of a product of two numbers of 64 bits, in halves. Products of 16 bits are
// below 2^32.
function upperHalf(high, low, otherHigh, otherLow) {
    const [a, b, c, d] = [low >>> 16, low & 0xffff, otherLow >>> 16, otherLow & 0xffff];
    const first = a * d + ((b * d) >>> 16);
    const second = b * c + (first & 0xffff);
    return (a * c + (first >>> 16) + (second >>> 16) + Math.imul(high, otherLow) + Math.imul(low, otherHigh)) | 0;
}
