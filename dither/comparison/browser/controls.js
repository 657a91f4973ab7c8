// Controls

function choose(changes) {
    Object.assign(state, changes);
    element("left").value = state.left;
    element("right").value = state.right;
    for (const name of ["view", "look", "zoom"]) {
        for (const input of document.getElementsByName(name))
            input.checked = input.value === String(state[name]);
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

// Zoom by steps; the pixel at a position of the stage stays there.
function zoomBy(step, [x, y] = middle()) {
    const zoom = ZOOMS[ZOOMS.indexOf(state.zoom) + step];
    if (!zoom) return;
    const pane = paneAt(x);
    const away = [x - pane.x - pane.width / 2, y - pane.y - pane.height / 2];
    const center = state.center.map((value, axis) => value + away[axis] / state.zoom - away[axis] / zoom);
    choose({ zoom, center });
}

function paneAt(x) {
    return panes().find((pane) => x < pane.x + pane.width) ?? panes()[0];
}

function middle() {
    const [pane] = panes();
    return [pane.x + pane.width / 2, pane.y + pane.height / 2];
}

function moveBorder(share) {
    state.border = Math.min(1, Math.max(0, share));
    draw();
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
    const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[
        event.key
    ] ?? [0, 0];
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
    // Keys act on the viewer, not inside its lists and radio buttons, which use the arrows themselves.
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
dragged(
    holder,
    () => hold(true),
    () => {},
    () => hold(false),
);
for (const [type, held] of [
    ["keydown", true],
    ["keyup", false],
]) {
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
        input.addEventListener("change", () =>
            choose({ [name]: name === "zoom" ? Number(input.value) : input.value }),
        );
    }
}
for (const button of document.querySelectorAll(".choose")) {
    button.addEventListener("click", () => {
        choose({ right: Number(button.dataset.picture) });
        stage.scrollIntoView({ block: "nearest" });
    });
}

// Start

// Choose the largest zoom at which the picture fits, and the height of the stage for it.
function fit() {
    const ratio = window.devicePixelRatio || 1;
    const room = [stage.clientWidth * ratio, Math.max(320, 0.72 * window.innerHeight) * ratio];
    const zoom = ZOOMS.findLast((each) => data.width * each <= room[0] && data.height * each <= room[1]) ?? 1;
    stage.style.height = `${Math.max(240, Math.min(room[1], data.height * zoom) / ratio)}px`;
    choose({ zoom });
}

function resized(entries) {
    const [entry] = entries;
    const ratio = window.devicePixelRatio || 1;
    const about = [entry.contentRect.width * ratio, entry.contentRect.height * ratio].map(Math.round);
    const box = entry.devicePixelContentBoxSize?.[0];
    const exact = box ? [box.inlineSize, box.blockSize] : about;
    // Browsers that emulate another screen report the box of the real one.
    const told = exact.every((length, axis) => Math.abs(length - about[axis]) <= 2);
    [canvas.width, canvas.height] = told ? exact : about;
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
    element("caption").textContent = `Cannot show the pictures: ${error.message}`;
});
