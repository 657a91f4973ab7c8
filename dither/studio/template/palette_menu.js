// The list of palettes: their names for people, and their colours where the browser shows more than text in a list.

const MOST_SHOWN = 16;

function titleOfPalette(name) {
    return PALETTE_TITLES[name] ?? name;
}

// "spectra-6-7.3-v2" -> "Spectra 6, 7.3 inches, v2"
function titleOfPanel(name) {
    if (PALETTE_TITLES[name]) return PALETTE_TITLES[name];
    const [, kind, size, rest] = name.match(/^(.*?)-(\d+\.\d+)(?:-(.*))?$/) ?? [null, name, null, null];
    const words = PALETTE_TITLES[kind] ?? kind.replaceAll("-", " ").replace(/^./, (letter) => letter.toUpperCase());
    return [words, size && `${size} in`, rest].filter((part) => part).join(", ");
}

function paletteOption(title, colors, value) {
    const option = new Option("", value);
    const strip = document.createElement("span");
    strip.className = "strip";
    strip.setAttribute("aria-hidden", "true");
    const step = Math.max(1, colors.length / MOST_SHOWN);
    for (let i = 0; i < colors.length; i += step) {
        const swatch = document.createElement("i");
        swatch.style.background = colors[Math.floor(i)];
        strip.append(swatch);
    }
    const name = Object.assign(document.createElement("span"), { textContent: `${title} (${colors.length})` });
    option.append(name, strip);
    option.label = "";
    option.removeAttribute("label");
    return option;
}

function fillPalettes() {
    const edited = new Option("Custom", "");
    edited.hidden = true;
    const palettes = Object.entries(PALETTES).map(([name, colors]) => paletteOption(titleOfPalette(name), colors, name));
    const panels = Object.entries(PANELS).map(([name, { looks }]) => paletteOption(titleOfPanel(name), looks, PANEL_MARK + name));
    // Such browsers show the chosen entry with its colours.
    if (CSS.supports("appearance", "base-select")) {
        const button = document.createElement("button");
        button.append(document.createElement("selectedcontent"));
        $("palette").append(button);
    }
    $("palette").append(edited, group("Palettes", palettes), group("Panels, as they look", panels));
}
