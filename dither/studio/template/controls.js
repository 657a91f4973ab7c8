// Fill the panel's controls once; then each changes a choice.

function attempt(action) {
    try {
        action();
    } catch (error) {
        complain(error.message);
    }
}

function number(input, then) {
    input.addEventListener("input", () => {
        if (input.value !== "" && input.checkValidity()) then(input.valueAsNumber);
    });
    input.addEventListener("blur", showChoices);
}

function group(title, options) {
    const made = document.createElement("optgroup");
    made.label = title;
    made.append(...options);
    return made;
}

// Distinguishes panels from palettes of the same name.
const PANEL_MARK = "panel ";

function fillSelects() {
    const option = (name) => new Option(MATRIX_TITLES[name], name);
    const names = Object.keys(PACKED);
    const own = group("Custom", [new Option("Load a .npy file…", "load")]);
    own.id = "own-matrices";
    $("matrix").append(
        group("Shipped", names.filter((name) => PACKED[name].shipped).map(option)),
        group("Classical", names.filter((name) => !PACKED[name].shipped).map(option)),
        own,
    );
    $("kernel").append(...Object.keys(LIGHT_TABLES.kernels).map((name) => new Option(KERNEL_TITLES[name] ?? name, name)));
    const edited = new Option("Custom", "");
    edited.hidden = true;
    const palettes = Object.entries(PALETTES).map(([name, colors]) => new Option(`${name} (${colors.length})`, name));
    const panels = Object.entries(PANELS).map(([name, { looks }]) => new Option(`${name} (${looks.length})`, PANEL_MARK + name));
    $("palette").append(edited, group("Palettes", palettes), group("Panels, as they look", panels));
    $("sample").append(...Object.entries(SAMPLES).map(([name, { title }]) => new Option(title, name)));
    $("looks").append(...LOOKS.map((look) => chip(look.title, () => takeLook(look))));
    $("level-chips").append(...[2, 3, 4, 8, 16, 32].map((levels) => chip(levels, () => choose({ levels }))));
}

function chip(text, action) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: text, value: text });
    button.addEventListener("click", action);
    return button;
}

function listenToControls() {
    for (const name of ["target", "method", "light", "mix", "fit"]) {
        for (const input of document.querySelectorAll(`input[name="${name}"]`)) input.addEventListener("change", () => choose({ [name]: input.value }));
    }
    for (const name of ["gray", "serpentine"]) {
        const input = document.querySelector(`input[name="${name}"]`);
        input.addEventListener("change", () => choose({ [name]: input.checked }));
    }
    for (const id of SLIDERS) $(id).addEventListener("input", () => choose({ [id]: $(id).valueAsNumber }));
    number($("levels"), (levels) => choose({ levels }));
    number($("width"), (width) => choose({ width: width === fullWidth(choices) && choices.height === null ? null : width }));
    number($("height"), (height) => choose({ height }));
    $("as-is").addEventListener("click", () => choose({ width: null, height: null, rotate: choices.rotate === "auto" ? 0 : choices.rotate }));
    $("rotate").addEventListener("change", () => choose({ rotate: $("rotate").value === "auto" ? "auto" : Number($("rotate").value) }));
    $("intent").addEventListener("change", () => choose({ intent: $("intent").value }));
    $("kernel").addEventListener("change", () => choose({ kernel: $("kernel").value }));
    $("palette").addEventListener("change", () => {
        const { value } = $("palette");
        if (value.startsWith(PANEL_MARK)) choose(panelChoices(value.slice(PANEL_MARK.length)));
        else usePalette(PALETTES[value]);
    });
    $("panel-size").addEventListener("click", () => {
        const [width, height] = PANELS[choices.panel].size;
        choose({ width, height });
    });
    $("matrix").addEventListener("change", () => {
        if ($("matrix").value !== "load") return choose({ matrix: $("matrix").value });
        $("matrix").value = choices.matrix;
        $("matrix-file").click();
    });
    $("reset-tone").addEventListener("click", () => choose({ exposure: 0, gamma: 1, brightness: 1, contrast: 1, saturation: 1 }));
    $("use-pasted").addEventListener("click", () => attempt(() => usePalette(colorsOfText($("pasted").value))));
    $("own").addEventListener("click", () => attempt(() => usePalette(checkedColors(ownColors(opened.decoded.picture, clamp($("own-count").valueAsNumber || 8, 2, 64), LIGHT_TABLES.linear)), "absolute")));
    $("settings").addEventListener("submit", (event) => event.preventDefault());
    for (const [button, input] of [["open", "file"], ["load-palette", "palette-file"]]) $(button).addEventListener("click", () => $(input).click());
    for (const id of ["file", "palette-file", "matrix-file"]) {
        $(id).addEventListener("change", () => {
            if ($(id).files.length) openFile($(id).files[0]);
            $(id).value = "";
        });
    }
    $("sample").addEventListener("change", () => openSample($("sample").value));
    $("copy").addEventListener("click", copyCommand);
    $("download").addEventListener("click", download);
    $("download-looks").addEventListener("click", downloadLooks);
    $("handle").addEventListener("click", () => {
        const folded = document.querySelector(".panel").classList.toggle("folded");
        $("handle").setAttribute("aria-expanded", !folded);
    });
}
