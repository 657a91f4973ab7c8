// Pixels to show for codes: red, green, blue and alpha, or their average from a distance.

// Browsers run on little-endian machines: red is in the lowest byte of a word.
function wordOf([red, green, blue]) {
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

// Return the pixels of a result, in the colours of its palette or in others of the same indices.
function* pixelsOf({ width, height, codes, alpha, colors, shown }, others = colors) {
    const pixels = new Uint8ClampedArray(width * height * 4);
    const words = new Uint32Array(pixels.buffer);
    const table = Uint32Array.from(colors ? others.map(wordOf) : shown[0], (each) => (colors ? each : wordOf([each, each, each])));
    const isSingle = codes.length === words.length;
    for (let i = 0, s = 0; i < words.length; i++, s += 3) {
        words[i] = isSingle ? table[codes[i]] : ((255 << 24) | (shown[2][codes[s + 2]] << 16) | (shown[1][codes[s + 1]] << 8) | shown[0][codes[s]]) >>> 0;
        if ((i & 0xfffff) === 0xfffff) yield;
    }
    if (alpha) for (let i = 0; i < alpha.length; i++) pixels[4 * i + 3] = alpha[i];
    return pixels;
}

// Average squares of pixels in linear light: the view from a distance.
function* averaged({ width, height, codes, alpha, colors, shown }, side, tables) {
    const [across, down] = [Math.ceil(width / side), Math.ceil(height / side)];
    const lightOf = (values) => Float64Array.from(values, (code) => tables.linear[code]);
    const isSingle = codes.length === width * height;
    const lights = [0, 1, 2].map((lane) => lightOf(colors ? colors.map((color) => color[lane]) : shown[isSingle ? 0 : lane]));
    const stride = isSingle ? 1 : 3;
    const codeOf = limitCounter(tables.limits);
    const pixels = new Uint8ClampedArray(across * down * 4);
    const sums = [0, 1, 2].map(() => new Float64Array(across));
    const [parts, counts] = [new Float64Array(across), new Float64Array(across)];
    for (let y = 0; y < down; y++) {
        for (const each of [...sums, parts, counts]) each.fill(0);
        for (let row = y * side; row < Math.min((y + 1) * side, height); row++) {
            for (let lane = 0; lane < 3; lane++) {
                const [light, sum] = [lights[lane], sums[lane]];
                let s = row * width * stride + (isSingle ? 0 : lane);
                for (let x = 0, start = 0; x < across; x++, start += side) {
                    const end = Math.min(start + side, width);
                    let total = 0;
                    for (let column = start; column < end; column++, s += stride) total += alpha ? light[codes[s]] * alpha[row * width + column] : light[codes[s]];
                    sum[x] += total;
                }
            }
            for (let x = 0, start = 0; x < across; x++, start += side) {
                const end = Math.min(start + side, width);
                counts[x] += end - start;
                if (!alpha) parts[x] += end - start;
                else for (let column = start; column < end; column++) parts[x] += alpha[row * width + column];
            }
        }
        for (let x = 0, p = y * across * 4; x < across; x++, p += 4) {
            if (parts[x] > 0) for (let lane = 0; lane < 3; lane++) pixels[p + lane] = codeOf(sums[lane][x] / parts[x]);
            pixels[p + 3] = alpha ? parts[x] / counts[x] : WHITE;
        }
        if (y % 8 === 7) yield;
    }
    return { width: across, height: down, pixels };
}
