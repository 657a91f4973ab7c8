// Built-in sample pictures, drawn by the page.

const SAMPLES = {
    "dusk.png": { title: "Dusk", color: duskColor },
    "marbles.png": { title: "Marbles", color: marbleColor },
    "ramps.png": { title: "Ramps", color: rampColor },
};
const SAMPLE_WIDTHS = [576, 480, 384, 288];

// Width that fits the stage at four screen pixels per pixel.
function drawnSample(name, room) {
    const { color } = SAMPLES[name];
    const width = SAMPLE_WIDTHS.find((side) => 2 * side <= room.width && (4 * side) / 3 <= room.height) ?? SAMPLE_WIDTHS.at(-1);
    const height = (width * 2) / 3;
    const pixels = new Uint8ClampedArray(width * height * 4);
    for (let y = 0, p = 0; y < height; y++) {
        for (let x = 0; x < width; x++, p += 4) {
            const [red, green, blue] = color(x / height, y / height);
            [pixels[p], pixels[p + 1], pixels[p + 2], pixels[p + 3]] = [255 * red, 255 * green, 255 * blue, 255];
        }
    }
    return { width, height, pixels };
}

function mixed(one, other, share) {
    return one.map((value, channel) => value + (other[channel] - value) * share);
}

function smooth(low, high, value) {
    const t = clamp((value - low) / (high - low), 0, 1);
    return t * t * (3 - 2 * t);
}

// Interpolate between colours at given positions.
function gradient(stops, place) {
    const next = stops.findIndex(([at]) => at > place);
    if (next < 0) return stops.at(-1)[1];
    if (next === 0) return stops[0][1];
    const [[from, one], [to, other]] = [stops[next - 1], stops[next]];
    return mixed(one, other, smooth(from, to, place));
}

// Value noise of 0..1: hashed lattice corners, blended, in several octaves.
function lattice(x, y) {
    let hash = Math.imul(x, 374761393) + Math.imul(y, 668265263);
    hash = Math.imul(hash ^ (hash >>> 13), 1274126177);
    return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

function noise(x, y) {
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [u, v] = [smooth(0, 1, x - left), smooth(0, 1, y - top)];
    const above = lattice(left, top) * (1 - u) + lattice(left + 1, top) * u;
    const below = lattice(left, top + 1) * (1 - u) + lattice(left + 1, top + 1) * u;
    return above * (1 - v) + below * v;
}

function cloudy(x, y, octaves) {
    let [sum, part, total] = [0, 1, 0];
    for (let octave = 0; octave < octaves; octave++) {
        sum += part * noise(x * 2 ** octave + 17 * octave, y * 2 ** octave);
        total += part;
        part /= 2;
    }
    return sum / total;
}

const SUN = { x: 0.98, y: 0.5 };
const SHORE = 0.69;
const SKY = [
    [0, [0.1, 0.13, 0.32]],
    [0.22, [0.27, 0.24, 0.5]],
    [0.4, [0.66, 0.36, 0.52]],
    [0.53, [0.96, 0.55, 0.4]],
    [0.66, [1, 0.83, 0.58]],
];
// From far to near: height, roughness and colour of each crest.
const RIDGES = [
    { crest: 0.565, rise: 0.16, grain: 2.1, color: [0.6, 0.4, 0.54] },
    { crest: 0.615, rise: 0.18, grain: 2.9, color: [0.38, 0.27, 0.45] },
    { crest: 0.665, rise: 0.14, grain: 4.3, color: [0.2, 0.16, 0.33] },
];

function skyColor(x, y) {
    let color = gradient(SKY, y);
    const away = Math.hypot(x - SUN.x, (y - SUN.y) * 1.1);
    color = mixed(color, [1, 0.8, 0.5], 0.75 * Math.exp(-away * 5.5));
    const veil = cloudy(x * 2.2 + 3, y * 9 + 1, 5);
    const bright = mixed([0.98, 0.66, 0.55], [1, 0.88, 0.7], Math.exp(-away * 4));
    color = mixed(color, bright, 0.75 * smooth(0.5, 0.82, veil) * smooth(0.04, 0.24, y));
    color = mixed(color, [0.2, 0.17, 0.36], 0.5 * smooth(0.52, 0.8, cloudy(x * 1.7 + 9, y * 10 + 5, 5)) * smooth(0.5, 0.2, y));
    return mixed(color, [1, 0.97, 0.86], smooth(0.0615, 0.059, away));
}

function landColor(x, y) {
    let color = skyColor(x, y);
    RIDGES.forEach(({ crest, rise, grain, color: own }, place) => {
        const top = crest - rise * (cloudy(x * grain + 40 * place, 7 * place, 6) - 0.42);
        const light = 0.1 * (cloudy(x * 30 + y * 14, y * 40 - x * 9, 3) - 0.5) * (1 + place * 0.3);
        const haze = mixed(own, [1, 0.68, 0.5], clamp((0.42 - 0.11 * place) * smooth(top, SHORE, y) + light, 0, 1));
        color = mixed(color, haze, smooth(top - 0.0015, top + 0.0015, y));
    });
    return color;
}

function duskColor(x, y) {
    if (y < SHORE) return landColor(x, y);
    const depth = (y - SHORE) / (1 - SHORE);
    const wave = (cloudy(x * (9 - 5 * depth), y * (150 - 90 * depth), 3) - 0.5) * (0.012 + 0.05 * depth);
    const mirrored = landColor(x + wave * 0.6, Math.max(0, SHORE - (y - SHORE) * 0.9 + wave));
    let color = mixed(mirrored, [0.1, 0.1, 0.27], 0.15 + 0.4 * depth);
    const path = Math.exp(-(((x - SUN.x) / (0.045 + 0.11 * depth)) ** 2));
    const glitter = smooth(0.42, 0.66, cloudy(x * 16, y * 120 - depth * 40, 2)) * path;
    color = mixed(color, [1, 0.8, 0.52], 0.9 * glitter + 0.25 * path);
    const bank = SHORE + 0.3 - 0.3 * smooth(0.52, -0.1, x) + 0.05 * (cloudy(x * 6, 2, 5) - 0.5);
    const reeds = 0.035 * cloudy(x * 60, 9, 2) * smooth(0.5, 0.1, x);
    return mixed(color, mixed([0.05, 0.06, 0.13], [0.22, 0.16, 0.24], smooth(bank, bank + 0.12, y) * cloudy(x * 40, y * 40, 4)), smooth(bank - reeds - 0.004, bank - reeds + 0.004, y));
}

const MARBLES = [
    { x: 0.5, y: 0.5, radius: 0.24, color: [0.9, 0.16, 0.18] },
    { x: 0.98, y: 0.55, radius: 0.19, color: [0.13, 0.5, 0.86] },
    { x: 0.78, y: 0.79, radius: 0.115, color: [0.97, 0.76, 0.13] },
    { x: 0.23, y: 0.77, radius: 0.1, color: [0.2, 0.68, 0.38] },
    { x: 1.28, y: 0.74, radius: 0.11, color: [0.93, 0.93, 0.95] },
];

function marbleColor(x, y) {
    let color = y < 0.56 ? mixed([0.93, 0.9, 0.86], [0.74, 0.72, 0.74], smooth(0.56, 0, y) * 0.9 + 0.1 * x) : mixed([0.8, 0.76, 0.71], [0.6, 0.55, 0.53], smooth(0.5, 1, y));
    color = mixed(color, [0.86, 0.82, 0.78], smooth(0.05, 0, Math.abs(y - 0.56)) * 0.5);
    for (const ball of MARBLES) {
        const fall = Math.hypot((x - ball.x - ball.radius * 0.55) / 1.5, (y - ball.y - ball.radius * 0.92) / 0.36) / ball.radius;
        if (y > 0.5) color = mixed(color, [0.17, 0.14, 0.18], 0.62 * smooth(1.05, 0.1, fall));
    }
    for (const ball of MARBLES) {
        const [u, v] = [(x - ball.x) / ball.radius, (y - ball.y) / ball.radius];
        const far = Math.hypot(u, v);
        if (far > 1.01) continue;
        const z = Math.sqrt(Math.max(0, 1 - far * far));
        const lit = Math.max(0, -0.5 * u - 0.62 * v + 0.6 * z);
        let own = ball.color.map((value) => value * (0.13 + 0.87 * lit));
        own = mixed(own, [0.8, 0.75, 0.7], 0.3 * smooth(0.2, 1, v) * (1 - z) ** 2);
        own = mixed(own, [1, 1, 1], smooth(0.955, 0.995, -0.42 * u - 0.55 * v + 0.72 * z) + 0.16 * smooth(0.7, 0.98, -0.42 * u - 0.55 * v + 0.72 * z));
        color = mixed(color, own, smooth(1.005, 0.995, far));
    }
    return color;
}

function rampColor(x, y) {
    const place = clamp(x / 1.5, 0, 1);
    const band = Math.floor(y * 8);
    const hue = (shift) => clamp(Math.abs(((place * 6 + shift) % 6) - 3) - 1, 0, 1);
    const pure = [hue(0), hue(4), hue(2)];
    const bands = [
        [place, place, place],
        [place, 0, 0],
        [0, place, 0],
        [0, 0, place],
        pure,
        mixed(pure, [1, 1, 1], 0.6),
        mixed(pure, [0, 0, 0], 0.6),
    ];
    if (band < 7) return bands[band];
    const gray = Math.round(place * 15) / 15;
    return [gray, gray, gray];
}
