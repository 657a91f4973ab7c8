// Write the palette for other programs: GIMP's .gpl, which Aseprite and Krita read too, and .hex as on Lospec.

function paletteFile(colors, name, ending) {
    const rows = colors.map((color) => `${codesOf(color).map((code) => String(code).padStart(3)).join(" ")}\t${color}`);
    if (ending === "gpl") return `GIMP Palette\nName: ${name}\nColumns: 8\n#\n${rows.join("\n")}\n`;
    return `${colors.map((color) => color.slice(1)).join("\n")}\n`;
}

function savePalette(ending) {
    const name = choices.panel ?? choices.paletteName ?? "palette";
    save(new Blob([paletteFile(choices.colors, name, ending)], { type: "text/plain" }), `${name}.${ending}`);
}
