// Open files by button, drop or paste, and download results.

function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// Take a picture: a file, or { width, height, pixels } of a frame of `file`.
async function openPicture(source, { name, onDisk, file = source }) {
    const answer = await ditherer({ open: source });
    if (answer.failure) {
        complain(answer.failure);
        return false;
    }
    const { about, reduced } = answer;
    previewer({ picture: reduced });
    const isSmall = reduced.width === about.width && reduced.height === about.height;
    const original = await createImageBitmap(source.pixels ? new ImageData(source.pixels, source.width, source.height) : source);
    const mask = opened.mask && sameSize(opened.mask, about) ? opened.mask : null;
    Object.assign(opened, { name, onDisk, file, about, original, mask, reduced: isSmall ? null : reduced, sample: reduced });
    view.setOriginal(original);
    drawVariants();
    $("message").hidden = true;
    if (onDisk) $("sample").value = "";
    return true;
}

async function openStill(source, about) {
    stopCamera();
    closeClip();
    // The first picture keeps the width of kept choices or of a link, which may be for a larger picture.
    const isFirst = opened.about === null;
    if (await openPicture(source, about)) choose({ width: !isFirst && isEnlarging(choices) ? null : choices.width });
}

// Whether a person has given a file, which a sample that is still being drawn must not replace.
let isGiven = false;

async function openSample(name, isFirst = false) {
    const blob = await encodedPng(drawnSample(name, view.room), 1);
    if (isFirst && isGiven) return;
    await openStill(blob, { name, onDisk: false });
    $("sample").value = name;
}

async function openFile(file) {
    const name = file.name || "pasted.png";
    isGiven = true;
    try {
        if (/\.npy$/i.test(name)) loadMatrix(name, readNpy(new Uint8Array(await file.arrayBuffer())));
        else if (/\.json$/i.test(name) && openObject(name, await file.text())) return;
        else if (/\.(gpl|pal|hex|act|txt|json|aco|ase|aseprite)$/i.test(name)) usePalette(colorsOfFile(name, new Uint8Array(await file.arrayBuffer())));
        else await openFrames(file, name);
    } catch (error) {
        complain(error.message);
    }
}

// Take the settings or the kernel that a .json file holds; return false if it holds others.
function openObject(name, text) {
    let fields;
    try {
        fields = JSON.parse(text);
    } catch {
        return false;
    }
    if (isState(fields)) choose(choicesOfState(fields));
    else if (isKernel(fields)) loadKernel(name, tapsOfKernel(fields));
    else return false;
    return true;
}

// Take a picture of the same size whose dark parts are left undithered.
async function openMask(file) {
    const answer = await ditherer({ open: file, isMask: true });
    if (answer.failure) return complain(answer.failure);
    const { about, reduced } = answer;
    const sizes = [opened.about, placement(opened.about, choices).frame];
    if (!sizes.some((size) => sameSize(size, about))) return complain(wrongMaskSize(about, opened.about));
    previewer({ picture: reduced, isMask: true });
    opened.mask = { name: file.name || "mask.png", width: about.width, height: about.height };
    return choose({ undithered: "mask" });
}

// Open an animation, or a still picture.
async function openFrames(file, name) {
    const found = await framesOf(file);
    if (found) await openClip(file, found);
    else await openStill(file, { name, onDisk: true });
}

function loadMatrix(name, matrix) {
    loadedMatrices.set(name, matrix);
    offer($("own-matrices"), name);
    choose({ method: "ordered", matrix: name });
    if (choices.matrix !== name) throw new Error(`${name} has a matrix for each channel; choose levels without Grey for it.`);
}

function loadKernel(name, taps) {
    loadedKernels.set(name, taps);
    offer($("own-kernels"), name);
    choose({ method: "diffuse", order: "rows", kernel: name });
}

// Add a name to a group of options, once.
function offer(options, name) {
    if (![...options.children].some((option) => option.value === name)) options.append(new Option(name, name));
}

function usePalette(colors, intent = "perceptual") {
    choose({ target: "palette", ...paletteChoices(colors), intent });
}

async function download() {
    await settled();
    if (result === null) return;
    const isPanel = choices.target === "palette" && choices.panel;
    await savePng(isPanel ? PANELS[choices.panel].pure.map(codesOf) : null, outputName({ name: opened.name }));
}

// Save the picture as it looks on the panel.
async function downloadLooks() {
    await settled();
    if (result !== null) await savePng(null, looksName({ name: opened.name }));
}

async function savePng(colors, name) {
    save((await ditherer({ png: { colors, scale: choices.scale } })).png, name);
    $("status").textContent = `${name} is saved.`;
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
        const [file] = event.dataTransfer.files;
        if (file) (event.target.closest?.("#drop-mask") ? openMask : openFile)(file);
    });
    addEventListener("paste", (event) => {
        const [file] = event.clipboardData.files;
        if (!file) return;
        event.preventDefault();
        openStill(file, { name: "pasted.png", onDisk: false });
    });
}
