// Open files by button, drop or paste, and download results.

function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

async function openPicture(file, name, onDisk) {
    try {
        const decoded = await decodedPicture(file);
        Object.assign(opened, { name, decoded, onDisk, file });
    } catch (error) {
        complain(error.message);
        return;
    }
    view.setOriginal(opened.decoded.canvas);
    $("message").hidden = true;
    if (onDisk) $("sample").value = "";
    choose({ width: isEnlarging(choices) ? null : choices.width });
}

async function openSample(name) {
    const blob = await encodedPng(drawnSample(name, view.room), 1);
    await openPicture(blob, name, false);
    $("sample").value = name;
}

async function openFile(file) {
    const name = file.name || "pasted.png";
    try {
        if (/\.npy$/i.test(name)) loadMatrix(name, readNpy(new Uint8Array(await file.arrayBuffer())));
        else if (/\.(gpl|pal|hex|act|txt|json|aco|ase|aseprite)$/i.test(name)) usePalette(colorsOfFile(name, new Uint8Array(await file.arrayBuffer())));
        else await openPicture(file, name, true);
    } catch (error) {
        complain(error.message);
    }
}

function loadMatrix(name, matrix) {
    loadedMatrices.set(name, matrix);
    sent.settings = ""; // another file of the same name is another matrix
    if (![...$("matrix").options].some((option) => option.value === name)) $("own-matrices").append(new Option(name, name));
    choose({ method: "ordered", matrix: name });
}

function usePalette(colors, intent = "perceptual") {
    choose({ target: "palette", ...paletteChoices(colors), intent });
}

async function copyCommand() {
    const text = $("command").textContent;
    try {
        await navigator.clipboard.writeText(text);
    } catch {
        getSelection().selectAllChildren($("command"));
        document.execCommand("copy");
    }
    $("copy").textContent = "Copied";
    $("status").textContent = "Command copied.";
    setTimeout(() => ($("copy").textContent = "Copy"), 1600);
}

async function download() {
    await settled();
    if (result === null) return;
    const isPanel = choices.target === "palette" && choices.panel;
    await savePng(isPanel ? recolored(result, PANELS[choices.panel].pure.map(codesOf)) : result, outputName(opened.name));
}

// Save the picture as it looks on the panel.
async function downloadLooks() {
    await settled();
    if (result !== null) await savePng(result, looksName(opened.name));
}

async function savePng(picture, name) {
    save(await encodedPng(picture, choices.scale), name);
    $("status").textContent = `${name} is saved.`;
}

// Replace each colour of a palette by that of the same index in another.
function recolored(picture, colors) {
    const codeOf = ([red, green, blue]) => (red << 16) | (green << 8) | blue;
    const index = new Map(picture.colors.map((color, i) => [codeOf(color), i]));
    const pixels = new Uint8ClampedArray(picture.pixels);
    for (let p = 0; p < pixels.length; p += 4) {
        const color = colors[index.get((pixels[p] << 16) | (pixels[p + 1] << 8) | pixels[p + 2])];
        for (let channel = 0; channel < 3; channel++) pixels[p + channel] = color[channel];
    }
    return { ...picture, pixels, colors };
}

function listenToFiles() {
    let inside = 0;
    const carriesFiles = (event) => [...event.dataTransfer.types].includes("Files");
    addEventListener("dragenter", (event) => carriesFiles(event) && ($("drop").hidden = ++inside === 0));
    addEventListener("dragleave", (event) => carriesFiles(event) && ($("drop").hidden = --inside === 0));
    addEventListener("dragover", (event) => event.preventDefault());
    addEventListener("drop", (event) => {
        event.preventDefault();
        inside = 0;
        $("drop").hidden = true;
        if (event.dataTransfer.files.length) openFile(event.dataTransfer.files[0]);
    });
    addEventListener("paste", (event) => {
        const [file] = event.clipboardData.files;
        if (!file) return;
        event.preventDefault();
        openPicture(file, "pasted.png", false);
    });
}
