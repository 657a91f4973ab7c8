// Adjustments before dithering: grey, size, saturation, brightness and contrast, in this order, identical to
// `dither.images.adjustments`. A picture is { width, height, channels, samples, alpha }.

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
    if (settings.width !== null && settings.width !== made.width) made = resized(made, settings.width, tables);
    if (settings.saturation !== 1 && made.channels === 3) made = saturated(made, settings.saturation, tables);
    if (settings.brightness !== 1 || settings.contrast !== 1) made = toned(made, settings.brightness, settings.contrast);
    return made;
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

function resizedHeight(picture, width) {
    return Math.max(1, Math.floor((picture.height * width) / picture.width + 0.5));
}

// Average linear light weighted by alpha; round to codes by comparison with the limits between them.
function resized(picture, width, tables) {
    const height = resizedHeight(picture, width);
    const { channels, samples, alpha } = picture;
    const count = picture.width * picture.height;
    const light = Float32Array.from(tables.linear);
    const opacity = Float32Array.from({ length: 256 }, (_, code) => Math.fround(code) / Math.fround(WHITE));
    const scale = bicubicScale(picture.width, picture.height, width, height);
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
// first, each pass stored in 32 bits.
function bicubicScale(width, height, newWidth, newHeight) {
    const across = bicubicWeights(width, newWidth);
    const down = bicubicWeights(height, newHeight);
    return (plane) => {
        let rows = plane;
        if (newWidth !== width) {
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
        if (newHeight === height) return rows;
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

function bicubicWeights(size, newSize) {
    const scale = size / newSize;
    const wider = Math.max(scale, 1);
    const support = 2 * wider;
    const narrower = 1 / wider;
    return Array.from({ length: newSize }, (_, place) => {
        const center = (place + 0.5) * scale;
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
