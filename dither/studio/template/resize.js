// Resize a picture in linear light, identical to `dither.preparation.resampling`.

// Average linear light weighted by alpha; round to codes by comparison with the limits between them.
function* resized(picture, { width, height }, box, tables) {
    const { channels, samples, alpha } = picture;
    const count = picture.width * picture.height;
    const light = Float32Array.from(tables.linear);
    const opacity = Float32Array.from({ length: 256 }, (_, code) => Math.fround(code) / Math.fround(WHITE));
    const codeOf = limitCounter(tables.limits);
    const filter = bicubicFilter(picture, box, width, height);
    const share = alpha && (yield* filtered(Float32Array.from(alpha, (code) => opacity[code]), picture, filter));
    const out = new Uint8Array(width * height * channels);
    const plane = new Float32Array(count);
    for (let channel = 0; channel < channels; channel++) {
        for (let i = 0, s = channel; i < count; i++, s += channels) plane[i] = alpha ? light[samples[s]] * opacity[alpha[i]] : light[samples[s]];
        yield;
        const mixed = yield* filtered(plane, picture, filter);
        for (let i = 0; i < mixed.length; i++) {
            let lit = mixed[i];
            // Fully transparent pixels have no colour.
            if (share) lit = share[i] > 1 / 512 ? Math.fround(lit / share[i]) : 0;
            out[i * channels + channel] = codeOf(lit);
        }
        yield;
    }
    const clear = share && Uint8Array.from(share, (part) => rint(Math.fround(clamp(part, 0, 1) * WHITE)));
    return { width, height, channels, samples: out, alpha: clear };
}

// Pillow's bicubic filter (Catmull-Rom, widened where the image shrinks), bit for bit: the edges of the box are
// stored in 32 bits.
function bicubicFilter({ width, height }, box, newWidth, newHeight) {
    const [left, top, right, bottom] = [box.left, box.top, box.right, box.bottom].map(Math.fround);
    return {
        across: newWidth !== width || left !== 0 || right !== newWidth ? bicubicWeights(width, left, right, newWidth) : null,
        down: newHeight !== height || top !== 0 || bottom !== newHeight ? bicubicWeights(height, top, bottom, newHeight) : null,
        newWidth,
        newHeight,
    };
}

// Filter one channel: 64-bit sums, rows first, each pass stored in 32 bits.
function* filtered(plane, { width, height }, { across, down, newWidth, newHeight }) {
    let rows = plane;
    if (across) {
        rows = new Float32Array(newWidth * height);
        const { firsts, counts, weights, most } = across;
        for (let y = 0, out = 0; y < height; y++) {
            for (let x = 0; x < newWidth; x++, out++) {
                const first = y * width + firsts[x];
                const place = x * most;
                let sum = 0;
                for (let i = 0; i < counts[x]; i++) sum += plane[first + i] * weights[place + i];
                rows[out] = sum;
            }
            if (y % 64 === 63) yield;
        }
    }
    if (!down) return rows;
    const made = new Float32Array(newWidth * newHeight);
    const { firsts, counts, weights, most } = down;
    const sums = new Float64Array(newWidth);
    for (let y = 0; y < newHeight; y++) {
        sums.fill(0);
        for (let i = 0; i < counts[y]; i++) {
            const weight = weights[y * most + i];
            const from = (firsts[y] + i) * newWidth;
            for (let x = 0; x < newWidth; x++) sums[x] += rows[from + x] * weight;
        }
        made.set(sums, y * newWidth);
        if (y % 64 === 63) yield;
    }
    return made;
}

// Return the first sample and the weights, `most` places for each, of every new sample of a side.
function bicubicWeights(size, start, end, newSize) {
    const scale = Math.fround(end - start) / newSize;
    const wider = Math.max(scale, 1);
    const support = 2 * wider;
    const narrower = 1 / wider;
    const most = Math.ceil(2 * support) + 2;
    const firsts = new Int32Array(newSize);
    const counts = new Int32Array(newSize);
    const weights = new Float64Array(newSize * most);
    for (let place = 0; place < newSize; place++) {
        const center = start + (place + 0.5) * scale;
        const first = Math.max(0, Math.trunc(center - support + 0.5));
        const last = Math.min(size, Math.trunc(center + support + 0.5));
        let total = 0;
        for (let i = first; i < last; i++) {
            const weight = bicubic((i - center + 0.5) * narrower);
            weights[place * most + i - first] = weight;
            total += weight;
        }
        if (total !== 0) for (let i = 0; i < last - first; i++) weights[place * most + i] /= total;
        [firsts[place], counts[place]] = [first, last - first];
    }
    return { firsts, counts, weights, most };
}

function bicubic(distance) {
    const a = -0.5;
    const x = Math.abs(distance);
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
    return 0;
}
