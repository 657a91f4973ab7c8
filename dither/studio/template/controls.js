// Fill the panel's controls once; then each changes a choice.

function attempt(action) {
    try {
        action();
    } catch (error) {
        complain(error.message);
    }
}

function listenToNumber(input, then) {
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
    const groups = (wanted) => [group("Shipped", wanted.filter((name) => PACKED[name].shipped).map(option)), group("Classical", wanted.filter((name) => !PACKED[name].shipped).map(option))];
    $("matrix").append(...groups(names), own);
    $("modulation").append(new Option("nothing", ""), ...groups(names.filter((name) => unpackedMatrix(PACKED[name]).planes.length === 1)));
    const ownKernels = group("Custom", [new Option("Load a .json file…", "load")]);
    ownKernels.id = "own-kernels";
    $("kernel").append(...[...Object.keys(LIGHT_TABLES.kernels), ...Object.keys(LIGHT_TABLES.toneShares)].map((name) => new Option(KERNEL_TITLES[name] ?? name, name)), ownKernels);
    fillPalettes();
    $("sample").append(...Object.entries(SAMPLES).map(([name, { title }]) => new Option(title, name)));
    $("looks").append(...LOOKS.map((look) => chip(look.title, look.title, () => takeLook(look))));
    $("level-chips").append(...[2, 3, 4, 8, 16].map((levels) => chip(levels, levels, () => choose({ levels }))));
    $("level-chips").append(...["rgb565", "rgb332"].map((levels) => chip(levels.slice(3), levels, () => choose({ levels, gray: false }))));
    fillSliders();
}

function chip(text, value, action) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: text, value });
    button.addEventListener("click", action);
    return button;
}

function extractCount() {
    return clamp($("own-count").valueAsNumber || 8, 2, 64);
}

// Choose by a list, in which one entry asks for a file.
function listenToFileChoice(name, entry, file) {
    $(name).addEventListener("change", () => {
        if ($(name).value !== entry) return choose({ [name]: $(name).value });
        $(name).value = choices[name];
        file.click();
    });
}

function listenToControls() {
    for (const name of RADIOS) {
        for (const input of document.querySelectorAll(`input[name="${name}"]`)) input.addEventListener("change", () => choose({ [name]: input.value }));
    }
    for (const name of ["gray", "serpentine"]) {
        const input = document.querySelector(`input[name="${name}"]`);
        input.addEventListener("change", () => choose({ [name]: input.checked }));
    }
    document.querySelector('input[name="clamped"]').addEventListener("change", (event) => choose({ clamp: event.target.checked ? "range" : "none" }));
    listenToNumber($("levels"), (levels) => choose({ levels }, "levels"));
    listenToNumber($("width"), (width) => choose({ width: width === fullWidth(choices) && choices.height === null ? null : width }, "width"));
    listenToNumber($("height"), (height) => choose({ height }, "height"));
    listenToNumber($("seed"), (seed) => choose({ seed }, "seed"));
    listenToNumber($("mixture-size"), (mixtureSize) => choose({ mixtureSize }, "mixture-size"));
    $("alpha").addEventListener("change", () => choose({ alpha: $("alpha").value }));
    $("background").addEventListener("input", () => choose({ background: $("background").value }, "background"));
    $("no-background").addEventListener("click", () => choose({ background: null }));
    $("modulation").addEventListener("change", () => choose({ modulation: $("modulation").value || null }));
    $("as-is").addEventListener("click", () => choose({ width: null, height: null, rotate: choices.rotate === "auto" ? 0 : choices.rotate }));
    $("rotate").addEventListener("change", () => choose({ rotate: $("rotate").value === "auto" ? "auto" : Number($("rotate").value) }));
    $("intent").addEventListener("change", () => choose({ intent: $("intent").value }));
    listenToFileChoice("kernel", "load", $("kernel-file"));
    listenToFileChoice("matrix", "load", $("matrix-file"));
    listenToFileChoice("undithered", "mask", $("mask-file"));
    $("load-mask").addEventListener("click", () => $("mask-file").click());
    $("palette").addEventListener("change", () => {
        const { value } = $("palette");
        if (value.startsWith(PANEL_MARK)) choose(panelChoices(value.slice(PANEL_MARK.length)));
        else usePalette(PALETTES[value]);
    });
    $("panel-size").addEventListener("click", () => {
        const [width, height] = PANELS[choices.panel].size;
        choose({ width, height });
    });
    $("reset-tone").addEventListener("click", () => choose(Object.fromEntries(TONES.map((name) => [name, PLAIN[name]]))));
    $("use-pasted").addEventListener("click", () => attempt(() => usePalette(colorsOfText($("pasted").value))));
    $("own").addEventListener("click", () => attempt(() => usePalette(checkedColors(ownColors(opened.sample, extractCount(), LIGHT_TABLES.linear)), "absolute")));
    $("settings").addEventListener("submit", (event) => event.preventDefault());
    for (const [button, input] of [["open", "file"], ["load-palette", "palette-file"]]) $(button).addEventListener("click", () => $(input).click());
    for (const id of ["file", "palette-file", "matrix-file", "kernel-file", "mask-file"]) {
        $(id).addEventListener("change", () => {
            if ($(id).files.length) (id === "mask-file" ? openMask : openFile)($(id).files[0]);
            $(id).value = "";
        });
    }
    $("sample").addEventListener("change", () => openSample($("sample").value));
    $("copy").addEventListener("click", () => copyText($("command").textContent, $("copy"), "Command"));
    $("copy-picture").addEventListener("click", copyPicture);
    $("needed").addEventListener("click", () => save(opened.file, opened.name));
    $("camera").addEventListener("click", toggleCamera);
    for (const ending of ["gpl", "hex"]) $(`save-${ending}`).addEventListener("click", () => savePalette(ending));
    $("own-count").addEventListener("input", () => ($("own").textContent = `Extract ${extractCount()} colours`));
    $("download").addEventListener("click", download);
    $("download-looks").addEventListener("click", downloadLooks);
    $("handle").addEventListener("click", () => {
        const folded = document.querySelector(".panel").classList.toggle("folded");
        $("handle").setAttribute("aria-expanded", !folded);
    });
}
