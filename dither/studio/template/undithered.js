// The pixels that are left undithered: lines, text and flat areas, or the dark parts of a mask; identical to
// `dither.cli.line_art`.

// Return the picture to dither, the pixels that keep their colours, and the codes of these; null if all are dithered.
function* keptPixels(picture, ready, settings, tables, kept, maskPicture) {
    const { undithered, levels, colors, device, intent, gray, draft } = settings;
    if (undithered === "nothing") return null;
    const before = [...PREPARING.map((name) => settings[name]), undithered];
    const mask = yield* kept.steps("undithered", before, () => (undithered === "mask" ? darkParts(maskPicture, picture, ready, settings, tables) : lineArtMask(colored(ready))));
    const tints = undithered !== "mask";
    return yield* kept.steps("kept", [...before, levels, colors, device, intent, gray, draft], () => (colors ? keptInPalette(ready, mask, settings, tables, kept, tints) : keptInLevels(ready, mask, levels, tints)));
}

// Return a picture of three channels.
function colored(picture) {
    if (picture.channels === 3) return picture;
    const samples = new Uint8Array(3 * picture.samples.length);
    for (let i = 0, s = 0; i < picture.samples.length; i++) for (let lane = 0; lane < 3; lane++) samples[s++] = picture.samples[i];
    return { ...picture, channels: 3, samples };
}

function* keptInLevels(ready, mask, levels, tints) {
    const { shown, kept } = yield* keptColors(colored(ready), mask, levelColors(levels), tints);
    const { channels } = ready;
    const samples = ready.samples.slice();
    const codes = new Uint8Array(samples.length);
    const values = levelValues(levels);
    for (let i = 0; i < kept.length; i++) {
        if (!kept[i]) continue;
        for (let channel = 0, s = i * channels; channel < channels; channel++, s++) {
            codes[s] = rint(((shown[i] >> (16 - 8 * channel)) & 255) * ((levels - 1) / WHITE));
            samples[s] = values[codes[s]];
        }
    }
    return { picture: { ...ready, samples }, kept, codes };
}

function* keptInPalette(ready, mask, { colors, device, intent, draft }, tables, known, tints) {
    const { linear } = tables;
    const palette = paletteOf(colors, linear);
    const { link, exact } = known.once("kept map", [colors, device, intent, draft], () => {
        const map = lightMapper(palette, intent);
        return { exact: exactColors(colors, device, intent, map, linear), link: new Link(map, draft ? DRAFT_STEPS : LINK_STEPS) };
    });
    const whole = colored(ready);
    const table = yield* linkTable(link, whole);
    const available = paletteColors(colors, palette, intent, colorMapper(link, exact, colors), linear);
    const { shown, kept } = yield* keptColors(whole, mask, available, tints);
    const mapped = table ? yield* linkedPicture(whole, table, exact, colors) : { ...whole, samples: whole.samples.slice() };
    const codes = new Uint8Array(kept.length);
    const entries = new Map(colors.map((color, index) => [packed(color), index]));
    for (let i = 0; i < kept.length; i++) {
        if (!kept[i]) continue;
        codes[i] = entries.get(shown[i]);
        for (let lane = 0; lane < 3; lane++) mapped.samples[3 * i + lane] = colors[codes[i]][lane] * (table ? 257 : 1);
    }
    return { picture: mapped, kept, codes };
}

// Put the codes of the kept pixels in place of those of a dithered picture.
function putKept(codes, { kept, codes: own }) {
    const lanes = codes.length / kept.length;
    for (let i = 0; i < kept.length; i++) if (kept[i]) for (let s = i * lanes; s < (i + 1) * lanes; s++) codes[s] = own[s];
}

function sameSize(one, other) {
    return one.width === other.width && one.height === other.height;
}

// Return whether each pixel lies in the darker half of a grey picture, which is placed as the picture is.
function* darkParts(mask, picture, after, settings, tables) {
    const white = { ...settings, background: "#ffffff", alpha: "background" };
    let placed = onBackground(mask, white, tables);
    if (!sameSize(mask, after)) {
        if (!sameSize(mask, picture) && !settings.draft) throw new Error(wrongMaskSize(mask, picture));
        const own = sameSize(mask, picture) ? white : { ...white, width: after.width, height: after.height, fit: "stretch", rotate: 0 };
        const place = placement(mask, own);
        placed = framed(yield* sized(whole(placed), place, tables), place, own, tables);
    }
    return grayCodes(placed, tables).map((code) => (code < WHITE / 2 ? 1 : 0));
}

function wrongMaskSize(mask, picture) {
    return `The mask has ${mask.width} × ${mask.height} pixels; it needs those of the picture, ${picture.width} × ${picture.height}.`;
}
