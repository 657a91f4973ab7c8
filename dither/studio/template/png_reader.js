// Read PNG files with alpha where the browser only gives pixels multiplied by it (W3C, "PNG", third edition).

const PNG_CHANNELS = { 3: 1, 4: 2, 6: 4 };

// Return red, green, blue and alpha of every pixel, or null for files of other kinds.
async function pngPixels(file) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const view = new DataView(bytes.buffer);
    if (bytes.length < 33 || view.getUint32(0) !== 0x89504e47) return null;
    const [width, height] = [view.getUint32(16), view.getUint32(20)];
    const [bits, type, , , interlaced] = bytes.subarray(24, 29);
    const channels = PNG_CHANNELS[type];
    if (!channels || interlaced || (type !== 3 && bits < 8)) return null;
    const chunks = { PLTE: [], tRNS: [], IDAT: [] };
    for (let at = 8; at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
        const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
        chunks[name]?.push(bytes.subarray(at + 8, at + 8 + view.getUint32(at)));
    }
    const stream = new Blob(chunks.IDAT).stream().pipeThrough(new DecompressionStream("deflate"));
    const rows = new Uint8Array(await new Response(stream).arrayBuffer());
    const perRow = Math.ceil((width * channels * bits) / 8);
    if (rows.length < (perRow + 1) * height) return null;
    unfilter(rows, perRow, height, Math.max(1, (channels * bits) / 8));
    const sample = (y, place) => (bits >= 8 ? rows[y * (perRow + 1) + 1 + (place * bits) / 8] : (rows[y * (perRow + 1) + 1 + ((place * bits) >> 3)] >> (8 - bits - ((place * bits) & 7))) & ((1 << bits) - 1));
    const [colors, alphas] = [chunks.PLTE[0], chunks.tRNS[0] ?? []];
    const pixels = new Uint8ClampedArray(width * height * 4);
    for (let y = 0, p = 0; y < height; y++) {
        for (let x = 0; x < width; x++, p += 4) {
            const value = (lane) => sample(y, x * channels + lane);
            if (type === 6) pixels.set([value(0), value(1), value(2), value(3)], p);
            else if (type === 4) pixels.set([value(0), value(0), value(0), value(1)], p);
            else pixels.set([...colors.subarray(3 * value(0), 3 * value(0) + 3), alphas[value(0)] ?? WHITE], p);
        }
    }
    return pixels;
}

// Add to each byte what its row's filter predicts from the bytes to the left, above, and above to the left.
function unfilter(rows, perRow, height, step) {
    for (let y = 0; y < height; y++) {
        const start = y * (perRow + 1) + 1;
        const filter = rows[start - 1];
        for (let i = 0; i < perRow; i++) {
            const left = i >= step ? rows[start + i - step] : 0;
            const above = y > 0 ? rows[start + i - perRow - 1] : 0;
            const corner = i >= step && y > 0 ? rows[start + i - perRow - 1 - step] : 0;
            if (filter === 1) rows[start + i] += left;
            else if (filter === 2) rows[start + i] += above;
            else if (filter === 3) rows[start + i] += (left + above) >> 1;
            else if (filter === 4) rows[start + i] += paeth(left, above, corner);
        }
    }
}

function paeth(left, above, corner) {
    const guess = left + above - corner;
    const [toLeft, toAbove, toCorner] = [left, above, corner].map((value) => Math.abs(guess - value));
    if (toLeft <= toAbove && toLeft <= toCorner) return left;
    return toAbove <= toCorner ? above : corner;
}
