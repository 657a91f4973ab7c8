// Colour spaces, identical to `dither.color`: sRGB from 0 to 1, linear light and OKLab. Colours are triples.

const LINEAR_TO_CONES = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
];
const ROOTS_TO_OKLAB = [
    [0.2104542553, 0.793617785, -0.0040720468],
    [1.9779984951, -2.428592205, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.808675766],
];
const CONES_TO_LINEAR = inverse(LINEAR_TO_CONES);
const OKLAB_TO_ROOTS = inverse(ROOTS_TO_OKLAB);

function dot(one, other) {
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2];
}

function cross([a, b, c], [x, y, z]) {
    return [b * z - c * y, c * x - a * z, a * y - b * x];
}

function times(matrix, vector) {
    return [dot(matrix[0], vector), dot(matrix[1], vector), dot(matrix[2], vector)];
}

function matrixProduct(one, other) {
    return one.map(([a, b, c]) => [0, 1, 2].map((i) => a * other[0][i] + b * other[1][i] + c * other[2][i]));
}

function inverse([a, b, c]) {
    const columns = [cross(b, c), cross(c, a), cross(a, b)];
    const size = dot(a, columns[0]);
    return [0, 1, 2].map((row) => columns.map((column) => column[row] / size));
}

function srgbToLinear(encoded) {
    return encoded <= 0.04045 ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4;
}

function linearToSrgb(light) {
    return light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055;
}

function linearToOklab(light) {
    const cones = times(LINEAR_TO_CONES, light);
    return times(ROOTS_TO_OKLAB, [Math.cbrt(cones[0]), Math.cbrt(cones[1]), Math.cbrt(cones[2])]);
}

function oklabToLinear(lab) {
    return rootsToLinear(times(OKLAB_TO_ROOTS, lab));
}

function rootsToLinear([long, middle, short]) {
    return times(CONES_TO_LINEAR, [long * long * long, middle * middle * middle, short * short * short]);
}
