// Return what to draw for a picture: {picture, scale, smooth}; the picture itself until its blur is ready.
function shownFor(index) {
    const plain = { picture: images[index], scale: 1, smooth: false };
    if (state.look === "errors")
        return index
            ? { picture: maps[index].picture, scale: data.map.step, smooth: data.map.step > 1 }
            : plain;
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
    return (
        state.look > 0 &&
        [state.left, state.right].some((index) => blurred.get(`${index} ${state.look}`) === null)
    );
}

// Drawing: one canvas pixel per device pixel; a picture pixel is a square of them

const GAP = 8; // between two panes

// Return the picture's rectangle in a pane, in device pixels; the centre is clamped.
function placed(pane) {
    const [left, top] = [data.width, data.height].map((length, axis) => {
        const [start, room] = axis ? [pane.y, pane.height] : [pane.x, pane.width];
        const size = length * state.zoom;
        if (size <= room) {
            state.center[axis] = length / 2;
            return start + Math.floor((room - size) / 2);
        }
        const offset = Math.min(
            0,
            Math.max(room - size, Math.round(room / 2 - state.center[axis] * state.zoom)),
        );
        state.center[axis] = (room / 2 - offset) / state.zoom;
        return start + offset;
    });
    return { left, top };
}

function panes() {
    const { width, height } = canvas;
    if (state.view !== "sides") return [{ x: 0, y: 0, width, height }];
    const half = Math.floor((width - GAP) / 2);
    return [
        { x: 0, y: 0, width: half, height },
        { x: width - half, y: 0, width: half, height },
    ];
}

// Draw a picture into a pane, between two columns.
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
    // Draw only the visible whole pixels, plus one more where smoothing needs it.
    const [columns, rows] = [picture.naturalWidth ?? picture.width, picture.naturalHeight ?? picture.height];
    const [x, y] = [
        Math.max(0, Math.floor((from - left) / size) - 1),
        Math.max(0, Math.floor((pane.y - top) / size) - 1),
    ];
    const [right, bottom] = [
        Math.min(columns, Math.ceil((to - left) / size) + 1),
        Math.min(rows, Math.ceil((pane.y + pane.height - top) / size) + 1),
    ];
    if (right > x && bottom > y) {
        context.drawImage(
            picture,
            x,
            y,
            right - x,
            bottom - y,
            left + x * size,
            top + y * size,
            (right - x) * size,
            (bottom - y) * size,
        );
    }
    context.restore();
}

// Return the columns of the pane that the picture covers.
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
    say("left-tag", tags[0]);
    say("right-tag", tags[1]);
    canvas.setAttribute("aria-label", tags.filter(Boolean).join(" beside "));
    const large = data.width * state.zoom > first.width || data.height * state.zoom > first.height;
    stage.classList.toggle("wide", large);
    drawOverview(first, large);
    say("caption", caption());
    handle.setAttribute("aria-valuenow", Math.round(100 * state.border));
    canvas.dataset.ready = isWaiting() ? "" : "yes";
}

// Write only changes, because screen readers read them aloud.
function say(id, text) {
    if (element(id).textContent !== text) element(id).textContent = text;
}

function nameOf(index) {
    const { name } = data.pictures[index];
    return state.look === "errors" && index ? `Errors of ${name}` : name;
}

function caption() {
    if (state.look === "errors")
        return "Colour errors after the blur: dark is accurate, bright is wrong.";
    if (state.look === "0")
        return `Each pixel of the picture is ${state.zoom === 1 ? "one pixel" : `${state.zoom} × ${state.zoom} pixels`} of your screen, never resampled.`;
    if (isWaiting()) return "Blurring …";
    const { sigma, distance } = data.blurs[state.look - 1];
    return `Blurred in linear light by ${sigma} pixels, about what the eye does at ${distance} from a 96 dpi screen.`;
}

// Overview with a frame around the visible part
const overview = element("overview");
function drawOverview(pane, large) {
    overview.hidden = !large || state.zoom * Math.min(data.width, data.height) < 64;
    if (overview.hidden) return;
    const ratio = window.devicePixelRatio || 1;
    const scale = (Math.min(120, stage.clientWidth / 4) * ratio) / Math.max(data.width, data.height);
    const [width, height] = [data.width, data.height].map((length) =>
        Math.max(1, Math.round(length * scale)),
    );
    if (overview.width !== width || overview.height !== height) {
        [overview.width, overview.height] = [width, height];
        [overview.style.width, overview.style.height] = [`${width / ratio}px`, `${height / ratio}px`];
    }
    const paint = overview.getContext("2d");
    paint.imageSmoothingQuality = "high";
    paint.drawImage(images[0], 0, 0, width, height);
    const [seenWidth, seenHeight] = [pane.width, pane.height].map((room) => (room / state.zoom) * scale);
    const [x, y] = [state.center[0] * scale - seenWidth / 2, state.center[1] * scale - seenHeight / 2];
    for (const [color, line] of [
        ["#000", 3 * ratio],
        ["#fff", 1.5 * ratio],
    ]) {
        paint.strokeStyle = color;
        paint.lineWidth = line;
        paint.strokeRect(x, y, seenWidth, seenHeight);
    }
}
