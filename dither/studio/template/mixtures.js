// Mixtures of palette colours, identical to `dither.ordered.mixture_tables`: all numbers are integers below
// 2^53. The nodes of the grid of 33 by 33 by 33 colours are computed on first use.

const GRID_STEPS = 32;
const GRID_SIDE = GRID_STEPS + 1;
const CANDIDATES = 32;
const CANDIDATE_WHITE = 1 << 14;
const PAIR_WHITE = 65535;
const NEAREST_OF_PAIR = 16;
const GRAIN = 0.05;
const DARKNESS_UNITS = 2 ** 40;
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

const gridCodes = levelValues(GRID_SIDE);

// Return the metric of a node: J' J, with J the Jacobian of OKLab, scaled to integers of at most 14 bits,
// as the entries 00, 01, 02, 11, 12, 22.
function nodeMetric(codes, light, linear) {
    const rises = [1, 1, 1];
    const lit = Array.from(codes, (code, channel) => {
        if (light === "linear") return Math.max(linear[code], 0.01);
        const encoded = Math.max(code / WHITE, 0.01);
        rises[channel] = encoded <= 0.04045 ? 1 / 12.92 : (2.4 / 1.055) * ((encoded + 0.055) / 1.055) ** 1.4;
        return encoded <= 0.04045 ? encoded / 12.92 : linear[code];
    });
    const slopes = [0, 1, 2].map(() => [0, 0, 0]);
    for (let cone = 0; cone < 3; cone++) {
        const own = LINEAR_TO_CONES[cone];
        const root = Math.cbrt(lit[0] * own[0] + lit[1] * own[1] + lit[2] * own[2]);
        for (let seen = 0; seen < 3; seen++) {
            const steep = ROOTS_TO_OKLAB[seen][cone] / (3 * root * root);
            for (let channel = 0; channel < 3; channel++) slopes[seen][channel] += steep * own[channel] * rises[channel];
        }
    }
    const square = (i, j) => slopes[0][i] * slopes[0][j] + slopes[1][i] * slopes[1][j] + slopes[2][i] * slopes[2][j];
    const squares = [square(0, 0), square(0, 1), square(0, 2), square(1, 1), square(1, 2), square(2, 2)];
    let unit = 1;
    const largest = Math.max(...squares.map(Math.abs));
    while (largest * unit < 1 << 13) unit *= 2;
    while (largest * unit >= 1 << 14) unit /= 2;
    return squares.map((value) => rint(value * unit));
}

// Return the position of each colour from dark to light.
function darknessOf(colors, linear) {
    const lightness = colors.map((color) => {
        const roots = LINEAR_TO_CONES.map((cone) =>
            Math.cbrt(linear[color[0]] * cone[0] + linear[color[1]] * cone[1] + linear[color[2]] * cone[2]),
        );
        const [own] = ROOTS_TO_OKLAB;
        return rint((roots[0] * own[0] + roots[1] * own[1] + roots[2] * own[2]) * DARKNESS_UNITS);
    });
    const order = lightness.map((_, index) => index).sort((a, b) => lightness[a] - lightness[b] || a - b);
    const places = new Array(colors.length);
    order.forEach((index, place) => (places[index] = place));
    return places;
}

function lightUnits(codes, light, white, linear) {
    return Array.from(codes, (code) => rint((light === "linear" ? linear[code] : code / WHITE) * white));
}

// Table of what `work(node, codes)` writes for a node, looked up by its red, green and blue.
function nodeTable(work) {
    const known = new Uint8Array(GRID_SIDE ** 3);
    return (red, green, blue) => {
        const node = (red * GRID_SIDE + green) * GRID_SIDE + blue;
        if (known[node] === 0) {
            work(node, [gridCodes[red], gridCodes[green], gridCodes[blue]]);
            known[node] = 1;
        }
        return node;
    };
}

// Mixtures of many: candidates of each node, dark to light, each the nearest to what the mean still lacks.
function candidateTable(colors, light, strength, linear) {
    const offered = colors.map((color) => lightUnits(color, light, CANDIDATE_WHITE, linear));
    const darkness = darknessOf(colors, linear);
    const byDarkness = new Array(colors.length);
    darkness.forEach((place, index) => (byDarkness[place] = index));
    const table = new Uint8Array(GRID_SIDE ** 3 * CANDIDATES);
    const lengths = new Float64Array(colors.length);
    const at = nodeTable((node, codes) => {
        const [rr, rg, rb, gg, gb, bb] = nodeMetric(codes, light, linear);
        const wanted = lightUnits(codes, light, CANDIDATE_WHITE, linear);
        offered.forEach(([r, g, b], index) => {
            lengths[index] = rr * r * r + gg * g * g + bb * b * b + 2 * (rg * r * g + rb * r * b + gb * g * b);
        });
        const missing = [0, 0, 0];
        const chosen = [];
        for (let number = 0; number < CANDIDATES; number++) {
            const [r, g, b] = wanted.map((lit, channel) => lit + rint(strength * missing[channel]));
            const red = 2 * (rr * r + rg * g + rb * b);
            const green = 2 * (rg * r + gg * g + gb * b);
            const blue = 2 * (rb * r + gb * g + bb * b);
            let best = 0;
            let least = Infinity;
            for (let index = 0; index < offered.length; index++) {
                const own = offered[index];
                const distance = lengths[index] - (red * own[0] + green * own[1] + blue * own[2]);
                if (distance < least) [best, least] = [index, distance];
            }
            chosen.push(darkness[best]);
            for (let channel = 0; channel < 3; channel++) missing[channel] += wanted[channel] - offered[best][channel];
        }
        chosen.sort((a, b) => a - b);
        chosen.forEach((place, number) => (table[node * CANDIDATES + number] = byDarkness[place]));
    });
    return { at, table };
}

// Mixtures of two: the pair with the nearest mean and little grain, and the share of the lighter colour.
function pairTable(colors, light, linear) {
    const offered = colors.map((color) => lightUnits(color, light, PAIR_WHITE, linear));
    const darkness = darknessOf(colors, linear);
    const pairs = new Uint8Array(GRID_SIDE ** 3 * 2);
    const shares = new Uint16Array(GRID_SIDE ** 3);
    const at = nodeTable((node, codes) => {
        const [rr, rg, rb, gg, gb, bb] = nodeMetric(codes, light, linear);
        const wanted = lightUnits(codes, light, PAIR_WHITE, linear);
        const away = offered.map((own) => own.map((lit, channel) => lit - wanted[channel]));
        const turned = away.map(([r, g, b]) => [rr * r + rg * g + rb * b, rg * r + gg * g + gb * b, rb * r + gb * g + bb * b]);
        const product = (one, other) => {
            const [a, b] = [turned[one], away[other]];
            return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        };
        const squares = away.map((_, index) => product(index, index));
        const nearest = squares.map((_, index) => index).sort((a, b) => squares[a] - squares[b] || a - b);
        let [least, first, second, toward] = [Infinity, 0, 0, 0];
        for (const one of nearest.slice(0, NEAREST_OF_PAIR)) {
            const mine = squares[one];
            for (let other = 0; other < colors.length; other++) {
                if (other === one) continue;
                const across = product(one, other);
                const apart = mine + squares[other] - 2 * across;
                const ahead = mine - across;
                const share = clamp(ahead / Math.max(apart, 1), 0, 1);
                let cost = mine + share * (share * apart - 2 * ahead);
                cost += GRAIN * share * (1 - share) * apart;
                if (cost < least) [least, first, second, toward] = [cost, one, other, share];
            }
        }
        const lighter = darkness[second] > darkness[first];
        pairs[2 * node] = lighter ? first : second;
        pairs[2 * node + 1] = lighter ? second : first;
        shares[node] = rint((lighter ? toward : 1 - toward) * LIGHT_PARTS);
    });
    return { at, pairs, shares };
}
