// Fit a picture to a size: turn, cut, resize and frame it, identical to `dither.preparation.fit`.

// Return the quarter turns clockwise, the size after turning, the box that is kept, the size to which it is
// resized, and the size of the result.
function placement(picture, settings) {
    const both = settings.width !== null && settings.height !== null;
    const lies = (picture.width - picture.height) * (settings.width - settings.height) < 0;
    const turns = settings.rotate === "auto" ? Number(both && lies) : settings.rotate / 90;
    const turned = turns % 2 ? { width: picture.height, height: picture.width } : { width: picture.width, height: picture.height };
    const frame = resizedSize(turned, settings);
    const place = { turns, turned, box: { left: 0, top: 0, right: turned.width, bottom: turned.height }, size: frame, frame };
    if (both && settings.fit === "cover") place.box = coveringBox(turned, frame);
    if (both && settings.fit === "contain") place.size = containedSize(turned, frame);
    return place;
}

function resizedSize({ width, height }, settings) {
    if (settings.width === null && settings.height === null) return { width, height };
    const rounded = (side) => Math.max(1, Math.floor(side + 0.5));
    return {
        width: settings.width ?? rounded((width * settings.height) / height),
        height: settings.height ?? rounded((height * settings.width) / width),
    };
}

function coveringBox({ width, height }, frame) {
    if (frame.width * height >= width * frame.height) {
        const [top, bottom] = middle(height, (width * frame.height) / frame.width);
        return { left: 0, top, right: width, bottom };
    }
    const [left, right] = middle(width, (height * frame.width) / frame.height);
    return { left, top: 0, right, bottom: height };
}

// Return the ends of the middle `length` pixels of a side; whole pixels stay whole.
function middle(side, length) {
    const kept = Math.max(1, length);
    const start = (side - kept) / 2;
    const first = Number.isInteger(kept) ? Math.floor(start) : start;
    return [first, first + kept];
}

function containedSize({ width, height }, frame) {
    if (frame.width * height >= width * frame.height) {
        return { width: Math.max(1, Math.floor((width * frame.height) / height + 0.5)), height: frame.height };
    }
    return { width: frame.width, height: Math.max(1, Math.floor((height * frame.width) / width + 0.5)) };
}

// Return a picture whose pixel (x, y) is the pixel `from(x, y)` of another; outside it, of the background:
// transparent if the picture has alpha, else `outside`, or white.
function rearranged(picture, { width, height }, from, outside = null) {
    const { channels } = picture;
    const samples = new Uint8Array(width * height * channels).fill(picture.alpha ? 0 : WHITE);
    if (outside && !picture.alpha) for (let s = 0; s < samples.length; s++) samples[s] = outside[s % channels];
    const alpha = picture.alpha && new Uint8Array(width * height);
    for (let y = 0, i = 0; y < height; y++) {
        for (let x = 0; x < width; x++, i++) {
            const [column, row] = from(x, y);
            if (column < 0 || row < 0 || column >= picture.width || row >= picture.height) continue;
            const old = row * picture.width + column;
            for (let channel = 0; channel < channels; channel++) samples[i * channels + channel] = picture.samples[old * channels + channel];
            if (alpha) alpha[i] = picture.alpha[old];
        }
    }
    return { width, height, channels, samples, alpha };
}

function turnedBy(picture, turns) {
    const [right, bottom] = [picture.width - 1, picture.height - 1];
    if (turns === 1) return rearranged(picture, { width: picture.height, height: picture.width }, (x, y) => [y, bottom - x]);
    if (turns === 2) return rearranged(picture, picture, (x, y) => [right - x, bottom - y]);
    return rearranged(picture, { width: picture.height, height: picture.width }, (x, y) => [right - y, x]);
}

// Turn and resize a picture, or cut it where the box consists of whole pixels that keep their size.
function* sized(steps, place, tables) {
    const { turns, box, size } = place;
    const picture = yield* steps;
    const made = turns ? turnedBy(picture, turns) : picture;
    yield;
    const cutOnly = Object.values(box).every(Number.isInteger) && box.right - box.left === size.width && box.bottom - box.top === size.height;
    if (!cutOnly) return yield* resized(made, size, box, tables);
    if (size.width === made.width && size.height === made.height) return made;
    return rearranged(made, size, (x, y) => [x + box.left, y + box.top]);
}

// Add bars around a picture.
function framed(picture, { size, frame }, settings, tables) {
    if (size.width === frame.width && size.height === frame.height) return picture;
    const left = Math.floor((frame.width - size.width) / 2);
    const top = Math.floor((frame.height - size.height) / 2);
    return rearranged(picture, frame, (x, y) => [x - left, y - top], backgroundCodes(picture, { ...settings, alpha: "background" }, tables));
}
