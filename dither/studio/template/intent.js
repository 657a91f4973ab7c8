// Rendering intents, identical to `dither.gamut.intent` and `adaptation`; linear light from 0 to 1.

const MOST_RATIO = 4;
const LEAST_LUMINANCE = 0.25;
const THICKNESS = 1e-6;

// Return the linear light of a palette's colours, and its black and white: of all pairs, the farthest apart in
// lightness, less the chroma of both.
function paletteOf(colors, linear) {
    const lights = colors.map((color) => Array.from(color, (code) => linear[code]));
    const labs = lights.map(linearToOklab);
    const chromas = labs.map(([, a, b]) => Math.hypot(a, b));
    // Equal luminance (to 9 digits) is ordered by index.
    const luminance = lights.map((light) => rint(dot(LUMINANCE_WEIGHTS, light) * 1e9));
    let [most, black, white] = [-Infinity, 0, 0];
    for (let dark = 0; dark < colors.length; dark++) {
        for (let bright = 0; bright < colors.length; bright++) {
            const isLighter = luminance[bright] > luminance[dark] || (luminance[bright] === luminance[dark] && bright > dark);
            const contrast = labs[bright][0] - chromas[bright] - (labs[dark][0] + chromas[dark]);
            if (isLighter && contrast > most) [most, black, white] = [contrast, dark, bright];
        }
    }
    return { lights, black: lights[black], white: lights[white] };
}

// Return the functions between linear light of the picture and of the palette.
function adaptation({ black, white }) {
    const contrast = difference(white, black);
    const luminance = dot(LUMINANCE_WEIGHTS, contrast);
    let gains = contrast.map((value) => clamp(Math.abs(value), luminance / MOST_RATIO, luminance * MOST_RATIO));
    if (dot(LUMINANCE_WEIGHTS, contrast.map((value, i) => value / gains[i])) < LEAST_LUMINANCE) gains = [luminance, luminance, luminance];
    const matrix = gains.map((gain, row) => LUMINANCE_WEIGHTS.map((weight, i) => gain * ((i === row ? 1 : 0) - weight) + contrast[row] * weight));
    const back = inverse(matrix);
    return {
        toPalette: (light) => times(matrix, light).map((value, i) => value + black[i]),
        fromPalette: (light) => times(back, difference(light, black)),
    };
}

// Return a function that maps linear light to what mixtures of the palette can show.
function lightMapper(palette, intent) {
    const clipped = (light) => light.map((value) => clamp(value, 0, 1));
    if (intent === "lightness") {
        const match = lightnessMatcher(palette);
        return (light) => clipped(match(light));
    }
    if (intent === "absolute") {
        const clip = clipper(thickGamut(palette.lights, palette.black, palette.white), EQUAL);
        return (light) => clipped(clip(light));
    }
    const { toPalette, fromPalette } = adaptation(palette);
    const gamut = thickGamut(palette.lights.map(fromPalette), fromPalette(palette.black), fromPalette(palette.white));
    const map = intent === "relative" ? clipper(gamut, KEEP_HUE) : compressor(gamut, KEEP_HUE);
    return (light) => clipped(toPalette(map(light)));
}

// Return a function that gives the mixture of two neighbouring entries with the luminance of a colour, identical to
// `dither.gamut.lightness`.
function lightnessMatcher({ lights, black, white }) {
    const luminanceOf = (light) => rint(dot(LUMINANCE_WEIGHTS, light) * 1e9) / 1e9;
    const [least, most] = [luminanceOf(black), luminanceOf(white)];
    const between = lights.filter((light) => least < luminanceOf(light) && luminanceOf(light) < most);
    const known = [black, ...between, white].map((light) => ({ light, luminance: luminanceOf(light) }));
    const ramp = known.filter(({ luminance }, index) => known.findIndex((each) => each.luminance === luminance) === index).sort((one, other) => one.luminance - other.luminance);
    if (ramp.length === 1) return () => ramp[0].light;
    const luminances = ramp.map(({ luminance }) => luminance);
    const [dark, bright] = [luminances[0], luminances.at(-1)];
    return (light) => {
        const wanted = dark + dot(LUMINANCE_WEIGHTS, light) * (bright - dark);
        const below = clamp(limitsReached(luminances, wanted) - 1, 0, ramp.length - 2);
        const share = (wanted - luminances[below]) / (luminances[below + 1] - luminances[below]);
        return ramp[below].light.map((value, lane) => value + share * (ramp[below + 1].light[lane] - value));
    };
}

// Return the gamut of colours, thickened around its middle grey, so that it is never flat.
function thickGamut(lights, black, white) {
    const middle = black.map((value, i) => (value + white[i]) / 2);
    const moved = (by) => [0, 1, 2].map((axis) => middle.map((value, i) => value + (i === axis ? by : 0)));
    return convexHull([...lights, ...moved(THICKNESS), ...moved(-THICKNESS)]);
}
