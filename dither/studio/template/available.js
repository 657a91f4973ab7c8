// Available colours that replace others: near ones, and ones that keep a contrast; identical to
// `dither.gamut.available`. Colours are numbers 0xRRGGBB.

const [LOOKS_NEAR, LIGHT_NEAR] = [0.1, 0.04];
const NEUTRAL_CHROMA = 0.04;
const [LIGHTNESS_SEEN, LIGHTNESS_KEPT] = [0.1, 0.35];
const ENLARGEMENTS = [1, 1.5, 2, 3, 4, 6];
const NO_COLOR = [0, 0, 0];

function packed([red, green, blue]) {
    return (red << 16) | (green << 8) | blue;
}

function unpacked(color) {
    return [color >> 16, (color >> 8) & 255, color & 255];
}

function lumaOfColor(color) {
    return lumaOf(color >> 16, (color >> 8) & 255, color & 255);
}

function lightOf(color) {
    return unpacked(color).map((code) => srgbToLinear(code / WHITE));
}

function lengthOf(values) {
    return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

// Colours whose channels have evenly spaced levels.
function levelColors(levels) {
    const steps = levels - 1;
    return {
        nearest: remembered((color) => packed(unpacked(color).map((code) => rint(rint(code * (steps / WHITE)) * (WHITE / steps))))),
        mapped: (color) => color,
        light: remembered(lightOf),
        losesHue: () => false,
    };
}

// Colours of a palette, to which `mapped` maps others; those near the line from black to white take only entries near it.
function paletteColors(colors, palette, intent, mapped, linear) {
    const ends = [palette.black, palette.white].map(linearToOklab);
    const offAxis = ([lightness, a, b]) => {
        const [black, white] = ends;
        const share = clamp((lightness - black[0]) / (white[0] - black[0]), 0, 1);
        return Math.hypot(a - black[1] - share * (white[1] - black[1]), b - black[2] - share * (white[2] - black[2]));
    };
    const isEnd = (light) => light === palette.black || light === palette.white;
    const neutral = colors.filter((_, index) => isEnd(palette.lights[index]) || offAxis(linearToOklab(palette.lights[index])) <= NEUTRAL_CHROMA);
    const neutralCodes = new Set(neutral.map(packed));
    const amongAll = nearestEntry(colors, linear);
    const amongNeutral = nearestEntry(neutral, linear);
    const isAdapted = intent !== "absolute";
    const black = isAdapted ? palette.black : NO_COLOR;
    const contrast = isAdapted ? dot(LUMINANCE_WEIGHTS, difference(palette.white, palette.black)) : 1;
    return {
        nearest: remembered((color) => {
            const shown = mapped(color);
            const [, a, b] = linearToOklab(lightOf(color));
            const isNeutral = Math.hypot(a, b) <= NEUTRAL_CHROMA || offAxis(linearToOklab(lightOf(shown))) <= NEUTRAL_CHROMA;
            return packed(isNeutral ? neutral[amongNeutral(unpacked(shown))] : colors[amongAll(unpacked(shown))]);
        }),
        mapped,
        light: remembered((color) => lightOf(color).map((value, lane) => Math.max((value - black[lane]) / contrast, 0))),
        losesHue: (color) => neutralCodes.has(color),
    };
}

// Return a function that gives the nearest available colour, and whether it looks nearly the same.
function nearFinder(available) {
    return remembered((color) => {
        const nearest = available.nearest(color);
        const [light, own] = [available.light(available.mapped(color)), available.light(nearest)];
        const apart = difference(weighedLight(light), weighedLight(own));
        if (available.losesHue(nearest)) [, apart[1], apart[2]] = weighedLight(lightOf(color));
        return { nearest, isNear: lengthOf(apart) <= LOOKS_NEAR || lengthOf(difference(light, own)) <= LIGHT_NEAR };
    });
}

// Return the nearest available colour that keeps the direction of a contrast with another, which is shown as a third.
function withContrast(color, other, otherShown, available) {
    const own = weighedLight(lightOf(color));
    const shown = weighedLight(available.light(otherShown));
    const wanted = difference(own, weighedLight(lightOf(other)));
    const byLightness = Math.abs(wanted[0]) >= LIGHTNESS_SEEN;
    const isGray = Math.hypot(own[1], own[2]) <= CHROMA_WEIGHT * NEUTRAL_CHROMA;
    const base = isGray ? Array(3).fill(lumaOfColor(other)) : unpacked(other);
    const codes = unpacked(color);
    for (const factor of ENLARGEMENTS) {
        const nearest = available.nearest(packed(codes.map((code, lane) => rint(clamp(base[lane] + factor * (code - base[lane]), 0, WHITE)))));
        const along = difference(weighedLight(available.light(nearest)), shown).map((value, lane) => value * wanted[lane]);
        if (byLightness ? along[0] >= LIGHTNESS_KEPT * wanted[0] ** 2 : along[0] + along[1] + along[2] > 0) return nearest;
    }
    if (!byLightness) return available.nearest(color);
    const ends = [0, 0xffffff].map(available.nearest);
    const chosen = wanted[0] > 0 ? 1 : 0;
    const isHidden = Math.abs(weighedLight(available.light(ends[chosen]))[0] - shown[0]) < LIGHTNESS_SEEN;
    return ends[isHidden ? 1 - chosen : chosen];
}
