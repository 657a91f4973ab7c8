// Write animated GIF files (CompuServe, "Graphics Interchange Format, version 89a", 1990): whole frames with one table
// of colours.

const MOST_CODES = 4096;

// `frames` are { words, delay } of one size; `colors` a palette, or null for the colours that occur.
function encodedGif({ width, height, frames, colors, loops }, scale) {
    const entries = colors ? colors.map(wordOf) : [...new Set(frames.flatMap(({ words }) => distinctWords(words).filter((word) => word >>> 24 > 0)))];
    const clear = frames.some(({ words }) => words.some((word) => word >>> 24 === 0)) ? entries.length : -1;
    if (entries.length + (clear < 0 ? 0 : 1) > 256) throw new Error("A GIF has at most 256 colours, and this picture has more. Choose fewer levels or a palette.");
    const bits = Math.max(1, Math.ceil(Math.log2(entries.length + (clear < 0 ? 0 : 1))));
    const parts = [bytesOf("GIF89a"), shorts(width * scale, height * scale), Uint8Array.of(0x80 | ((bits - 1) << 4) | (bits - 1), 0, 0), colorTable(entries, bits)];
    if (loops !== 1) parts.push(Uint8Array.of(0x21, 0xff, 11), bytesOf("NETSCAPE2.0"), Uint8Array.of(3, 1), shorts(loops === 0 ? 0 : loops - 1), Uint8Array.of(0));
    const places = new Map(entries.map((word, index) => [word, index]));
    for (const { words, delay } of frames) {
        // Frames with holes are wiped before the next.
        const control = clear < 0 ? 0x04 : 0x09;
        parts.push(Uint8Array.of(0x21, 0xf9, 4, control), shorts(Math.round(delay / 10)), Uint8Array.of(Math.max(0, clear), 0));
        parts.push(Uint8Array.of(0x2c), shorts(0, 0, width * scale, height * scale), Uint8Array.of(0, Math.max(2, bits)));
        const indices = Uint8Array.from(words, (word) => (word >>> 24 === 0 ? clear : places.get(word)));
        parts.push(...blocks(lzw(enlarged(indices, width, height, scale), Math.max(2, bits))), Uint8Array.of(0));
    }
    return new Blob([...parts, Uint8Array.of(0x3b)], { type: "image/gif" });
}

function bytesOf(text) {
    return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function shorts(...values) {
    return Uint8Array.from(values.flatMap((value) => [value & 255, value >> 8]));
}

function colorTable(entries, bits) {
    const table = new Uint8Array(3 << bits);
    entries.forEach((word, index) => table.set(channelsOf(word).slice(0, 3), 3 * index));
    return table;
}

function enlarged(indices, width, height, scale) {
    if (scale === 1) return indices;
    const made = new Uint8Array(indices.length * scale * scale);
    for (let y = 0, i = 0; y < height * scale; y++) {
        const row = Math.floor(y / scale) * width;
        for (let x = 0; x < width * scale; x++) made[i++] = indices[row + Math.floor(x / scale)];
    }
    return made;
}

// Return the codes of LZW (T. A. Welch, 1984), of growing length, as bytes.
function lzw(indices, bits) {
    const clear = 1 << bits;
    const out = [];
    let [held, count] = [0, 0];
    const children = new Int16Array(MOST_CODES << bits).fill(-1);
    let [next, length] = [clear + 2, bits + 1];
    const put = (code) => {
        held |= code << count;
        for (count += length; count >= 8; count -= 8, held >>>= 8) out.push(held & 255);
    };
    put(clear);
    let code = indices[0];
    for (let i = 1; i < indices.length; i++) {
        const child = (code << bits) | indices[i];
        if (children[child] >= 0) {
            code = children[child];
            continue;
        }
        put(code);
        if (next < MOST_CODES) {
            children[child] = next++;
            if (next - 1 === 1 << length) length++;
        } else {
            put(clear);
            children.fill(-1);
            [next, length] = [clear + 2, bits + 1];
        }
        code = indices[i];
    }
    put(code);
    put(clear + 1);
    if (count > 0) out.push(held & 255);
    return Uint8Array.from(out);
}

function blocks(bytes) {
    const made = [];
    for (let start = 0; start < bytes.length; start += 255) {
        const block = bytes.subarray(start, start + 255);
        made.push(Uint8Array.of(block.length), block);
    }
    return made;
}
