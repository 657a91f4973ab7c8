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
    const lines = text.replace(/^\ufeff/, "").split("\n").map((line) => line.trim());
    if (lines[0] === "GIMP Palette") return triples(lines.slice(1).filter((line) => line && !line.startsWith("#") && !/^[A-Za-z]+:/.test(line)));
    if (lines[0] === "JASC-PAL") return triples(lines.slice(3).filter((line) => line));
    const items = text.trim().split(/[\s,;"']+/).filter((item) => item);
    const strange = items.find((item) => !/^#?[0-9a-f]{6}$/i.test(item));
    if (strange !== undefined) throw new Error(`“${strange.slice(0, 30)}” is not a colour such as 1a1c2c.`);
    return checkedColors(items.map((item) => `#${item.replace("#", "").toLowerCase()}`));
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
    return colorsOfText(new TextDecoder().decode(bytes));
}
