// Read palettes from files and text as #rrggbb: the formats of `--palette`.

function hexOf(codes) {
    return `#${Array.from(codes, (code) => code.toString(16).padStart(2, "0")).join("")}`;
}

function codesOf(hex) {
    return [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));
}

// Return the distinct colours, or throw a sentence that says what is wrong.
function checkedColors(colors) {
    const distinct = [...new Set(colors)];
    if (distinct.length < 2) throw new Error("A palette needs at least two different colours.");
    if (distinct.length > MOST_COLORS) throw new Error(`A palette has at most ${MOST_COLORS} colours; this one has ${distinct.length}.`);
    return distinct;
}

// Parse a list such as Lospec's, or the text of a palette file.
function colorsOfText(text) {
    const [, list] = text.trim().match(/^(?:\w+:\/\/)?(?:www\.)?lospec\.com\/palette-list\/([\w-]+)/i) ?? [];
    if (list) throw new Error(`This page opens no addresses. On Lospec, download “${list}” as HEX File, and drop it here or paste its lines.`);
    const lines = text.replace(/^\ufeff/, "").split("\n").map((line) => line.trim());
    if (lines[0] === "GIMP Palette") return triples(lines.slice(1).filter((line) => line && !line.startsWith("#") && !/^[A-Za-z]+:/.test(line)));
    if (lines[0] === "JASC-PAL") return triples(lines.slice(3).filter((line) => line));
    if (/^[[{]/.test(text.trim())) return colorsOfJson(text);
    if (lines[0].startsWith(";")) return paintNetColors(lines);
    return checkedColors(text.trim().split(/[\s,;"']+/).filter((item) => item).map(colorOfItem));
}

// Return #rrggbb of #rgb, rrggbb or a name of CSS.
function colorOfItem(item) {
    const digits = item.replace(/^#/, "").toLowerCase();
    if (/^[0-9a-f]{6}$/.test(digits)) return `#${digits}`;
    if (/^[0-9a-f]{3}$/.test(digits)) return `#${digits.replace(/./g, "$&$&")}`;
    const named = /^[a-z]+$/i.test(item) && colorOfName(item);
    if (!named) throw new Error(`“${item.slice(0, 30)}” is not a colour such as 1a1c2c.`);
    return named;
}

function colorOfName(name) {
    if (!globalThis.document) return null;
    const context = document.createElement("canvas").getContext("2d");
    const found = ["#010203", "#030201"].map((other) => {
        context.fillStyle = other;
        context.fillStyle = name;
        return context.fillStyle;
    });
    return found[0] === found[1] ? found[0] : null;
}

// Parse a list of colours, or an object with one, as Lospec gives it.
function colorsOfJson(text) {
    let found;
    try {
        found = JSON.parse(text);
    } catch {
        return checkedColors(text.split(/[\s,;"'[\]{}]+/).filter((item) => item).map(colorOfItem));
    }
    const colors = Array.isArray(found) ? found : found?.colors;
    if (!Array.isArray(colors)) throw new Error("This JSON file has no list of colors.");
    return checkedColors(colors.map((color) => (Array.isArray(color) ? hexOf(color) : colorOfItem(String(color)))));
}

// Parse lines AARRGGBB; what follows a semicolon is a comment.
function paintNetColors(lines) {
    const entries = lines.map((line) => line.split(";")[0].trim().toLowerCase()).filter((entry) => entry);
    const strange = entries.find((entry) => !/^([0-9a-f]{2})?[0-9a-f]{6}$/.test(entry));
    if (strange !== undefined) throw new Error(`“${strange.slice(0, 30)}” is not a colour AARRGGBB.`);
    return checkedColors(entries.filter((entry) => entry.length === 6 || !entry.startsWith("00")).map((entry) => `#${entry.slice(-6)}`));
}

function triples(lines) {
    return checkedColors(
        lines.map((line) => {
            const codes = line.split(/\s+/).slice(0, 3).map(Number);
            if (codes.length < 3 || !codes.every((code) => Number.isInteger(code) && code >= 0 && code <= 255)) {
                throw new Error(`“${line.slice(0, 30)}” does not begin with red, green and blue from 0 to 255.`);
            }
            return hexOf(codes);
        }),
    );
}

// The format is detected from the content.
function colorsOfFile(name, bytes) {
    const latin = String.fromCharCode(...bytes.subarray(0, 16));
    if (name.toLowerCase().endsWith(".act")) {
        if (bytes.length !== 768 && bytes.length !== 772) throw new Error("An Adobe colour table must have 768 or 772 bytes.");
        const count = bytes.length === 768 ? 256 : (bytes[768] << 8) | bytes[769];
        return checkedColors(Array.from({ length: count }, (_, i) => hexOf(bytes.subarray(3 * i, 3 * i + 3))));
    }
    if (latin.startsWith("RIFF")) {
        const count = bytes[22] | (bytes[23] << 8);
        if (latin.slice(8, 16) !== "PAL data" || bytes.length < 24 + 4 * count) throw new Error("This RIFF file is not a simple palette.");
        return checkedColors(Array.from({ length: count }, (_, i) => hexOf(bytes.subarray(24 + 4 * i, 27 + 4 * i))));
    }
    const parse = latin.startsWith("ASEF") ? exchangeColors : bytes[4] === 0xe0 && bytes[5] === 0xa5 ? asepriteColors : name.toLowerCase().endsWith(".aco") ? swatchColors : null;
    if (parse === null) return colorsOfText(new TextDecoder().decode(bytes));
    try {
        return checkedColors(parse(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
    } catch (error) {
        throw error instanceof RangeError ? new Error("This palette file ends too early.") : error;
    }
}

function hexOfShares(shares) {
    return hexOf(shares.map((share) => Math.floor(Math.min(Math.max(share, 0), 1) * 255 + 0.5)));
}

function sharesOfInks([cyan, magenta, yellow, black]) {
    return [cyan, magenta, yellow].map((ink) => (1 - ink) * (1 - black));
}

// Parse Adobe swatch exchange: blocks with a type and a length, of which type 1 is a colour.
function exchangeColors(view) {
    const colors = [];
    for (let at = 12, block = 0; block < view.getUint32(8); block++) {
        if (view.getUint16(at) === 1) {
            const start = at + 8 + 2 * view.getUint16(at + 6);
            const model = String.fromCharCode(...[0, 1, 2, 3].map((place) => view.getUint8(start + place)));
            const values = (count) => Array.from({ length: count }, (_, place) => view.getFloat32(start + 4 + 4 * place));
            if (model === "RGB ") colors.push(hexOfShares(values(3)));
            else if (model === "CMYK") colors.push(hexOfShares(sharesOfInks(values(4))));
            else if (model === "Gray") colors.push(hexOfShares([...values(1), ...values(1), ...values(1)]));
            else throw new Error("The page reads swatches in RGB, CMYK and grey; the command reads LAB too.");
        }
        at += 6 + view.getUint32(at + 2);
    }
    return colors;
}

// Parse Adobe swatches: the number of the colour space and four numbers; in version 2, names.
function swatchColors(view) {
    const colors = [];
    for (let at = 4, index = 0; index < view.getUint16(2); index++) {
        const space = view.getUint16(at);
        const values = [2, 4, 6, 8].map((offset) => view.getUint16(at + offset));
        if (space === 0) colors.push(hexOfShares(values.slice(0, 3).map((value) => value / 65535)));
        else if (space === 2) colors.push(hexOfShares(sharesOfInks(values.map((value) => 1 - value / 65535))));
        else if (space === 8) colors.push(hexOfShares(Array(3).fill(values[0] / 10000)));
        else throw new Error("The page reads swatches in RGB, CMYK and grey; the command reads others too.");
        at += 10;
        if (view.getUint16(0) === 2) at += 4 + 2 * view.getUint32(at);
    }
    return colors;
}

// Parse the palette of the first frame of an Aseprite file.
function asepriteColors(view) {
    const colors = [];
    const count = view.getUint32(140, true) || view.getUint16(134, true);
    for (let at = 144, chunk = 0; chunk < count; chunk++) {
        if (view.getUint16(at + 4, true) === 0x2019) {
            let entry = at + 26;
            for (let index = view.getUint32(at + 10, true); index <= view.getUint32(at + 14, true); index++) {
                if (view.getUint8(entry + 5)) colors.push(hexOf([2, 3, 4].map((offset) => view.getUint8(entry + offset))));
                entry += 6 + (view.getUint16(entry, true) & 1 ? 2 + view.getUint16(entry + 6, true) : 0);
            }
        }
        const length = view.getUint32(at, true);
        if (length < 6) throw new Error("This Aseprite file is damaged.");
        at += length;
    }
    return colors;
}
