// The picture on the stage: move it, zoom by whole pixels, and compare with the original.

// Margins of a fitted picture in CSS pixels: around it and below it.
const MARGIN = 2;
const TOOLS_HEIGHT = 64;
// Stages up to this many CSS pixels wide are those of phones.
const NARROW = 520;
// Device pixels per picture pixel; below 1, squares of pixels are averaged.
const ZOOMS = [1 / 16, 1 / 12, 1 / 8, 1 / 6, 1 / 5, 1 / 4, 1 / 3, 1 / 2, 1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32];

class View {
    #canvas;
    #context;
    #checks;
    // Size of the result, and what is known of it: its pixels, their average, or a small preview.
    #frame = null;
    #pixels = null;
    #average = null;
    #preview = null;
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
        return this.#zoom < 1 ? Math.floor(1 / this.#zoom + 1e-6) : 1;
    }

    get zoomText() {
        if (this.#zoom < 1) return Number.isInteger(1 / this.#zoom) ? `1/${this.side}` : `${Math.round(100 * this.#zoom)}%`;
        return `${Number.isInteger(this.#zoom) ? this.#zoom : Number(this.#zoom.toFixed(1))}×`;
    }

    // Whether the result itself is shown, not a preview.
    get isExact() {
        return this.#pixels !== null || this.#average !== null;
    }

    setOriginal(picture) {
        this.#original = picture;
        this.#fitted = true;
    }

    // Show a small picture in place of a result that is not ready yet.
    setPreview(picture, { frame, place }) {
        this.#preview = pixelCanvas(picture);
        [this.#pixels, this.#average] = [null, null];
        this.#setFrame(frame, place);
    }

    // `pixels` or `average`, or both.
    setResult({ width, height, pixels, average, place }) {
        [this.#pixels, this.#average, this.#preview] = [null, null, null];
        this.#take({ width, height, pixels, average });
        this.#setFrame({ width, height }, place);
    }

    // Add what another zoom needs to a result.
    add({ pixels, average }) {
        this.#take({ ...this.#frame, pixels, average });
        this.draw();
    }

    #take({ width, height, pixels, average }) {
        if (pixels) this.#pixels = pixelCanvas({ width, height, pixels });
        if (average) this.#average = { picture: pixelCanvas(average), side: average.side };
    }

    #setFrame(frame, place) {
        const before = this.#frame;
        [this.#frame, this.#placement] = [frame, place];
        if (before === null || before.width !== frame.width || before.height !== frame.height) {
            if (before) this.#middle = { x: (this.#middle.x * frame.width) / before.width, y: (this.#middle.y * frame.height) / before.height };
            this.fit();
        }
        this.draw();
    }

    // Stage area that the toolbar leaves free.
    get room() {
        const margin = this.#isNarrow ? 0 : MARGIN * devicePixelRatio;
        return { width: this.#canvas.width - 2 * margin, height: this.#canvas.height - this.#foot - 2 * margin };
    }

    get #foot() {
        return Math.round(TOOLS_HEIGHT * devicePixelRatio);
    }

    // On a phone a picture takes all of the room; elsewhere its pixels are whole, and not huge.
    fit() {
        if (!this.#frame) return;
        const { width, height } = this.room;
        const zoom = Math.min(width / this.#frame.width, height / this.#frame.height);
        const most = this.#isNarrow ? zoom : Math.min(ZOOMS.findLast((each) => each <= zoom) ?? ZOOMS[0], 16);
        this.#middle = { x: this.#frame.width / 2, y: this.#frame.height / 2 };
        this.#set(most);
        this.#fitted = true;
    }

    get #isNarrow() {
        return this.#canvas.clientWidth <= NARROW;
    }

    actual() {
        this.#set(1);
    }

    // `around` is the device pixel that stays fixed.
    step(by, around = { x: this.#canvas.width / 2, y: (this.#canvas.height - this.#foot) / 2 }) {
        const next = by > 0 ? ZOOMS.find((zoom) => zoom > this.#zoom) : ZOOMS.findLast((zoom) => zoom < this.#zoom);
        if (next === undefined) return;
        const shift = 1 / this.#zoom - 1 / next;
        this.#middle.x += (around.x - this.#canvas.width / 2) * shift;
        this.#middle.y += (around.y - (this.#canvas.height - this.#foot) / 2) * shift;
        this.#set(next);
    }

    move(x, y) {
        this.#middle.x += x / this.#zoom;
        this.#middle.y += y / this.#zoom;
        this.#fitted = false;
        this.draw();
    }

    draw() {
        const [canvas, context, frame] = [this.#canvas, this.#context, this.#frame];
        context.clearRect(0, 0, canvas.width, canvas.height);
        if (!frame) return;
        const [width, height] = [frame.width * this.#zoom, frame.height * this.#zoom];
        this.#middle.x = clamp(this.#middle.x, 0, frame.width);
        this.#middle.y = clamp(this.#middle.y, 0, frame.height);
        const left = Math.round(canvas.width / 2 - this.#middle.x * this.#zoom);
        const top = Math.round((canvas.height - this.#foot) / 2 - this.#middle.y * this.#zoom);
        context.fillStyle = this.#checks;
        context.fillRect(left, top, width, height);
        if (!this.originalOnly) this.#drawResult(left, top, width, height);
        if (this.originalOnly || this.split !== null) {
            context.save();
            context.beginPath();
            context.rect(0, 0, this.originalOnly ? canvas.width : Math.round(this.split * canvas.width), canvas.height);
            context.clip();
            context.fillRect(left, top, width, height);
            context.imageSmoothingEnabled = this.#original.width !== frame.width || this.#zoom < 1;
            context.imageSmoothingQuality = "high";
            context.translate(left, top);
            context.scale(this.#zoom, this.#zoom);
            drawPlaced(context, this.#original, this.#placement);
            context.restore();
        }
    }

    #drawResult(left, top, width, height) {
        const [context, average, zoom] = [this.#context, this.#average, this.#zoom];
        context.imageSmoothingQuality = "high";
        if (zoom < 1 && average) {
            const isWhole = average.side * zoom === 1;
            context.imageSmoothingEnabled = !isWhole;
            const [across, down] = isWhole ? [average.picture.width, average.picture.height] : [width, height];
            context.drawImage(average.picture, left, top, across, down);
            return;
        }
        const shown = this.#pixels ?? this.#preview ?? average?.picture;
        if (!shown) return;
        const scale = width / shown.width;
        if (scale > 1 && !Number.isInteger(scale)) this.#drawCrisp(shown, left, top, scale, height / shown.height);
        else {
            context.imageSmoothingEnabled = scale < 1;
            context.drawImage(shown, left, top, width, height);
        }
    }

    // Enlarge what is visible by a broken factor: by the next whole one with hard edges, then smoothly down.
    #drawCrisp(picture, left, top, across, down) {
        const [x, y] = [Math.max(0, Math.floor(-left / across)), Math.max(0, Math.floor(-top / down))];
        const width = Math.min(picture.width - x, Math.ceil(this.#canvas.width / across) + 1);
        const height = Math.min(picture.height - y, Math.ceil(this.#canvas.height / down) + 1);
        if (width < 1 || height < 1) return;
        const factor = Math.ceil(across);
        const large = canvasOf(width * factor, height * factor);
        const context = large.getContext("2d");
        context.imageSmoothingEnabled = false;
        context.drawImage(picture, x, y, width, height, 0, 0, large.width, large.height);
        this.#context.imageSmoothingEnabled = true;
        this.#context.drawImage(large, left + x * across, top + y * down, width * across, height * down);
    }

    #set(zoom) {
        this.#fitted = false;
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
