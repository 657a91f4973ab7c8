"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const element = (id) => document.getElementById(id);
const canvas = element("canvas");
const stage = element("stage");
const handle = element("handle");
const context = canvas.getContext("2d", { alpha: false });
const ZOOMS = [1, 2, 3, 4, 8];
const BLINK_MILLISECONDS = 800;
// A step of blurring is so long that the page stays at hand.
const SLICE_MILLISECONDS = 12;
// Blurred pictures are kept up to so many pixels together.
const KEPT_PIXELS = 1 << 26;

const state = {
    left: 0,
    right: 1,
    view: "slider",
    look: "0",
    zoom: 1,
    border: 0.5, // of the visible picture, from its left
    center: [data.width / 2, data.height / 2], // what of the picture lies in the middle
    held: false,
    flipped: false, // by blinking
    paused: matchMedia("(prefers-reduced-motion: reduce)").matches,
};
const images = [];
const maps = [];
const blurred = new Map();

// Pictures

async function decoded(address) {
    const image = new Image();
    image.src = address;
    await image.decode();
    return image;
}

function painted(width, height) {
    const made = document.createElement("canvas");
    [made.width, made.height] = [width, height];
    return made;
}

function pixelsOf(image) {
    const copy = painted(image.naturalWidth, image.naturalHeight).getContext("2d", { willReadFrequently: true });
    copy.drawImage(image, 0, 0);
    return copy.getImageData(0, 0, image.naturalWidth, image.naturalHeight);
}

// The 256 colours of a map: the flame's, evenly spaced.
function flameColors() {
    const line = painted(256, 1).getContext("2d", { willReadFrequently: true });
    const gradient = line.createLinearGradient(0.5, 0, 255.5, 0);
    data.map.flame.forEach((color, place) => gradient.addColorStop(place / (data.map.flame.length - 1), color));
    line.fillStyle = gradient;
    line.fillRect(0, 0, 256, 1);
    return line.getImageData(0, 0, 256, 1).data;
}

function mapOf(image) {
    const colors = flameColors();
    const pixels = pixelsOf(image);
    const codes = new Uint8Array(pixels.data.length / 4);
    for (let place = 0; place < codes.length; place++) {
        const code = (codes[place] = pixels.data[4 * place]);
        for (let channel = 0; channel < 3; channel++) pixels.data[4 * place + channel] = colors[4 * code + channel];
    }
    const picture = painted(pixels.width, pixels.height);
    picture.getContext("2d").putImageData(pixels, 0, 0);
    return { picture, codes, columns: pixels.width };
}

// As seen from afar: a Gaussian in linear light, cut off at four standard deviations, mirrored at borders

const LIGHT = Float32Array.from({ length: 256 }, (_, code) => {
    const value = code / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});
const CODE = Uint8ClampedArray.from({ length: 65536 }, (_, step) => {
    const light = step / 65535;
    return 255 * (light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055);
});

function mirrored(place, length) {
    const period = 2 * length;
    const within = ((place % period) + period) % period;
    return within < length ? within : period - 1 - within;
}

// The weights from the middle outward; their whole kernel sums to 1.
function gaussian(sigma) {
    const half = Float32Array.from({ length: Math.floor(4 * sigma + 0.5) + 1 }, (_, offset) => Math.exp(-0.5 * (offset / sigma) ** 2));
    const sum = 2 * half.reduce((total, weight) => total + weight) - half[0];
    return half.map((weight) => weight / sum);
}

let sliceEnd = 0;
async function breather() {
    if (performance.now() < sliceEnd) return;
    await new Promise((resume) => setTimeout(resume));
    sliceEnd = performance.now() + SLICE_MILLISECONDS;
}

async function blurredPicture(image, sigma, gray) {
    const [width, height] = [data.width, data.height];
    const pixels = pixelsOf(image);
    const codes = pixels.data;
    const weights = gaussian(sigma);
    const reach = weights.length - 1;
    const plane = new Float32Array(width * height);
    const line = new Float32Array(width + 2 * reach);
    const sums = new Float32Array(width);
    for (let channel = 0; channel < (gray ? 1 : 3); channel++) {
        for (let y = 0; y < height; y++) {
            for (let x = -reach; x < width + reach; x++) line[x + reach] = LIGHT[codes[4 * (y * width + mirrored(x, width)) + channel]];
            for (let x = 0; x < width; x++) {
                let sum = weights[0] * line[x + reach];
                for (let offset = 1; offset <= reach; offset++) sum += weights[offset] * (line[x + reach - offset] + line[x + reach + offset]);
                plane[y * width + x] = sum;
            }
            await breather();
        }
        for (let y = 0; y < height; y++) {
            for (let offset = 0; offset <= reach; offset++) {
                const above = mirrored(y - offset, height) * width;
                const below = mirrored(y + offset, height) * width;
                const weight = offset ? weights[offset] : weights[0] / 2;
                if (offset === 0) sums.fill(0);
                for (let x = 0; x < width; x++) sums[x] += weight * (plane[above + x] + plane[below + x]);
            }
            for (let x = 0; x < width; x++) codes[4 * (y * width + x) + channel] = CODE[Math.round(sums[x] * 65535)];
            await breather();
        }
    }
    if (gray) for (let place = 0; place < codes.length; place += 4) codes[place + 1] = codes[place + 2] = codes[place];
    const picture = painted(width, height);
    picture.getContext("2d").putImageData(pixels, 0, 0);
    return picture;
}

function forgetOldBlurs() {
    const most = Math.max(2, Math.floor(KEPT_PIXELS / (data.width * data.height)));
    for (const name of blurred.keys()) {
        if (blurred.size <= most) return;
        blurred.delete(name);
    }
}

// What stands for a picture now: {picture, scale, smooth}; of a blur that is not done, the picture itself.
function shownFor(index) {
    const plain = { picture: images[index], scale: 1, smooth: false };
    if (state.look === "errors") return index ? { picture: maps[index].picture, scale: data.map.step, smooth: data.map.step > 1 } : plain;
    if (state.look === "0") return plain;
    const name = `${index} ${state.look}`;
    if (!blurred.has(name)) {
        blurred.set(name, null);
        const { sigma } = data.blurs[state.look - 1];
        blurredPicture(images[index], sigma, data.pictures[index].gray).then((picture) => {
            blurred.delete(name); // so that the newest are the last
            blurred.set(name, picture);
            forgetOldBlurs();
            draw();
        });
    }
    return blurred.get(name) ? { picture: blurred.get(name), scale: 1, smooth: false } : plain;
}

function isWaiting() {
    return state.look > 0 && [state.left, state.right].some((index) => blurred.get(`${index} ${state.look}`) === null);
}

// Drawing: the canvas has a pixel for each pixel of the screen, and a picture's pixel is a whole square of them

// Where the picture lies in a pane, in pixels of the screen; the centre is moved to where it can be.
function placed(pane) {
    const [left, top] = [data.width, data.height].map((length, axis) => {
        const [start, room] = axis ? [pane.y, pane.height] : [pane.x, pane.width];
        const size = length * state.zoom;
        if (size <= room) {
            state.center[axis] = length / 2;
            return start + Math.floor((room - size) / 2);
        }
        const offset = Math.min(0, Math.max(room - size, Math.round(room / 2 - state.center[axis] * state.zoom)));
        state.center[axis] = (room / 2 - offset) / state.zoom;
        return start + offset;
    });
    return { left, top };
}

function panes() {
    const { width, height } = canvas;
    if (state.view !== "sides") return [{ x: 0, y: 0, width, height }];
    const half = Math.floor(width / 2) - 1;
    return [
        { x: 0, y: 0, width: half, height },
        { x: width - half, y: 0, width: half, height },
    ];
}

// Draw a picture into a pane, between two columns of the screen.
function drawPicture(index, pane, from, to) {
    const { picture, scale, smooth } = shownFor(index);
    const { left, top } = placed(pane);
    const size = state.zoom * scale;
    const width = Math.max(0, to - from);
    context.save();
    context.beginPath();
    context.rect(from, pane.y, width, pane.height);
    context.clip();
    context.beginPath();
    context.rect(left, top, data.width * state.zoom, data.height * state.zoom);
    context.clip();
    context.imageSmoothingEnabled = smooth;
    // Only what is seen is drawn, from whole pixels to whole pixels; a pixel more where it is smoothed.
    const [columns, rows] = [picture.naturalWidth ?? picture.width, picture.naturalHeight ?? picture.height];
    const [x, y] = [Math.max(0, Math.floor((from - left) / size) - 1), Math.max(0, Math.floor((pane.y - top) / size) - 1)];
    const [right, bottom] = [Math.min(columns, Math.ceil((to - left) / size) + 1), Math.min(rows, Math.ceil((pane.y + pane.height - top) / size) + 1)];
    if (right > x && bottom > y) {
        context.drawImage(picture, x, y, right - x, bottom - y, left + x * size, top + y * size, (right - x) * size, (bottom - y) * size);
    }
    context.restore();
}

// The columns of the pane that the picture covers.
function covered(pane) {
    const { left } = placed(pane);
    return [Math.max(pane.x, left), Math.min(pane.x + pane.width, left + data.width * state.zoom)];
}

function shownPair() {
    return state.held ? [state.right, state.left] : [state.left, state.right];
}

let drawn = 0;
function draw() {
    cancelAnimationFrame(drawn);
    drawn = requestAnimationFrame(drawNow);
}

function drawNow() {
    if (!canvas.width || !canvas.height) return;
    context.fillStyle = getComputedStyle(stage).backgroundColor;
    context.fillRect(0, 0, canvas.width, canvas.height);
    const [left, right] = shownPair();
    const [first, second] = panes();
    const tags = [nameOf(left), nameOf(right)];
    handle.hidden = state.view !== "slider";
    if (state.view === "slider") {
        const [from, to] = covered(first);
        const border = Math.round(from + state.border * (to - from));
        drawPicture(left, first, first.x, border);
        drawPicture(right, first, border, first.x + first.width);
        handle.style.left = `${(border / canvas.width) * 100}%`;
    } else if (state.view === "sides") {
        drawPicture(left, first, first.x, first.x + first.width);
        drawPicture(right, second, second.x, second.x + second.width);
    } else {
        const only = state.flipped ? right : left;
        drawPicture(only, first, first.x, first.x + first.width);
        tags.splice(0, 2, nameOf(only), "");
    }
    [element("left-tag").textContent, element("right-tag").textContent] = tags;
    const large = data.width * state.zoom > first.width || data.height * state.zoom > first.height;
    stage.classList.toggle("wide", large);
    drawOverview(first, large);
    element("caption").textContent = caption();
    handle.setAttribute("aria-valuenow", Math.round(100 * state.border));
    canvas.dataset.ready = isWaiting() ? "" : "yes";
}

function nameOf(index) {
    const { name } = data.pictures[index];
    return state.look === "errors" && index ? `Errors of ${name}` : name;
}

function caption() {
    if (state.look === "errors") return "Where colours are off once the dots melt together: dark is right, bright is wrong.";
    if (state.look === "0") return `Each pixel of the picture is ${state.zoom === 1 ? "one pixel" : `${state.zoom} × ${state.zoom} pixels`} of your screen, never resampled.`;
    if (isWaiting()) return "Blurring …";
    const { sigma, distance } = data.blurs[state.look - 1];
    return `Blurred in linear light by ${sigma} pixels, about what the eye does to a screen of 96 dots per inch from ${distance}.`;
}

// A small picture of the whole, with what is seen of it
const overview = element("overview");
function drawOverview(pane, large) {
    overview.hidden = !large || state.zoom * Math.min(data.width, data.height) < 64;
    if (overview.hidden) return;
    const ratio = window.devicePixelRatio || 1;
    const scale = (Math.min(120, stage.clientWidth / 4) * ratio) / Math.max(data.width, data.height);
    const [width, height] = [data.width, data.height].map((length) => Math.max(1, Math.round(length * scale)));
    if (overview.width !== width || overview.height !== height) {
        [overview.width, overview.height] = [width, height];
        [overview.style.width, overview.style.height] = [`${width / ratio}px`, `${height / ratio}px`];
    }
    const paint = overview.getContext("2d");
    paint.imageSmoothingQuality = "high";
    paint.drawImage(images[0], 0, 0, width, height);
    const [seenWidth, seenHeight] = [pane.width, pane.height].map((room) => (room / state.zoom) * scale);
    const [x, y] = [state.center[0] * scale - seenWidth / 2, state.center[1] * scale - seenHeight / 2];
    for (const [color, line] of [["#000", 3 * ratio], ["#fff", 1.5 * ratio]]) {
        paint.strokeStyle = color;
        paint.lineWidth = line;
        paint.strokeRect(x, y, seenWidth, seenHeight);
    }
}

// Controls

function choose(changes) {
    Object.assign(state, changes);
    element("left").value = state.left;
    element("right").value = state.right;
    for (const name of ["view", "look", "zoom"]) {
        for (const input of document.getElementsByName(name)) input.checked = input.value === String(state[name]);
    }
    for (const row of document.querySelectorAll("tr[data-picture]")) {
        row.classList.toggle("shown", [state.left, state.right].includes(Number(row.dataset.picture)));
    }
    element("legend").hidden = state.look !== "errors";
    element("pause").hidden = state.view !== "blink";
    element("pause").textContent = state.paused ? "Play" : "Pause";
    setBlinking();
    draw();
}

let blinking = 0;
function setBlinking() {
    const wanted = state.view === "blink" && !state.paused;
    if (wanted && !blinking) {
        blinking = setInterval(() => {
            state.flipped = !state.flipped;
            draw();
        }, BLINK_MILLISECONDS);
    } else if (!wanted && blinking) {
        clearInterval(blinking);
        blinking = 0;
    }
}

function hold(held) {
    if (state.held === held) return;
    state.held = held;
    draw();
}

function zoomBy(step) {
    const place = ZOOMS.indexOf(state.zoom) + step;
    if (ZOOMS[place]) choose({ zoom: ZOOMS[place] });
}

function moveBorder(share) {
    state.border = Math.min(1, Math.max(0, share));
    draw();
}

// A place on the stage in pixels of the screen.
function onScreen(event) {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * canvas.width, ((event.clientY - box.top) / box.height) * canvas.height];
}

function borderTo(event) {
    const [from, to] = covered(panes()[0]);
    moveBorder((onScreen(event)[0] - from) / (to - from));
}

function dragged(target, start, move, end = () => {}) {
    target.addEventListener("pointerdown", (event) => {
        if (event.button) return;
        target.setPointerCapture(event.pointerId);
        start(event);
        target.addEventListener("pointermove", move);
        const stop = () => {
            target.removeEventListener("pointermove", move);
            end();
        };
        target.addEventListener("lostpointercapture", stop, { once: true });
    });
}

dragged(handle, () => handle.focus({ preventScroll: true }), borderTo);
let last = null;
dragged(
    canvas,
    (event) => {
        last = onScreen(event);
        if (stage.classList.contains("wide")) stage.classList.add("dragged");
        else if (state.view === "slider") borderTo(event);
        else if (state.view === "blink" && state.paused) choose({ flipped: !state.flipped });
    },
    (event) => {
        if (!stage.classList.contains("wide")) {
            if (state.view === "slider") borderTo(event);
            return;
        }
        const here = onScreen(event);
        state.center = state.center.map((value, axis) => value - (here[axis] - last[axis]) / state.zoom);
        last = here;
        draw();
    },
    () => stage.classList.remove("dragged"),
);
function centerTo(event) {
    const box = overview.getBoundingClientRect();
    state.center = [((event.clientX - box.left) / box.width) * data.width, ((event.clientY - box.top) / box.height) * data.height];
    draw();
}
dragged(overview, centerTo, centerTo);
stage.addEventListener(
    "wheel",
    (event) => {
        if (!event.ctrlKey) return; // the wheel alone scrolls the page
        event.preventDefault();
        zoomBy(event.deltaY < 0 ? 1 : -1);
    },
    { passive: false },
);
canvas.addEventListener("pointermove", readOut);
canvas.addEventListener("pointerleave", () => element("readout").replaceChildren());

// What lies under the pointer: place, colours, errors.
const probe = painted(1, 1).getContext("2d", { willReadFrequently: true });
function readOut(event) {
    const [x, y] = onScreen(event);
    const pane = panes().find((each) => x >= each.x && x < each.x + each.width);
    if (!pane) return;
    const { left, top } = placed(pane);
    const [column, row] = [Math.floor((x - left) / state.zoom), Math.floor((y - top) / state.zoom)];
    const inside = column >= 0 && row >= 0 && column < data.width && row < data.height;
    const parts = inside ? [`x ${column}, y ${row}`] : [];
    for (const index of inside ? [state.left, state.right] : []) {
        probe.drawImage(images[index], column, row, 1, 1, 0, 0, 1, 1);
        const color = `#${[...probe.getImageData(0, 0, 1, 1).data.slice(0, 3)].map((code) => code.toString(16).padStart(2, "0")).join("")}`;
        const swatch = document.createElement("span");
        swatch.className = "swatch";
        swatch.style.background = color;
        parts.push(swatch, color);
        if (state.look === "errors" && index) {
            const { codes, columns } = maps[index];
            const code = codes[Math.floor(row / data.map.step) * columns + Math.floor(column / data.map.step)];
            parts.push(` error ${((code / 255) * data.map.top).toFixed(1)}`);
        }
    }
    element("readout").replaceChildren(...parts);
}

const KEYS = {
    b: () => hold(true),
    s: () => choose({ left: state.right, right: state.left }),
    e: () => choose({ look: state.look === "errors" ? "0" : "errors" }),
    "+": () => zoomBy(1),
    "=": () => zoomBy(1),
    "-": () => zoomBy(-1),
};
function moveByKey(event) {
    const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    if (!x && !y) return false;
    if (document.activeElement === canvas && stage.classList.contains("wide")) {
        const step = (event.shiftKey ? 200 : 40) / state.zoom;
        state.center = [state.center[0] + x * step, state.center[1] + y * step];
        draw();
        return true;
    }
    if (!x || state.view !== "slider") return false;
    moveBorder(state.border + x * (event.shiftKey ? 0.1 : 0.01));
    return true;
}
document.addEventListener("keydown", (event) => {
    const { activeElement } = document;
    // Keys belong to the viewer, and not to its lists and choices, which have their own arrows.
    const free = activeElement === document.body || element("viewer").contains(activeElement);
    if (!free || event.ctrlKey || event.metaKey || event.altKey || activeElement.matches("select")) return;
    if (!activeElement.matches("input") && moveByKey(event)) event.preventDefault();
    else if (activeElement === handle && ["Home", "End"].includes(event.key)) {
        event.preventDefault();
        moveBorder(event.key === "End" ? 1 : 0);
    } else if (/^[1-9]$/.test(event.key) && data.pictures[event.key]) choose({ right: Number(event.key) });
    else if (!event.repeat) KEYS[event.key.toLowerCase()]?.();
});
document.addEventListener("keyup", (event) => {
    if (event.key.toLowerCase() === "b") hold(false);
});
window.addEventListener("blur", () => hold(false));
const holder = element("hold");
dragged(holder, () => hold(true), () => {}, () => hold(false));
for (const [type, held] of [["keydown", true], ["keyup", false]]) {
    holder.addEventListener(type, (event) => {
        if (![" ", "Enter"].includes(event.key)) return;
        event.preventDefault();
        hold(held);
    });
}
holder.addEventListener("contextmenu", (event) => event.preventDefault());
element("swap").addEventListener("click", KEYS.s);
element("pause").addEventListener("click", () => choose({ paused: !state.paused }));
for (const side of ["left", "right"]) {
    element(side).append(...data.pictures.map(({ name }, index) => new Option(name, index)));
    element(side).addEventListener("change", (event) => choose({ [side]: Number(event.target.value) }));
}
for (const name of ["view", "look", "zoom"]) {
    for (const input of document.getElementsByName(name)) {
        input.addEventListener("change", () => choose({ [name]: name === "zoom" ? Number(input.value) : input.value }));
    }
}
for (const button of document.querySelectorAll(".choose")) {
    button.addEventListener("click", () => {
        choose({ right: Number(button.dataset.picture) });
        stage.scrollIntoView({ block: "nearest" });
    });
}

// Begin

// The largest zoom at which the picture fits, and a stage as high as that needs.
function fit() {
    const ratio = window.devicePixelRatio || 1;
    const room = [stage.clientWidth * ratio, Math.max(320, 0.72 * window.innerHeight) * ratio];
    const zoom = ZOOMS.findLast((each) => data.width * each <= room[0] && data.height * each <= room[1]) ?? 1;
    stage.style.height = `${Math.max(240, Math.min(room[1], data.height * zoom) / ratio)}px`;
    choose({ zoom });
}

function resized(entries) {
    const [entry] = entries;
    const exact = entry.devicePixelContentBoxSize?.[0];
    const ratio = window.devicePixelRatio || 1;
    canvas.width = exact ? exact.inlineSize : Math.round(entry.contentRect.width * ratio);
    canvas.height = exact ? exact.blockSize : Math.round(entry.contentRect.height * ratio);
    drawNow();
}

async function begin() {
    for (const { address, map } of data.pictures) {
        images.push(await decoded(address));
        maps.push(map ? mapOf(await decoded(map)) : null);
    }
    fit();
    const observer = new ResizeObserver(resized);
    try {
        observer.observe(canvas, { box: "device-pixel-content-box" });
    } catch {
        observer.observe(canvas);
    }
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}
begin().catch((error) => {
    element("caption").textContent = `The pictures cannot be shown: ${error.message}`;
});
