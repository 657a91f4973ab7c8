// Adjustments before dithering, in the order of `dither.preparation.adjustments`. A picture is
// { width, height, channels, samples, alpha }.

const SIZING = ["gray", "width", "height", "fit", "rotate"];
const TONES = ["autoContrast", "exposure", "shadows", "highlights", "gamma", "saturation", "brightness", "contrast"];
const CLEARING = ["background", "alpha", "method", "undithered"];
const PREPARING = [...SIZING, ...TONES, ...CLEARING];

// Steps that depend on the picture.
const PREPARED = ["sized", "toned", "ready", "undithered", "kept"];

function* prepared(picture, settings, tables, kept) {
    const values = (names) => names.map((name) => settings[name]);
    const place = placement(picture, settings);
    const size = yield* kept.steps("sized", values(SIZING), () => sized(settings.gray ? graySteps(picture, tables) : whole(picture), place, tables));
    const toned = yield* kept.steps("toned", values([...SIZING, ...TONES]), () => tonedSteps(size, settings, tables));
    return yield* kept.steps("ready", values(PREPARING), () => cleared(framed(onBackground(toned, settings, tables), place, settings, tables), settings, tables));
}

function* whole(picture) {
    yield;
    return picture;
}

function* graySteps(picture, tables) {
    yield;
    return { ...picture, channels: 1, samples: grayCodes(picture, tables) };
}

function* tonedSteps(picture, settings, tables) {
    let made = changedLight(picture, settings, tables);
    yield;
    if (settings.saturation !== 1 && made.channels === 3) made = saturated(made, settings.saturation, tables);
    yield;
    if (settings.brightness !== 1 || settings.contrast !== 1) made = toned(made, settings.brightness, settings.contrast);
    return made;
}
