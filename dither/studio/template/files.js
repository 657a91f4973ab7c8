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
        else if (/\.(gpl|pal|hex|act|txt)$/i.test(name)) usePalette(colorsOfFile(name, new Uint8Array(await file.arrayBuffer())));
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

function usePalette(colors) {
    choose({ target: "palette", colors, paletteName: nameOfColors(colors), mix: usualMix(colors) });
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
    save(await encodedPng(result, choices.scale), outputName(opened.name));
    $("status").textContent = `${outputName(opened.name)} is saved.`;
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
