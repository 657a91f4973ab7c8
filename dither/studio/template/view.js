// The picture on the stage: move it, zoom by whole pixels, and compare with the original.

// Margins of a fitted picture in CSS pixels: around it and below it.
const MARGIN = 2;
const TOOLS_HEIGHT = 64;
// Device pixels per picture pixel; below 1, squares of pixels are averaged.
const ZOOMS = [1 / 16, 1 / 12, 1 / 8, 1 / 6, 1 / 5, 1 / 4, 1 / 3, 1 / 2, 1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32];

class View {
    #canvas;
    #context;
    #checks;
    #result = null;
    #average = null;
    #original = null;
    #placement = null;
    #middle = { x: 0, y: 0 };
    #zoom = 1;
    #fitted = true;
    #pointers = new Map();
    split = null;
    originalOnly = false;
    // Called after the zoom has changed.
    onZoom = () => {};

    constructor(canvas) {
        this.#canvas = canvas;
        this.#context = canvas.getContext("2d");
        this.#checks = this.#context.createPattern(checkerboard(), "repeat");
        this.#resize();
        new ResizeObserver(() => this.#resize()).observe(canvas);
        canvas.addEventListener("pointerdown", (event) => this.#grab(event));
        canvas.addEventListener("pointermove", (event) => this.#drag(event));
        for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => this.#pointers.delete(event.pointerId));
        canvas.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
        canvas.addEventListener("keydown", (event) => this.#key(event));
        canvas.addEventListener("dblclick", (event) => this.step(event.shiftKey ? -1 : 1, this.#place(event)));
    }

    // Side of the square of pixels that is averaged into one.
    get side() {
        return this.#zoom < 1 ? Math.round(1 / this.#zoom) : 1;
    }

    get zoomText() {
        return this.#zoom < 1 ? `1/${this.side}` : `${this.#zoom}×`;
    }

    setOriginal(canvas) {
        this.#original = canvas;
        this.#fitted = true;
    }

    setResult({ width, height, pixels, place }) {
        const before = this.#result;
        this.#placement = place;
        this.#result = pixelCanvas({ width, height, pixels });
        this.#average = null;
        if (before === null || before.width !== width || before.height !== height) {
            if (before) this.#middle = { x: (this.#middle.x * width) / before.width, y: (this.#middle.y * height) / before.height };
            this.fit();
        }
        this.draw();
    }

    setAverage(averaged, side) {
        if (side !== this.side) return;
        this.#average = pixelCanvas(averaged);
        this.draw();
    }

    // Stage area that the toolbar leaves free.
    get room() {
        const margin = MARGIN * devicePixelRatio;
        return { width: this.#canvas.width - 2 * margin, height: this.#canvas.height - this.#foot - 2 * margin };
    }

    get #foot() {
        return Math.round(TOOLS_HEIGHT * devicePixelRatio);
    }

    fit() {
        if (!this.#result) return;
        const { width, height } = this.room;
        const fitting = ZOOMS.filter((zoom) => this.#result.width * zoom <= width && this.#result.height * zoom <= height);
        this.#middle = { x: this.#result.width / 2, y: this.#result.height / 2 };
        this.#set(Math.min(fitting.at(-1) ?? ZOOMS[0], 16));
        this.#fitted = true;
    }

    actual() {
        this.#set(1);
    }

    // `around` is the device pixel that stays fixed.
    step(by, around = { x: this.#canvas.width / 2, y: (this.#canvas.height - this.#foot) / 2 }) {
        const index = clamp(ZOOMS.indexOf(this.#zoom) + by, 0, ZOOMS.length - 1);
        const shift = 1 / this.#zoom - 1 / ZOOMS[index];
        this.#middle.x += (around.x - this.#canvas.width / 2) * shift;
        this.#middle.y += (around.y - (this.#canvas.height - this.#foot) / 2) * shift;
        this.#set(ZOOMS[index]);
    }

    move(x, y) {
        this.#middle.x += x / this.#zoom;
        this.#middle.y += y / this.#zoom;
        this.#fitted = false;
        this.draw();
    }

    draw() {
        const [canvas, context, result] = [this.#canvas, this.#context, this.#result];
        context.clearRect(0, 0, canvas.width, canvas.height);
        if (!result) return;
        const [width, height] = [result.width * this.#zoom, result.height * this.#zoom];
        this.#middle.x = clamp(this.#middle.x, 0, result.width);
        this.#middle.y = clamp(this.#middle.y, 0, result.height);
        const left = Math.round(canvas.width / 2 - this.#middle.x * this.#zoom);
        const top = Math.round((canvas.height - this.#foot) / 2 - this.#middle.y * this.#zoom);
        context.fillStyle = this.#checks;
        context.fillRect(left, top, width, height);
        const shown = this.#zoom < 1 ? this.#average ?? result : result;
        if (!this.originalOnly) {
            context.imageSmoothingEnabled = shown === result && this.#zoom < 1;
            const [across, down] = shown === result ? [width, height] : [shown.width, shown.height];
            context.drawImage(shown, left, top, across, down);
        }
        if (this.originalOnly || this.split !== null) {
            context.save();
            context.beginPath();
            context.rect(0, 0, this.originalOnly ? canvas.width : Math.round(this.split * canvas.width), canvas.height);
            context.clip();
            context.fillRect(left, top, width, height);
            context.imageSmoothingEnabled = this.#original.width !== result.width || this.#zoom < 1;
            context.imageSmoothingQuality = "high";
            context.translate(left, top);
            context.scale(this.#zoom, this.#zoom);
            drawPlaced(context, this.#original, this.#placement);
            context.restore();
        }
    }

    #set(zoom) {
        this.#fitted = false;
        if (zoom !== this.#zoom) this.#average = null;
        this.#zoom = zoom;
        this.draw();
        this.onZoom();
    }

    #resize() {
        const [width, height] = [this.#canvas.clientWidth, this.#canvas.clientHeight].map((side) => Math.round(side * devicePixelRatio));
        if (width === 0 || (this.#canvas.width === width && this.#canvas.height === height)) return;
        [this.#canvas.width, this.#canvas.height] = [width, height];
        if (this.#fitted) this.fit();
        else this.draw();
    }

    #place(event) {
        const box = this.#canvas.getBoundingClientRect();
        return { x: (event.clientX - box.left) * devicePixelRatio, y: (event.clientY - box.top) * devicePixelRatio };
    }

    #grab(event) {
        this.#canvas.setPointerCapture(event.pointerId);
        this.#pointers.set(event.pointerId, { ...this.#place(event), apart: this.#apart() });
    }

    #drag(event) {
        const before = this.#pointers.get(event.pointerId);
        if (!before) return;
        const now = this.#place(event);
        const others = [...this.#pointers].filter(([id]) => id !== event.pointerId);
        this.#pointers.set(event.pointerId, now);
        this.move((before.x - now.x) / this.#pointers.size, (before.y - now.y) / this.#pointers.size);
        if (others.length !== 1) return;
        // Pinch: one zoom step for each change of the distance by a fifth.
        const [[, other]] = others;
        const apart = Math.hypot(now.x - other.x, now.y - other.y);
        this.pinched ??= apart;
        const ratio = apart / this.pinched;
        if (ratio < 1.25 && ratio > 0.8) return;
        this.pinched = apart;
        this.step(ratio > 1 ? 1 : -1, { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
    }

    #apart() {
        this.pinched = null;
        return 0;
    }

    #wheel(event) {
        event.preventDefault();
        this.turned = (this.turned ?? 0) + event.deltaY * (event.deltaMode === 1 ? 30 : 1);
        if (Math.abs(this.turned) < 40) return;
        this.step(this.turned < 0 ? 1 : -1, this.#place(event));
        this.turned = 0;
    }

    #key(event) {
        const far = 60 * devicePixelRatio;
        const moves = { ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, -far], ArrowDown: [0, far] };
        if (!moves[event.key]) return;
        event.preventDefault();
        this.move(...moves[event.key]);
    }
}

// Draw a picture turned, cut and resized; a pixel of the result is one unit of the context.
function drawPlaced(context, picture, { turns, turned, box, size, frame }) {
    context.translate(Math.floor((frame.width - size.width) / 2), Math.floor((frame.height - size.height) / 2));
    context.beginPath();
    context.rect(0, 0, size.width, size.height);
    context.clip();
    context.scale(size.width / (box.right - box.left), size.height / (box.bottom - box.top));
    context.translate(-box.left, -box.top);
    if (turns === 1) context.translate(turned.width, 0);
    if (turns === 2) context.translate(turned.width, turned.height);
    if (turns === 3) context.translate(0, turned.height);
    context.rotate((turns * Math.PI) / 2);
    context.drawImage(picture, 0, 0);
}

// Draw the checkerboard behind transparent pixels.
function checkerboard() {
    const canvas = canvasOf(16, 16);
    const context = canvas.getContext("2d");
    for (let cell = 0; cell < 4; cell++) {
        context.fillStyle = cell === 0 || cell === 3 ? "#c9c9c9" : "#ececec";
        context.fillRect(8 * (cell % 2), 8 * (cell >> 1), 8, 8);
    }
    return canvas;
}

function pixelCanvas({ width, height, pixels }) {
    const canvas = canvasOf(width, height);
    canvas.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
    return canvas;
}
