// Unpack the page's data: matrices as arrays of ranks, and tables computed by Python.

const WHITE = 255;
const MOST_COLORS = 256;

// Round halves to even, as numpy does.
function rint(value) {
    const below = Math.floor(value);
    const rest = value - below;
    if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
    return below % 2 === 0 ? below : below + 1;
}

function clamp(value, low, high) {
    return Math.min(Math.max(value, low), high);
}

function modulo(value, size) {
    return ((value % size) + size) % size;
}

// Ranks are 16-bit little-endian integers in base64, one plane after the other.
function unpackedMatrix(packed) {
    const bytes = Uint8Array.from(atob(packed.ranks), (letter) => letter.charCodeAt(0));
    const ranks = new Uint16Array(bytes.length / 2);
    for (let i = 0; i < ranks.length; i++) ranks[i] = bytes[2 * i] | (bytes[2 * i + 1] << 8);
    const count = packed.height * packed.width;
    const planes = [];
    for (let start = 0; start < ranks.length; start += count) planes.push(ranks.subarray(start, start + count));
    return { height: packed.height, width: packed.width, count, planes };
}

// Return the code of each level: round(i 255 / steps), halves upward.
function levelValues(levels) {
    const steps = levels - 1;
    return Uint8Array.from({ length: levels }, (_, i) => Math.floor((2 * i * WHITE + steps) / (2 * steps)));
}

// Count the ascending limits that a value reaches.
function limitsReached(limits, value) {
    let low = 0;
    let high = limits.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (limits[middle] <= value) low = middle + 1;
        else high = middle;
    }
    return low;
}

// Return a function that counts the ascending limits, 0 to 1, that a value reaches: that of `limitsReached`, faster.
function limitCounter(limits) {
    const cells = 4096;
    const first = Int32Array.from({ length: cells + 1 }, (_, cell) => limitsReached(limits, cell / cells));
    return (value) => {
        let count = first[value >= 1 ? cells : value > 0 ? (value * cells) | 0 : 0];
        while (count < limits.length && limits[count] <= value) count++;
        return count;
    };
}
