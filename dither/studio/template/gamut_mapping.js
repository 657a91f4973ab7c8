// Gamut mapping in OKLab, identical to `dither.gamut.gamut_mapping`: move colours outside a gamut into it.

// Weights of a difference in lightness, chroma and hue.
const EQUAL = [1, 1, 1];
const KEEP_HUE = [1, 1, 3.5];
const KNEE = 0.8;
const FLAT = 0.5;
const NEWTON_STEPS = 3;
const STEP_LENGTH = 0.8;
const DARKEST = 1e-3;
const GRAY_CHROMA = 1e-6;
const MOST_CHROMA = 0.4;

const gridOf = (values) => values.flatMap((x) => values.flatMap((y) => values.map((z) => [x, y, z])));
const CORNERS = gridOf([0, 1]);
const SRGB = convexHull(CORNERS);
const SATURATED = gridOf([0, 0.5, 1])
    .filter((color) => Math.min(...color) === 0 && Math.max(...color) === 1)
    .map((color) => color.map(srgbToLinear));

// Return a function that moves a colour outside the gamut to the nearest colour inside.
function clipper(gamut, weights) {
    return (light) => (gamut.outside(light) > TOLERANCE ? oklabToLinear(nearestOklab(linearToOklab(light), gamut, weights)) : light);
}

// Return a function that compresses chroma smoothly into the gamut.
function compressor(gamut, weights) {
    if (CORNERS.every((corner) => gamut.outside(corner) <= TOLERANCE)) return (light) => light;
    const flat = flatWeights(gamut, weights);
    return (light) => {
        const [lightness, a, b] = linearToOklab(light);
        const chroma = Math.hypot(a, b);
        if (chroma <= GRAY_CHROMA) return light;
        const gray = [lightness, 0, 0];
        const unit = [0, a / chroma, b / chroma];
        const at = (value) => [lightness, value * unit[1], value * unit[2]];
        const room = MOST_CHROMA * gamut.reach(gray, at(MOST_CHROMA));
        const knee = KNEE * room;
        if (chroma <= knee) return light;
        const widest = Math.max(MOST_CHROMA * SRGB.reach(gray, at(MOST_CHROMA)), chroma);
        if (room >= widest - GRAY_CHROMA) return light;
        const share = (chroma - knee) / (widest - knee);
        // A hyperbola with slope 1 at the knee that reaches `room` at `widest`.
        const compressed = knee + (chroma - knee) / (1 + (share * (widest - room)) / Math.max(room - knee, GRAY_CHROMA));
        const shift = difference(nearestOklab(at(widest), gamut, flat), at(room));
        const weight = share ** (1 + room / widest);
        return oklabToLinear(at(compressed).map((part, i) => part + weight * shift[i]));
    };
}

// Return weights for a gamut that may be nearly a line, whose colours must not cost lightness.
function flatWeights(gamut, weights) {
    const shares = SATURATED.map((color) => {
        const [, a, b] = linearToOklab(color);
        const [, seenA, seenB] = nearestOklab(linearToOklab(color), gamut, weights);
        return (seenA * a + seenB * b) / (a * a + b * b);
    });
    const factor = Math.min(1, Math.max(...shares, 0) / FLAT);
    return [weights[0], factor * weights[1], factor * weights[2]];
}

// Return the colour of the gamut with the least weighted difference, by Gauss-Newton.
function nearestOklab(lab, gamut, weights) {
    const chroma = Math.max(Math.hypot(lab[1], lab[2]), GRAY_CHROMA);
    const [cos, sin] = [lab[1] / chroma, lab[2] / chroma];
    const axes = [
        [weights[0], 0, 0],
        [0, cos * weights[1], sin * weights[1]],
        [0, -sin * weights[2], cos * weights[2]],
    ];
    let start = [lab[0], 0, 0];
    if (gamut.outside(oklabToLinear(start)) > TOLERANCE) start = linearToOklab(gamut.center);
    let light = oklabToLinear(along(start, lab, gamut.reach(start, lab)));
    const wanted = times(OKLAB_TO_ROOTS, lab);
    for (let step = 0; step < NEWTON_STEPS; step++) {
        const roots = times(LINEAR_TO_CONES, light).map((cone) => Math.cbrt(Math.max(cone, DARKEST)));
        const slopes = roots.map((root) => 1 / (3 * root * root));
        const rise = times(CONES_TO_LINEAR, [0, 1, 2].map((i) => (wanted[i] - roots[i]) / slopes[i]));
        const aim = light.map((value, i) => value + rise[i]);
        const turned = matrixProduct(axes, ROOTS_TO_OKLAB.map((row) => row.map((value, i) => value * slopes[i])));
        light = along(light, gamut.nearest(aim, matrixProduct(turned, LINEAR_TO_CONES)), step ? STEP_LENGTH : 1);
    }
    return linearToOklab(light);
}
