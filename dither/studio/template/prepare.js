// Adjustments before dithering: grey, size, exposure and gamma, saturation, brightness and contrast, bars, in
// this order, identical to `dither.images.adjustments`. A picture is { width, height, channels, samples, alpha }.

// Return the grey of the same luminance, mixed in linear light.
function grayCodes(picture, tables) {
    const { linear, limits } = tables;
    const codes = new Uint8Array(picture.width * picture.height);
    for (let i = 0, s = 0; i < codes.length; i++, s += 3) {
        const [red, green, blue] = [picture.samples[s], picture.samples[s + 1], picture.samples[s + 2]];
        const same = red === green && green === blue;
        codes[i] = same ? red : limitsReached(limits, 0.2126 * linear[red] + 0.7152 * linear[green] + 0.0722 * linear[blue]);
    }
    return codes;
}

function prepared(picture, settings, tables) {
    let made = picture;
    if (settings.gray) made = { ...made, channels: 1, samples: grayCodes(made, tables) };
    const place = placement(made, settings);
    made = sized(made, place, tables);
    if (settings.exposure !== 0 || settings.gamma !== 1) made = exposed(made, settings.exposure, settings.gamma, tables);
    if (settings.saturation !== 1 && made.channels === 3) made = saturated(made, settings.saturation, tables);
    if (settings.brightness !== 1 || settings.contrast !== 1) made = toned(made, settings.brightness, settings.contrast);
    return framed(made, place);
}

// Multiply linear light by 2^exposure and clip it; then raise codes from 0 to 1 to the power 1/gamma.
function exposed(picture, exposure, gamma, tables) {
    const table = Uint8Array.from(tables.linear, (light) => {
        const lit = clamp(light * 2 ** exposure, 0, 1);
        const code = lit <= 0.0031308 ? lit * 12.92 : 1.055 * lit ** (1 / 2.4) - 0.055;
        return rint(clamp(code ** (1 / gamma) * WHITE, 0, WHITE));
    });
    return { ...picture, samples: picture.samples.map((code) => table[code]) };
}

function saturated(picture, factor, tables) {
    const grays = grayCodes(picture, tables);
    const samples = new Uint8Array(picture.samples.length);
    for (let s = 0; s < samples.length; s++) {
        const gray = grays[Math.floor(s / 3)];
        samples[s] = rint(clamp(gray + factor * (picture.samples[s] - gray), 0, WHITE));
    }
    return { ...picture, samples };
}

function toned(picture, brightness, contrast) {
    const table = Uint8Array.from({ length: 256 }, (_, code) => {
        const tone = ((code / WHITE) * brightness - 0.5) * contrast + 0.5;
        return rint(clamp(tone * WHITE, 0, WHITE));
    });
    return { ...picture, samples: picture.samples.map((code) => table[code]) };
}

// Average linear light weighted by alpha; round to codes by comparison with the limits between them.
function resized(picture, { width, height }, box, tables) {
    const { channels, samples, alpha } = picture;
    const count = picture.width * picture.height;
    const light = Float32Array.from(tables.linear);
    const opacity = Float32Array.from({ length: 256 }, (_, code) => Math.fround(code) / Math.fround(WHITE));
    const scale = bicubicScale(picture, box, width, height);
    const share = alpha && scale(Float32Array.from(alpha, (code) => opacity[code]));
    const out = new Uint8Array(width * height * channels);
    for (let channel = 0; channel < channels; channel++) {
        const plane = new Float32Array(count);
        for (let i = 0; i < count; i++) {
            const lit = light[samples[i * channels + channel]];
            plane[i] = alpha ? lit * opacity[alpha[i]] : lit;
        }
        const mixed = scale(plane);
        for (let i = 0; i < mixed.length; i++) {
            let lit = mixed[i];
            // Fully transparent pixels have no colour.
            if (share) lit = share[i] > 1 / 512 ? Math.fround(lit / share[i]) : 0;
            out[i * channels + channel] = limitsReached(tables.limits, lit);
        }
    }
    const clear = share && Uint8Array.from(share, (part) => rint(Math.fround(clamp(part, 0, 1) * WHITE)));
    return { width, height, channels, samples: out, alpha: clear };
}

// Pillow's bicubic filter (Catmull-Rom, widened where the image shrinks), bit for bit: 64-bit sums, rows
// first, each pass stored in 32 bits, as are the edges of the box.
function bicubicScale({ width, height }, box, newWidth, newHeight) {
    const [left, top, right, bottom] = [box.left, box.top, box.right, box.bottom].map(Math.fround);
    const across = bicubicWeights(width, left, right, newWidth);
    const down = bicubicWeights(height, top, bottom, newHeight);
    return (plane) => {
        let rows = plane;
        if (newWidth !== width || left !== 0 || right !== newWidth) {
            rows = new Float32Array(newWidth * height);
            for (let y = 0; y < height; y++) {
                for (let x = 0; x < newWidth; x++) {
                    const { first, weights } = across[x];
                    let sum = 0;
                    for (let i = 0; i < weights.length; i++) sum += plane[y * width + first + i] * weights[i];
                    rows[y * newWidth + x] = sum;
                }
            }
        }
        if (newHeight === height && top === 0 && bottom === newHeight) return rows;
        const out = new Float32Array(newWidth * newHeight);
        for (let y = 0; y < newHeight; y++) {
            const { first, weights } = down[y];
            for (let x = 0; x < newWidth; x++) {
                let sum = 0;
                for (let i = 0; i < weights.length; i++) sum += rows[(first + i) * newWidth + x] * weights[i];
                out[y * newWidth + x] = sum;
            }
        }
        return out;
    };
}

function bicubicWeights(size, start, end, newSize) {
    const scale = Math.fround(end - start) / newSize;
    const wider = Math.max(scale, 1);
    const support = 2 * wider;
    const narrower = 1 / wider;
    return Array.from({ length: newSize }, (_, place) => {
        const center = start + (place + 0.5) * scale;
        const first = Math.max(0, Math.trunc(center - support + 0.5));
        const last = Math.min(size, Math.trunc(center + support + 0.5));
        const weights = [];
        let total = 0;
        for (let i = first; i < last; i++) {
            const weight = bicubic((i - center + 0.5) * narrower);
            weights.push(weight);
            total += weight;
        }
        return { first, weights: weights.map((weight) => (total === 0 ? weight : weight / total)) };
    });
}

function bicubic(distance) {
    const a = -0.5;
    const x = Math.abs(distance);
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
    return 0;
}
