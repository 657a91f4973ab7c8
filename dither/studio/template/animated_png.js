// Write animated PNG files (Mozilla, "APNG specification", 2008; W3C, "PNG", third edition): whole frames of one layout.

async function encodedAnimatedPng({ width, height, frames, colors, loops }, scale) {
    const count = width * height;
    const all = new Uint32Array(count * frames.length);
    frames.forEach(({ words }, number) => all.set(words, number * count));
    const layout = colors ? paletteLayout(all, colors) : pngLayout(all);
    const parts = [...pngHead(layout, width, height, scale), pngChunk("acTL", longs(frames.length, loops))];
    let sequence = 0;
    for (const [number, { words, delay }] of frames.entries()) {
        const control = new Uint8Array(26);
        control.set(longs(sequence++, width * scale, height * scale, 0, 0));
        new DataView(control.buffer).setUint16(20, Math.min(delay, 65535));
        new DataView(control.buffer).setUint16(22, 1000);
        parts.push(pngChunk("fcTL", control));
        const rows = await deflated(pngRows(words, width, height, scale, layout));
        if (number === 0) parts.push(pngChunk("IDAT", rows));
        else {
            const numbered = new Uint8Array(rows.length + 4);
            numbered.set(longs(sequence++));
            numbered.set(rows, 4);
            parts.push(pngChunk("fdAT", numbered));
        }
    }
    return new Blob([...parts, pngChunk("IEND", new Uint8Array(0))], { type: "image/png" });
}

function longs(...values) {
    const bytes = new DataView(new ArrayBuffer(4 * values.length));
    values.forEach((value, place) => bytes.setUint32(4 * place, value));
    return new Uint8Array(bytes.buffer);
}
