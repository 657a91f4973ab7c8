// Dither a picture as the commands `dither ordered` and `dither diffuse` do.

function dithered(picture, settings, matrix, tables, kept) {
    const inputs = ["gray", "width", "height", "fit", "rotate", "exposure", "gamma", "saturation", "brightness", "contrast"];
    const ready = kept.once("ready", inputs.map((name) => settings[name]), () => prepared(picture, settings, tables));
    let codes;
    if (settings.colors) codes = paletteCodes(ready, settings, matrix, tables, kept);
    else if (settings.method === "ordered") codes = ditherToLevels(ready, matrix, settings.levels, settings.light, settings.strength, tables.linear);
    else codes = diffuseToLevels(ready, settings.levels, tables.kernels[settings.kernel], settings.serpentine, lightOfCodes(settings, tables));
    const place = placement(picture, settings);
    const pixels = shownPixels(ready, codes, settings);
    return { width: ready.width, height: ready.height, pixels, colors: settings.colors, place };
}

function lightOfCodes({ light }, tables) {
    return light === "linear" ? tables.linearUnits : tables.encodedUnits;
}

// Return the entry of every pixel; the picture is mapped to the palette first.
function paletteCodes(ready, settings, matrix, tables, kept) {
    const { colors, device, intent, light, mix, strength } = settings;
    const { linear } = tables;
    const palette = paletteOf(colors, linear);
    const map = kept.once("map", [colors, intent], () => lightMapper(palette, intent));
    const exact = kept.once("exact", [colors, device, intent], () => exactColors(colors, device, intent, map, linear));
    if (settings.method === "ordered" && strength > 0) {
        const mixtures = kept.once("mixtures", [colors, intent, light, mix, strength], () =>
            mix === "two" ? pairTable(palette, map, light, linear) : candidateTable(palette, map, light, strength, linear),
        );
        return ditherToPalette(ready, exact, matrix, mixtures, strength);
    }
    const table = kept.once("link", [colors, intent], () => linkTable(map));
    const mapped = table ? linkedPicture(ready, table, exact, colors) : ready;
    if (settings.method === "ordered") return nearestEntries(mapped, colors, linear);
    const known = lightOfCodes(settings, tables);
    const sampleLight = table ? kept.once("deep light", [light], () => deepLight(light)) : known;
    return diffuseToPalette(mapped, colors, tables.kernels[settings.kernel], settings.serpentine, known, sampleLight);
}

// Return red, green, blue and alpha of every pixel.
function shownPixels(ready, codes, settings) {
    const pixels = new Uint8ClampedArray(ready.width * ready.height * 4);
    const values = settings.colors ? null : levelValues(settings.levels);
    const { channels, alpha } = ready;
    for (let i = 0, p = 0; p < pixels.length; i++, p += 4) {
        for (let lane = 0; lane < 3; lane++) {
            pixels[p + lane] = values ? values[codes[channels === 3 ? 3 * i + lane : i]] : settings.colors[codes[i]][lane];
        }
        pixels[p + 3] = alpha ? alpha[i] : WHITE;
    }
    return pixels;
}

// Average squares of pixels in linear light: the view from a distance.
function averaged({ width, height, pixels }, side, tables) {
    const [across, down] = [Math.ceil(width / side), Math.ceil(height / side)];
    const out = new Uint8ClampedArray(across * down * 4);
    for (let y = 0, p = 0; y < down; y++) {
        for (let x = 0; x < across; x++, p += 4) {
            let [red, green, blue, alpha, count] = [0, 0, 0, 0, 0];
            for (let row = y * side; row < Math.min((y + 1) * side, height); row++) {
                for (let column = x * side; column < Math.min((x + 1) * side, width); column++) {
                    const from = (row * width + column) * 4;
                    const part = pixels[from + 3];
                    red += part * tables.linear[pixels[from]];
                    green += part * tables.linear[pixels[from + 1]];
                    blue += part * tables.linear[pixels[from + 2]];
                    alpha += part;
                    count++;
                }
            }
            if (alpha > 0) {
                out[p] = limitsReached(tables.limits, red / alpha);
                out[p + 1] = limitsReached(tables.limits, green / alpha);
                out[p + 2] = limitsReached(tables.limits, blue / alpha);
            }
            out[p + 3] = alpha / count;
        }
    }
    return { width: across, height: down, pixels: out };
}

// Cache the last result of a step while its inputs stay the same.
class Kept {
    #results = new Map();

    once(step, inputs, work) {
        const key = JSON.stringify(inputs);
        const found = this.#results.get(step);
        if (found?.key === key) return found.result;
        const result = work();
        this.#results.set(step, { key, result });
        return result;
    }

    clear() {
        this.#results.clear();
    }
}

// Hold one picture and answer jobs on it.
class Ditherer {
    #kept = new Kept();
    #picture = null;
    #tables = null;
    #last = null;

    answer(message) {
        try {
            return this.#answered(message);
        } catch (error) {
            return { failure: String(error.message ?? error) };
        }
    }

    #answered(message) {
        if (message.tables) this.#tables = message.tables;
        if (message.picture) {
            this.#picture = message.picture;
            this.#kept.clear();
        }
        if (message.settings) this.#last = dithered(this.#picture, message.settings, message.matrix, this.#tables, this.#kept);
        const shown = message.side > 1 ? averaged(this.#last, message.side, this.#tables) : null;
        return { result: message.settings ? this.#last : null, shown, side: message.side };
    }
}
