// The view from a distance: a Gaussian blur in linear light, cut off at four standard deviations, mirrored at
// borders.

const LIGHT = Float32Array.from({ length: 256 }, (_, code) => {
    const value = code / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});
const CODE = Uint8ClampedArray.from({ length: 65536 }, (_, step) => {
    const light = step / 65535;
    return 255 * (light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055);
});

function mirrored(place, length) {
    const period = 2 * length;
    const within = ((place % period) + period) % period;
    return within < length ? within : period - 1 - within;
}

// Return the weights from the middle outward; the whole kernel sums to 1.
function gaussian(sigma) {
    const half = Float32Array.from({ length: Math.floor(4 * sigma + 0.5) + 1 }, (_, offset) =>
        Math.exp(-0.5 * (offset / sigma) ** 2),
    );
    const sum = 2 * half.reduce((total, weight) => total + weight) - half[0];
    return half.map((weight) => weight / sum);
}

let sliceEnd = 0;
async function breather() {
    if (performance.now() < sliceEnd) return;
    await new Promise((resume) => setTimeout(resume));
    sliceEnd = performance.now() + SLICE_MILLISECONDS;
}

async function blurredPicture(image, sigma, gray) {
    const [width, height] = [data.width, data.height];
    const pixels = pixelsOf(image);
    const codes = pixels.data;
    const weights = gaussian(sigma);
    const reach = weights.length - 1;
    const plane = new Float32Array(width * height);
    const line = new Float32Array(width + 2 * reach);
    const sums = new Float32Array(width);
    for (let channel = 0; channel < (gray ? 1 : 3); channel++) {
        for (let y = 0; y < height; y++) {
            for (let x = -reach; x < width + reach; x++)
                line[x + reach] = LIGHT[codes[4 * (y * width + mirrored(x, width)) + channel]];
            for (let x = 0; x < width; x++) {
                let sum = weights[0] * line[x + reach];
                for (let offset = 1; offset <= reach; offset++)
                    sum += weights[offset] * (line[x + reach - offset] + line[x + reach + offset]);
                plane[y * width + x] = sum;
            }
            await breather();
        }
        for (let y = 0; y < height; y++) {
            for (let offset = 0; offset <= reach; offset++) {
                const above = mirrored(y - offset, height) * width;
                const below = mirrored(y + offset, height) * width;
                const weight = offset ? weights[offset] : weights[0] / 2;
                if (offset === 0) sums.fill(0);
                for (let x = 0; x < width; x++) sums[x] += weight * (plane[above + x] + plane[below + x]);
            }
            for (let x = 0; x < width; x++)
                codes[4 * (y * width + x) + channel] = CODE[Math.round(sums[x] * 65535)];
            await breather();
        }
    }
    if (gray)
        for (let place = 0; place < codes.length; place += 4)
            codes[place + 1] = codes[place + 2] = codes[place];
    const picture = painted(width, height);
    picture.getContext("2d").putImageData(pixels, 0, 0);
    return picture;
}

function forgetOldBlurs() {
    const most = Math.max(2, Math.floor(KEPT_PIXELS / (data.width * data.height)));
    for (const name of blurred.keys()) {
        if (blurred.size <= most) return;
        blurred.delete(name);
    }
}
