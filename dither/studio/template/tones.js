// Tones, identical to `dither.preparation.tones`: automatic contrast, exposure, shadows, highlights and gamma are joined
// and rounded once; then saturation; then brightness and contrast.

const LUMINANCE_WEIGHTS = [0.2126, 0.7152, 0.0722];

// Return the grey of the same luminance, mixed in linear light.
function grayCodes(picture, tables) {
    const { samples, channels } = picture;
    if (channels === 1) return samples;
    const [red, green, blue] = LUMINANCE_WEIGHTS.map((weight) => Float64Array.from(tables.linear, (lit) => weight * lit));
    const codeOf = limitCounter(tables.limits);
    const codes = new Uint8Array(picture.width * picture.height);
    for (let i = 0, s = 0; i < codes.length; i++, s += 3) {
        const [r, g, b] = [samples[s], samples[s + 1], samples[s + 2]];
        codes[i] = r === g && g === b ? r : codeOf(red[r] + green[g] + blue[b]);
    }
    return codes;
}

// Return the linear light that automatic contrast makes black and white: all but `percent` of the pixels at either
// end lie between. Fully transparent pixels do not count, unless all are.
function luminanceEnds(picture, percent, tables) {
    if (percent === null) return [0, 1];
    const grays = grayCodes(picture, tables);
    const { alpha } = picture;
    const shown = alpha && alpha.some((code) => code > 0) ? (i) => alpha[i] > 0 : () => true;
    const counts = new Float64Array(256);
    let total = 0;
    for (let i = 0; i < grays.length; i++) {
        if (!shown(i)) continue;
        counts[grays[i]]++;
        total++;
    }
    const leftOut = (total * percent) / 100;
    const end = (codes) => {
        let sum = 0;
        return codes.find((code) => (sum += counts[code]) > leftOut);
    };
    const codes = Array.from({ length: 256 }, (_, code) => code);
    const low = end(codes);
    const high = end(codes.toReversed());
    return low >= high ? [0, 1] : [tables.linear[low], tables.linear[high]];
}

function toneCurve(code, shadows, highlights) {
    const rest = 1 - code;
    return code + code * rest * (shadows * rest + highlights * code);
}

function changedLight(picture, settings, tables) {
    const { exposure, shadows, highlights, gamma } = settings;
    const [dark, bright] = luminanceEnds(picture, settings.autoContrast, tables);
    if (exposure === 0 && gamma === 1 && shadows === 0 && highlights === 0 && dark === 0 && bright === 1) return picture;
    const gain = 2 ** exposure / (bright - dark);
    const light = Float64Array.from(tables.linear, (lit) => clamp((lit - dark) * gain, 0, 1));
    const shown = (code) => rint(clamp(clamp(code, 0, 1) ** (1 / gamma) * WHITE, 0, WHITE));
    const curved = shadows !== 0 || highlights !== 0;
    if (!curved || picture.channels === 1) {
        const table = Uint8Array.from(light, (lit) => shown(toneCurve(linearToSrgb(lit), shadows, highlights)));
        return byTable(picture, table);
    }
    // The curve changes the luminance and keeps the ratios of the channels.
    const codeOf = limitCounter(risingLimits((lit) => shown(linearToSrgb(clamp(lit, 0, 1)))));
    const [red, green, blue] = LUMINANCE_WEIGHTS;
    const { samples } = picture;
    const made = new Uint8Array(samples.length);
    const changed = rememberedColors((color) => {
        const [r, g, b] = [light[color >> 16], light[(color >> 8) & 255], light[color & 255]];
        const luminance = red * r + green * g + blue * b;
        const wanted = srgbToLinear(clamp(toneCurve(linearToSrgb(luminance), shadows, highlights), 0, 1));
        const ratio = luminance > 0 ? wanted / luminance : 1;
        const peak = Math.max(r, g, b) * ratio;
        const share = peak > 1 ? (1 - wanted) / (peak - wanted) : 1;
        return (codeOf(wanted + share * (r * ratio - wanted)) << 16) | (codeOf(wanted + share * (g * ratio - wanted)) << 8) | codeOf(wanted + share * (b * ratio - wanted));
    }, samples.length / 3);
    for (let s = 0; s < samples.length; s += 3) {
        const color = changed((samples[s] << 16) | (samples[s + 1] << 8) | samples[s + 2]);
        made[s] = color >> 16;
        made[s + 1] = (color >> 8) & 255;
        made[s + 2] = color & 255;
    }
    return { ...picture, samples: made };
}

// Return the least value from 0 to 1 at which a rising function reaches each code from 1 to 255, by bisection.
function risingLimits(codeOf) {
    const limits = [];
    for (let code = 1; code <= codeOf(1); code++) {
        let [below, at] = [0, 1];
        if (codeOf(0) >= code) at = 0;
        while (at > 0) {
            const middle = (below + at) / 2;
            if (middle === below || middle === at) break;
            if (codeOf(middle) >= code) at = middle;
            else below = middle;
        }
        limits.push(at);
    }
    return limits;
}

function byTable(picture, table) {
    const samples = new Uint8Array(picture.samples.length);
    for (let s = 0; s < samples.length; s++) samples[s] = table[picture.samples[s]];
    return { ...picture, samples };
}

function saturated(picture, factor, tables) {
    const grays = grayCodes(picture, tables);
    // The new code by grey and old code.
    const table = new Uint8Array(1 << 16);
    for (let gray = 0; gray < 256; gray++) {
        for (let code = 0; code < 256; code++) table[(gray << 8) | code] = rint(clamp(gray + factor * (code - gray), 0, WHITE));
    }
    const samples = new Uint8Array(picture.samples.length);
    for (let i = 0, s = 0; i < grays.length; i++, s += 3) {
        const row = grays[i] << 8;
        samples[s] = table[row | picture.samples[s]];
        samples[s + 1] = table[row | picture.samples[s + 1]];
        samples[s + 2] = table[row | picture.samples[s + 2]];
    }
    return { ...picture, samples };
}

function toned(picture, brightness, contrast) {
    const table = Uint8Array.from({ length: 256 }, (_, code) => {
        const tone = ((code / WHITE) * brightness - 0.5) * contrast + 0.5;
        return rint(clamp(tone * WHITE, 0, WHITE));
    });
    return byTable(picture, table);
}
