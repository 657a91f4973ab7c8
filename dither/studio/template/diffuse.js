// Error diffusion: which pixels follow one another, and what they are quantized to.

// Return the function that visits the pixels of a lane or of three, with its settings.
function* scanOf(picture, settings, matrix, tables, kept) {
    const bounds = lightBounds(settings.clamp);
    if (settings.order === "curve") {
        const places = yield* kept.steps("curve", [picture.width, picture.height], function* () {
            yield;
            return hilbertPlaces(picture.width, picture.height);
        });
        return { visit: alongCurve, by: { shares: tables.curveShares, places, bounds } };
    }
    if (settings.order === "dots") return { visit: byClasses, by: { classes: matrix ?? unpackedMatrix(tables.dotClasses), bounds } };
    const threshold = modulatedThreshold(settings, matrix);
    const { serpentine, kernel, taps } = settings;
    const shares = tables.toneShares[kernel];
    if (shares) return { visit: scanByTone, by: { shares: shares.map((tone) => scaledShares(tone, settings.amount)), serpentine, threshold, bounds } };
    return { visit: scanRows, by: { taps: scaledTaps(taps ?? tables.kernels[kernel], settings.amount), serpentine, threshold, bounds } };
}

// Scale shares of the error, in 1/65536, by an amount from 0 to 1.
function scaledShares(shares, amount) {
    const part = rint(amount * 65536);
    return shares.map((share) => Math.floor((share * part) / 65536));
}

function scaledTaps(taps, amount) {
    const shares = scaledShares(taps.map(([, , share]) => share), amount);
    return taps.map(([down, ahead], i) => [down, ahead, shares[i]]).filter(([, , share]) => share > 0);
}

function* diffuseToLevels(picture, counts, settings, { visit, by }, light) {
    const { channels } = picture;
    const codes = new Uint8Array(picture.samples.length);
    for (let channel = 0; channel < channels; channel++) {
        const shown = levelLights(counts[channel], light);
        const lane = { lanes: [channel], stride: channels, codes, offset: channel, step: channels };
        yield* visit(picture, lane, light, levelQuantizer(shown), { ...by, tones: tonesOf(light, shown), channel });
    }
    return codes;
}

// `sampleLight` is the light of each code of the samples.
function* diffuseToPalette(picture, colors, quantizer, { visit, by }, sampleLight) {
    const { width, height, channels } = picture;
    const codes = new Uint8Array(width * height);
    const lanes = { lanes: channels === 3 ? [0, 1, 2] : [0, 0, 0], stride: channels, codes, offset: 0, step: 1 };
    // The number of the channel is part of the noise: that of colours is the noise of the first.
    yield* visit(picture, lanes, sampleLight, quantizer, { ...by, channel: 0 });
    return codes;
}
