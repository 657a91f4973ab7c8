// Flags of pixels, 32 of a row in one word, to spread and to shrink areas in windows. Beyond the edges there are none.

// Return which pixels have one that is set (`value` 1) or clear (0) within a square around them, as 1 or 0.
function anyNear(flags, { width, height }, radius, value = 1) {
    const across = Math.ceil(width / 32);
    let words = new Uint32Array(across * height);
    for (let y = 0, i = 0; y < height; y++) {
        for (let x = 0, word = y * across; x < width; x++, i++) if (flags[i] === value) words[word + (x >> 5)] |= 1 << (x & 31);
    }
    // Windows of r places and a shift by up to 2 r + 1 join without a gap.
    for (let reach = 0, step; reach < radius; reach += step) {
        step = Math.min(2 * reach + 1, radius - reach, 31);
        words = joinedRows(joinedBits(words, across, step), across * step);
    }
    const out = new Uint8Array(flags.length);
    for (let y = 0, i = 0; y < height; y++) {
        for (let x = 0, word = y * across; x < width; x++, i++) out[i] = (words[word + (x >> 5)] >>> (x & 31)) & 1;
    }
    return out;
}

function allNear(flags, size, radius) {
    const found = anyNear(flags, size, radius, 0);
    for (let i = 0; i < found.length; i++) found[i] = 1 - found[i];
    return found;
}

// Return each bit joined with those `step` places before and after it in its row.
function joinedBits(words, across, step) {
    const out = words.slice();
    for (let start = 0; start < words.length; start += across) {
        for (let i = start; i < start + across; i++) {
            const before = i > start ? words[i - 1] >>> (32 - step) : 0;
            const after = i + 1 < start + across ? words[i + 1] << (32 - step) : 0;
            out[i] |= (words[i] << step) | before | (words[i] >>> step) | after;
        }
    }
    return out;
}

// Return each word joined with those `far` places before and after it.
function joinedRows(words, far) {
    const out = words.slice();
    for (let i = 0; i < words.length; i++) {
        if (i >= far) out[i] |= words[i - far];
        if (i + far < words.length) out[i] |= words[i + far];
    }
    return out;
}
