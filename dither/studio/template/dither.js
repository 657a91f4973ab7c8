// Dither a picture as the commands `dither ordered` and `dither diffuse` do. The result holds codes: an entry of the
// palette for each pixel, or a level for each sample.

function* ditheredSteps(picture, settings, matrix, tables, kept, mask) {
    const ready = yield* prepared(picture, settings, tables, kept);
    const { colors } = settings;
    const counts = colors ? null : Array.from({ length: ready.channels }, (_, channel) => settings.levels[channel] ?? settings.levels);
    const own = yield* keptPixels(picture, ready, settings, tables, kept, mask);
    const shown = own?.picture ?? ready;
    // A picture with kept pixels is mapped to the palette already.
    const codes = colors ? yield* paletteCodes(shown, own ? { ...settings, intent: "absolute" } : settings, matrix, tables, kept) : yield* levelCodes(shown, counts, settings, matrix, tables, kept);
    if (own) putKept(codes, own);
    const { width, height, alpha } = ready;
    if (alpha && settings.method === "diffuse") clearHidden(codes, alpha);
    return { width, height, codes, alpha, colors, shown: counts && counts.map(levelValues), place: placement(picture, settings) };
}

function clearHidden(codes, alpha) {
    const lanes = codes.length / alpha.length;
    for (let i = 0; i < alpha.length; i++) if (alpha[i] === 0) codes.fill(0, i * lanes, (i + 1) * lanes);
}

function* levelCodes(ready, counts, settings, matrix, tables, kept) {
    if (settings.method === "ordered") return yield* ditherToLevels(ready, matrix, counts, settings.light, settings.strength, tables.linear);
    const scan = yield* scanOf(ready, settings, matrix, tables, kept);
    return yield* diffuseToLevels(ready, counts, settings, scan, lightOfCodes(settings, tables));
}

// Return the entry of every pixel; the picture is mapped to the palette first.
function* paletteCodes(ready, settings, matrix, tables, kept) {
    const { colors, device, intent, light, mixtureSize, strength, draft } = settings;
    const { linear } = tables;
    const palette = paletteOf(colors, linear);
    const map = kept.once("map", [colors, intent], () => lightMapper(palette, intent));
    const nodeMap = draft ? kept.once("draft map", [colors, intent], () => draftMapper(map)) : map;
    const exact = kept.once("exact", [colors, device, intent], () => exactColors(colors, device, intent, map, linear));
    if (settings.method === "ordered" && strength > 0) {
        const mixtures = kept.once("mixtures", [colors, intent, light, mixtureSize, strength, draft], () =>
            mixtureSize === 2 ? pairTable(palette, nodeMap, light, linear) : candidateTable(palette, nodeMap, light, strength, linear, mixtureSize),
        );
        return yield* ditherToPalette(eightBits(ready), exact, matrix, mixtures, strength);
    }
    const link = kept.once("link", [colors, intent, draft], () => new Link(map, draft ? DRAFT_STEPS : LINK_STEPS));
    const table = yield* linkTable(link, ready);
    const mapped = table ? yield* linkedPicture(ready, table, exact, colors) : ready;
    if (settings.method === "ordered") return yield* nearestEntries(mapped, colors, linear);
    const known = lightOfCodes(settings, tables);
    const sampleLight = mapped.samples instanceof Uint16Array ? kept.once("deep light", [light], () => deepLight(light)) : known;
    const scan = yield* scanOf(mapped, settings, matrix, tables, kept);
    const nearest = kept.once("nearest", [colors, light], () => nearestColor(colors, known));
    return yield* diffuseToPalette(mapped, colors, colorQuantizer(colors, known, nearest), scan, sampleLight);
}
