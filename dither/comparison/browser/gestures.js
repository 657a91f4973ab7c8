// Pointer input

// Return a position on the stage in device pixels.
function onScreen(event) {
    const box = canvas.getBoundingClientRect();
    return [
        ((event.clientX - box.left) / box.width) * canvas.width,
        ((event.clientY - box.top) / box.height) * canvas.height,
    ];
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
let grip = null; // where a drag began, and what lay in the middle then
dragged(
    canvas,
    (event) => {
        grip = { place: onScreen(event), center: [...state.center], zoom: state.zoom };
        if (stage.classList.contains("wide")) stage.classList.add("dragged");
        else if (state.view === "slider") borderTo(event);
        else if (state.view === "blink" && state.paused) choose({ flipped: !state.flipped });
    },
    (event) => {
        if (fingers.size > 1) return;
        if (!stage.classList.contains("wide")) {
            if (state.view === "slider") borderTo(event);
            return;
        }
        const here = onScreen(event);
        if (grip.zoom !== state.zoom) grip = { place: here, center: [...state.center], zoom: state.zoom };
        const { place, center } = grip;
        state.center = center.map((value, axis) => value - (here[axis] - place[axis]) / state.zoom);
        draw();
    },
    () => stage.classList.remove("dragged"),
);
function centerTo(event) {
    const box = overview.getBoundingClientRect();
    state.center = [
        ((event.clientX - box.left) / box.width) * data.width,
        ((event.clientY - box.top) / box.height) * data.height,
    ];
    draw();
}
dragged(overview, centerTo, centerTo);
stage.addEventListener(
    "wheel",
    (event) => {
        if (!event.ctrlKey) return; // the wheel alone scrolls the page
        event.preventDefault();
        zoomBy(event.deltaY < 0 ? 1 : -1, onScreen(event));
    },
    { passive: false },
);

// Pinch zooms by whole steps
const fingers = new Map();
let apart = 0;
const span = () => {
    const [one, other] = [...fingers.values()];
    return Math.hypot(one[0] - other[0], one[1] - other[1]);
};
canvas.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch") return;
    fingers.set(event.pointerId, onScreen(event));
    if (fingers.size === 2) apart = span();
});
canvas.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, onScreen(event));
    if (fingers.size !== 2) return;
    const ratio = span() / apart;
    if (ratio < 1.3 && ratio > 1 / 1.3) return;
    const [one, other] = [...fingers.values()];
    zoomBy(ratio > 1 ? 1 : -1, [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2]);
    apart = span();
});
for (const type of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(type, (event) => fingers.delete(event.pointerId));
}
canvas.addEventListener("pointermove", readOut);
canvas.addEventListener("pointerleave", () => element("readout").replaceChildren());

// Show position, colours and errors under the pointer.
const probe = painted(1, 1).getContext("2d", { willReadFrequently: true });
function readOut(event) {
    const [x, y] = onScreen(event);
    const { left, top } = placed(paneAt(x));
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
            const [x, y] = [column, row].map((place) => Math.floor(place / data.map.step));
            parts.push(` error ${maps[index].errorAt(x, y).toFixed(1)}`);
        }
    }
    element("readout").replaceChildren(...parts);
}
