// Mixtures of palette colours, identical to `dither.ordered.mixture_tables`: all numbers are integers below
// 2^53. The nodes of the grid of 33 by 33 by 33 colours are computed on first use.

const GRID_STEPS = 32;
const GRID_SIDE = GRID_STEPS + 1;
const CANDIDATE_WHITE = 1 << 14;
const PAIR_WHITE = 65535;
const NEAREST_OF_PAIR = 16;
const GRAIN = 0.05;
const DARKNESS_UNITS = 2 ** 40;

const gridCodes = levelValues(GRID_SIDE);

// Return the metric at a colour: J' J, with J the Jacobian of OKLab with doubled a and b, scaled to integers
// of at most 14 bits, as the entries 00, 01, 02, 11, 12, 22.
function localMetric(color, light) {
    const mixed = color.map((value) => Math.max(light === "linear" ? value : linearToSrgb(value), 0.01));
    const lit = light === "linear" ? mixed : mixed.map(srgbToLinear);
    const rises = mixed.map((value) => {
        if (light === "linear") return 1;
        return value <= 0.04045 ? 1 / 12.92 : (2.4 / 1.055) * ((value + 0.055) / 1.055) ** 1.4;
    });
    const slopes = [0, 1, 2].map(() => [0, 0, 0]);
    for (let cone = 0; cone < 3; cone++) {
        const own = LINEAR_TO_CONES[cone];
        const root = Math.cbrt(lit[0] * own[0] + lit[1] * own[1] + lit[2] * own[2]);
        for (let seen = 0; seen < 3; seen++) {
            const steep = ((seen === 0 ? 1 : CHROMA_WEIGHT) * ROOTS_TO_OKLAB[seen][cone]) / (3 * root * root);
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
function darknessOf(lights) {
    const lightness = lights.map((light) => rint(linearToOklab(light)[0] * DARKNESS_UNITS));
    const order = lightness.map((_, index) => index).sort((a, b) => lightness[a] - lightness[b] || a - b);
    const places = new Array(lights.length);
    order.forEach((index, place) => (places[index] = place));
    return places;
}

function lightUnits(color, light, white) {
    return color.map((value) => rint((light === "linear" ? value : linearToSrgb(value)) * white));
}

// Table of what `work(node, color)` writes for a node, looked up by its red, green and blue; `color` is the
// linear light that `map` makes of the node.
function nodeTable(map, linear, work) {
    const known = new Uint8Array(GRID_SIDE ** 3);
    return (red, green, blue) => {
        const node = (red * GRID_SIDE + green) * GRID_SIDE + blue;
        if (known[node] === 0) {
            work(node, map([linear[gridCodes[red]], linear[gridCodes[green]], linear[gridCodes[blue]]]));
            known[node] = 1;
        }
        return node;
    };
}

function candidatesFor(colors) {
    return colors.length <= 8 ? 64 : 32;
}

// Mixtures of many: candidates of each node, dark to light, each the nearest to what the mean still lacks.
function candidateTable({ lights }, map, light, strength, linear, count = candidatesFor(lights)) {
    const offered = lights.map((color) => lightUnits(color, light, CANDIDATE_WHITE));
    const darkness = darknessOf(lights);
    const byDarkness = new Array(lights.length);
    darkness.forEach((place, index) => (byDarkness[place] = index));
    const table = new Uint8Array(GRID_SIDE ** 3 * count);
    const lengths = new Float64Array(lights.length);
    const at = nodeTable(map, linear, (node, color) => {
        const [rr, rg, rb, gg, gb, bb] = localMetric(color, light);
        const wanted = lightUnits(color, light, CANDIDATE_WHITE);
        offered.forEach(([r, g, b], index) => {
            lengths[index] = rr * r * r + gg * g * g + bb * b * b + 2 * (rg * r * g + rb * r * b + gb * g * b);
        });
        const missing = [0, 0, 0];
        const chosen = [];
        for (let number = 0; number < count; number++) {
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
        chosen.forEach((place, number) => (table[node * count + number] = byDarkness[place]));
    });
    return { at, table, count };
}

// Mixtures of two: the pair with the nearest mean and little grain, and the share of the lighter colour.
function pairTable({ lights }, map, light, linear) {
    const offered = lights.map((color) => lightUnits(color, light, PAIR_WHITE));
    const darkness = darknessOf(lights);
    const pairs = new Uint8Array(GRID_SIDE ** 3 * 2);
    const shares = new Uint16Array(GRID_SIDE ** 3);
    const at = nodeTable(map, linear, (node, color) => {
        const [rr, rg, rb, gg, gb, bb] = localMetric(color, light);
        const wanted = lightUnits(color, light, PAIR_WHITE);
        const away = offered.map((own) => [own[0] - wanted[0], own[1] - wanted[1], own[2] - wanted[2]]);
        const turned = away.map(([r, g, b]) => [rr * r + rg * g + rb * b, rg * r + gg * g + gb * b, rb * r + gb * g + bb * b]);
        const squares = away.map((own, index) => dot(turned[index], own));
        const nearest = squares.map((_, index) => index).sort((a, b) => squares[a] - squares[b] || a - b);
        let [least, first, second, toward] = [Infinity, 0, 0, 0];
        for (const one of nearest.slice(0, NEAREST_OF_PAIR)) {
            const mine = squares[one];
            const own = turned[one];
            for (let other = 0; other < lights.length; other++) {
                if (other === one) continue;
                const across = dot(own, away[other]);
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
