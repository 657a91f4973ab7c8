// Riemersma's dithering: error diffusion along a Hilbert curve, identical to `dither.diffusion.riemersma`.

// Return the place of each pixel along the curve, from the upper left corner: a long rectangle is halved along its
// length; any other is passed through half its width sideways, then lengthwise, then back through the other half.
function hilbertPlaces(width, height) {
    const places = new Uint32Array(width * height);
    const stack = [width >= height ? [0, 0, 0, 1, width, 1, 0, height] : [0, 0, 1, 0, height, 0, 1, width]];
    let count = 0;
    while (stack.length) {
        const [top, left, dy, dx, length, ey, ex, breadth] = stack.pop();
        let [y, x] = [top, left];
        if (breadth === 1 || length === 1) {
            const [steps, down, right] = breadth === 1 ? [length, dy, dx] : [breadth, ey, ex];
            for (let step = 0; step < steps; step++, y += down, x += right) places[count++] = y * width + x;
            continue;
        }
        let [long, broad] = [length >> 1, breadth >> 1];
        if (2 * length > 3 * breadth) {
            // After an even first half the curve is on the side where the second half starts.
            if (long % 2 === 1 && length > 2) long++;
            stack.push([y + long * dy, x + long * dx, dy, dx, length - long, ey, ex, breadth], [y, x, dy, dx, long, ey, ex, breadth]);
            continue;
        }
        if (broad % 2 === 1 && breadth > 2) broad++;
        const [endY, endX] = [y + (length - 1) * dy, x + (length - 1) * dx];
        stack.push(
            [endY + (broad - 1) * ey, endX + (broad - 1) * ex, -ey, -ex, broad, -dy, -dx, length - long],
            [y + broad * ey, x + broad * ex, dy, dx, length, ey, ex, breadth - broad],
            [y, x, ey, ex, broad, dy, dx, long],
        );
    }
    return places;
}

// Each pixel receives the errors of the last ones along the curve; `shares` are those of the oldest first.
function* alongCurve(picture, { lanes, stride, codes, offset, step }, light, { take }, { shares, places, bounds }) {
    const { samples } = picture;
    const size = shares.length;
    const values = new Float64Array(lanes.length);
    // Every error is stored twice, so that the queue is contiguous.
    const queues = lanes.map(() => new Float64Array(2 * size));
    const [lowest, highest] = bounds;
    let oldest = 0;
    for (let number = 0; number < places.length; number++) {
        const place = places[number];
        for (let lane = 0; lane < values.length; lane++) {
            const queue = queues[lane];
            let due = HALF_SHARE;
            for (let item = 0; item < size; item++) due += shares[item] * queue[oldest + item];
            const value = light[samples[place * stride + lanes[lane]]] + Math.floor(due / 65536);
            values[lane] = value < lowest ? lowest : value > highest ? highest : value;
        }
        codes[place * step + offset] = take(values, MIDDLE_SHARE);
        for (let lane = 0; lane < values.length; lane++) queues[lane][oldest] = queues[lane][oldest + size] = values[lane];
        oldest = oldest + 1 < size ? oldest + 1 : 0;
        if ((number & 0x3fff) === 0x3fff) yield;
    }
}
