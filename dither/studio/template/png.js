// Write PNG files without a canvas, which could change pixels: grey of few bits, a palette, or all channels.
// A picture with `colors` has a palette of these colours in their order, as the commands write it.

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
    return value;
});

async function encodedPng({ width, height, pixels, colors }, scale) {
    const words = new Uint32Array(pixels.buffer, pixels.byteOffset, width * height);
    const layout = colors ? paletteLayout(words, colors) : pngLayout(words);
    const rows = await deflated(pngRows(words, width, height, scale, layout));
    return new Blob([...pngHead(layout, width, height, scale), pngChunk("IDAT", rows), pngChunk("IEND", new Uint8Array(0))], { type: "image/png" });
}

// Return what comes before the pixels: the signature, the header and the palette.
function pngHead(layout, width, height, scale) {
    const header = new DataView(new ArrayBuffer(13));
    header.setUint32(0, width * scale);
    header.setUint32(4, height * scale);
    header.setUint8(8, layout.bits);
    header.setUint8(9, layout.type);
    const parts = [Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10), pngChunk("IHDR", new Uint8Array(header.buffer))];
    if (layout.type !== 3) return parts;
    parts.push(pngChunk("PLTE", Uint8Array.from(layout.colors.flatMap((word) => channelsOf(word).slice(0, 3)))));
    if (layout.clear) parts.push(pngChunk("tRNS", Uint8Array.from(layout.colors, (word) => word >>> 24)));
    return parts;
}

function channelsOf(word) {
    return [word & 255, (word >> 8) & 255, (word >> 16) & 255, word >>> 24];
}

// Return the PNG's colour type, its bits per sample, and the sample for each word.
function pngLayout(words) {
    const places = new Map();
    let clear = false;
    let last = -1;
    for (const word of words) {
        if (word === last) continue;
        last = word;
        if (!places.has(word)) places.set(word, 0);
        if (word >>> 24 < 255) clear = true;
        if (places.size > 256 && clear) break;
    }
    if (places.size > 256) return { type: clear ? 6 : 2, bits: 8, bytes: clear ? 4 : 3 };
    const colors = [...places.keys()];
    const grays = colors.map(channelsOf).every(([red, green, blue]) => red === green && green === blue);
    if (grays && !clear) {
        const bits = [1, 2, 4, 8].find((count) => colors.every((word) => (word & 255) % (255 / (2 ** count - 1)) === 0));
        for (const word of colors) places.set(word, (word & 255) / (255 / (2 ** bits - 1)));
        return { type: 0, bits, places };
    }
    const bits = [1, 2, 4, 8].find((count) => colors.length <= 2 ** count);
    colors.forEach((word, index) => places.set(word, index));
    return { type: 3, bits, places, colors, clear };
}

function distinctWords(words) {
    const distinct = new Set();
    let last = -1;
    for (const word of words) {
        if (word !== last) distinct.add(word);
        last = word;
    }
    return [...distinct];
}

// Give each word its place in a palette with all its colours. Entries for transparent pixels follow the
// palette: one for those that are clear, then one for each partial alpha of a colour.
function paletteLayout(words, codes) {
    const entries = codes.map(wordOf);
    const places = new Map(entries.map((word, index) => [word, index]));
    const ofColor = (word) => places.get((word | 0xff000000) >>> 0);
    const present = distinctWords(words);
    const cleared = present.filter((word) => word >>> 24 === 0);
    const partial = present.filter((word) => word >>> 24 > 0 && word >>> 24 < 255);
    partial.sort((one, other) => (one >>> 24) - (other >>> 24) || ofColor(one) - ofColor(other));
    if (cleared.length && !partial.length && entries.length === 256) {
        const shown = new Set(present);
        const spare = entries.findLastIndex((word) => !shown.has(word));
        if (spare >= 0) {
            for (const word of cleared) places.set(word, spare);
            entries[spare] &= 0xffffff;
            return { type: 3, bits: 8, places, colors: entries, clear: true };
        }
    }
    if (cleared.length) entries.push(entries[0] & 0xffffff);
    for (const word of cleared) places.set(word, entries.length - 1);
    for (const word of partial) places.set(word, entries.push(word) - 1);
    if (entries.length > 256) return { type: 6, bits: 8, bytes: 4 };
    const bits = [1, 2, 4, 8].find((count) => entries.length <= 2 ** count);
    return { type: 3, bits, places, colors: entries, clear: entries.length > codes.length };
}

function pngRows(words, width, height, scale, layout) {
    const perRow = 1 + (layout.bytes ? layout.bytes * width * scale : Math.ceil((width * scale * layout.bits) / 8));
    const rows = new Uint8Array(perRow * height * scale);
    for (let y = 0; y < height; y++) {
        const start = y * scale * perRow;
        let place = start + 1;
        let bit = 8;
        let [last, code] = [-1, 0];
        for (let x = 0; x < width; x++) {
            const word = words[y * width + x];
            if (!layout.bytes && word !== last) [last, code] = [word, layout.places.get(word)];
            for (let again = 0; again < scale; again++) {
                if (layout.bytes) {
                    for (let lane = 0; lane < layout.bytes; lane++) rows[place++] = (word >>> (8 * lane)) & 255;
                    continue;
                }
                bit -= layout.bits;
                rows[place] |= code << bit;
                if (bit === 0) [place, bit] = [place + 1, 8];
            }
        }
        for (let again = 1; again < scale; again++) rows.copyWithin(start + again * perRow, start, start + perRow);
    }
    return rows;
}

function pngChunk(name, content) {
    const chunk = new Uint8Array(content.length + 12);
    const view = new DataView(chunk.buffer);
    view.setUint32(0, content.length);
    for (let i = 0; i < 4; i++) chunk[4 + i] = name.charCodeAt(i);
    chunk.set(content, 8);
    let crc = 0xffffffff;
    for (let i = 4; i < content.length + 8; i++) crc = CRC_TABLE[(crc ^ chunk[i]) & 255] ^ (crc >>> 8);
    view.setUint32(content.length + 8, ~crc >>> 0);
    return chunk;
}

async function deflated(bytes) {
    const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
}
