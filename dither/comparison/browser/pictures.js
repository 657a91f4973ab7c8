"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const element = (id) => document.getElementById(id);
const canvas = element("canvas");
const stage = element("stage");
const handle = element("handle");
const context = canvas.getContext("2d", { alpha: false });
const ZOOMS = [1, 2, 3, 4, 8, 16];
const BLINK_MILLISECONDS = 800;
// Milliseconds per step of blurring, short enough that the page stays responsive.
const SLICE_MILLISECONDS = 12;
// Total number of pixels of the blurred pictures to cache.
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
    const copy = painted(image.naturalWidth, image.naturalHeight).getContext("2d", {
        willReadFrequently: true,
    });
    copy.drawImage(image, 0, 0);
    return copy.getImageData(0, 0, image.naturalWidth, image.naturalHeight);
}

// Return the 256 colours of an error map, evenly spaced along the flame scale.
function flameColors() {
    const line = painted(256, 1).getContext("2d", { willReadFrequently: true });
    const gradient = line.createLinearGradient(0.5, 0, 255.5, 0);
    data.map.flame.forEach((color, place) =>
        gradient.addColorStop(place / (data.map.flame.length - 1), color),
    );
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
        for (let channel = 0; channel < 3; channel++)
            pixels.data[4 * place + channel] = colors[4 * code + channel];
    }
    const picture = painted(pixels.width, pixels.height);
    picture.getContext("2d").putImageData(pixels, 0, 0);
    // Codes are square roots, so that small errors can be told apart.
    const errorAt = (column, row) => data.map.top * (codes[row * pixels.width + column] / 255) ** 2;
    return { picture, errorAt };
}
