// Four variants side by side, each with its command; the panel changes the selected one.

const variants = { list: null, current: 0 };

// The picture with three other methods, to begin with.
function proposals() {
    const own = { ...choices };
    const other = own.method === "ordered" && own.matrix.startsWith("bayer") ? "blue-64x64" : "bayer-8x8";
    return [
        own,
        agreeing({ ...own, method: "ordered", matrix: other }),
        agreeing({ ...own, method: "diffuse", order: "rows", kernel: own.kernel === "floyd-steinberg" && own.method === "diffuse" ? "stucki" : "floyd-steinberg" }),
        agreeing({ ...own, method: "diffuse", order: "rows", kernel: "atkinson" }),
    ];
}

function toggleVariants() {
    variants.list = variants.list ? null : proposals();
    variants.current = 0;
    $("variants").setAttribute("aria-pressed", variants.list !== null);
    $("grid").hidden = variants.list === null;
    for (const id of ["view", "compare", "original", "zoom-in", "zoom-out", "zoom", "fit", "actual"]) $(id).classList.toggle("behind", variants.list !== null);
    if (!variants.list) return;
    if (view.split !== null) compare(null);
    $("grid").replaceChildren(...variants.list.map((_, index) => variantCell(index)));
    drawVariants();
}

// All of them show the picture that is open.
function drawVariants() {
    variants.list?.forEach((_, index) => drawVariant(index));
}

function variantCell(index) {
    const cell = document.createElement("figure");
    const select = document.createElement("button");
    Object.assign(select, { type: "button", className: "variant" });
    select.setAttribute("aria-label", `Variant ${index + 1}`);
    select.append(document.createElement("canvas"));
    select.addEventListener("click", () => selectVariant(index));
    const caption = document.createElement("figcaption");
    const copy = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: "Copy" });
    copy.setAttribute("aria-label", `Copy the command of variant ${index + 1}`);
    const text = document.createElement("div");
    const command = document.createElement("code");
    command.tabIndex = 0;
    text.append(document.createElement("span"), command);
    copy.addEventListener("click", () => copyText(command.textContent, copy, "Command"));
    caption.append(text, copy);
    cell.append(select, caption);
    return cell;
}

function selectVariant(index) {
    variants.current = index;
    choose(variants.list[index]);
}

// The selected variant follows the choices.
function followVariant() {
    if (!variants.list) return;
    variants.list[variants.current] = { ...choices };
    drawVariant(variants.current);
}

// One queue for each variant, so that none drops the work of another.
const painters = [0, 1, 2, 3].map(() => newestOnly(paintVariant));

function drawVariant(index) {
    captionVariant(index);
    painters[index](index);
}

// Show the name and the command of a variant, and which one is selected.
function captionVariant(index) {
    const chosen = variants.list[index];
    const cells = [...$("grid").children];
    cells[index].querySelector("figcaption span").textContent = titleOfMethod(chosen);
    showWords(cells[index].querySelector("code"), commandOf(chosen, sourceOf()));
    cells.forEach((cell, place) => cell.firstChild.setAttribute("aria-pressed", place === variants.current));
}

async function paintVariant(index) {
    if (!variants.list) return;
    const chosen = variants.list[index];
    const settings = settingsOf(chosen);
    const place = placement(opened.about, settings);
    const small = opened.reduced ? previewSettings(settings, place) : settings;
    const answer = await previewer({ settings: small, matrix: matrixOf(chosen), pixels: {}, keep: true });
    if (!answer.pixels || variants.list?.[index] !== chosen) return;
    const canvas = $("grid").children[index].querySelector("canvas");
    [canvas.width, canvas.height] = [answer.result.width, answer.result.height];
    canvas.getContext("2d").drawImage(pixelCanvas({ ...answer.result, pixels: answer.pixels }), 0, 0);
    canvas.classList.toggle("enlarged", canvas.clientWidth * devicePixelRatio > canvas.width);
}
