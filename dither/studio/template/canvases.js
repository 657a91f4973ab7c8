// Draw pictures on canvases.

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
