// Decode a file to its samples as stored, without colour management or premultiplied alpha.

const MOST_PIXELS = 1 << 26;

// `source` is a file, or { width, height, pixels } of a frame.
async function decodedPicture(source) {
    if (source.pixels) return { ...pictureOf(source.pixels, source.width, source.height), deep: false, isGrayFile: false };
    let bitmap;
    try {
        bitmap = await createImageBitmap(source, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
    } catch {
        throw new Error(`${source.name || "This file"} cannot be read: it is not a picture format of this browser.`);
    }
    const { width, height } = bitmap;
    if (width * height > MOST_PIXELS) throw new Error(`The picture has more than ${MOST_PIXELS / 1e6 | 0} megapixels, the limit of this page; use the command instead.`);
    const context = canvasOf(width, height).getContext("2d", { willReadFrequently: true, colorSpace: "srgb" });
    context.drawImage(bitmap, 0, 0);
    let { data } = context.getImageData(0, 0, width, height);
    // A canvas stores colours multiplied by alpha; a texture stores them unchanged.
    if (isClear(data)) data = texturePixels(bitmap) ?? (await pngPixels(source)) ?? data;
    return { ...pictureOf(data, width, height), ...(await depthOf(source)) };
}

function isClear(pixels) {
    for (let i = 3; i < pixels.length; i += 4) if (pixels[i] < 255) return true;
    return false;
}

// Return the picture of pixels of red, green, blue and alpha, and whether all are grey.
function pictureOf(pixels, width, height) {
    const samples = new Uint8Array(width * height * 3);
    const alpha = isClear(pixels) ? new Uint8Array(width * height) : null;
    let gray = true;
    for (let i = 0, s = 0; i < pixels.length; i += 4, s += 3) {
        samples[s] = pixels[i];
        samples[s + 1] = pixels[i + 1];
        samples[s + 2] = pixels[i + 2];
        if (alpha) alpha[i >> 2] = pixels[i + 3];
        gray &&= pixels[i] === pixels[i + 1] && pixels[i] === pixels[i + 2];
    }
    return { picture: { width, height, channels: 3, samples, alpha }, gray };
}

// Return a picture that is smaller by a whole factor, in squares of pixels that are averaged.
function reducedPicture({ width, height, samples, alpha }, factor) {
    if (factor === 1) return { width, height, channels: 3, samples, alpha };
    const [across, down] = [Math.max(1, Math.floor(width / factor)), Math.max(1, Math.floor(height / factor))];
    const made = { width: across, height: down, channels: 3, samples: new Uint8Array(across * down * 3), alpha: alpha && new Uint8Array(across * down) };
    // Four pixels of a square are enough for a preview.
    const far = Math.min(factor - 1, Math.ceil(factor / 2));
    for (let y = 0, i = 0; y < down; y++) {
        for (let x = 0; x < across; x++, i++) {
            const start = Math.min(y * factor, height - 1) * width + Math.min(x * factor, width - 1);
            const right = width > far ? far : 0;
            const under = height > far ? far * width : 0;
            for (let lane = 0; lane < 3; lane++) {
                const at = (place) => samples[place * 3 + lane];
                made.samples[i * 3 + lane] = (at(start) + at(start + right) + at(start + under) + at(start + under + right) + 2) >> 2;
            }
            if (alpha) made.alpha[i] = alpha[start];
        }
    }
    return made;
}

function canvasOf(width, height) {
    if (!globalThis.document) return new OffscreenCanvas(width, height);
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [width, height];
    return canvas;
}

function texturePixels(bitmap) {
    const gl = canvasOf(1, 1).getContext("webgl2") ?? canvasOf(1, 1).getContext("webgl");
    if (!gl || Math.max(bitmap.width, bitmap.height) > gl.getParameter(gl.MAX_TEXTURE_SIZE)) return null;
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
    gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
    gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, gl.getParameter(gl.TEXTURE_BINDING_2D), 0);
    const pixels = new Uint8Array(bitmap.width * bitmap.height * 4);
    gl.readPixels(0, 0, bitmap.width, bitmap.height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    const failed = gl.getError() !== gl.NO_ERROR;
    gl.getExtension("WEBGL_lose_context")?.loseContext();
    return failed ? null : pixels;
}

// Browsers use the upper 8 of a PNG's 16 bits; the command uses all 16 of grey images. It dithers the one channel of
// a grey file, and the three of a grey picture in a colour file.
async function depthOf(file) {
    const head = new Uint8Array(await file.slice(0, 26).arrayBuffer());
    const isPng = head[1] === 80 && head[2] === 78 && head[3] === 71;
    return { deep: isPng && head[24] === 16, isGrayFile: isPng && (head[25] === 0 || head[25] === 4) };
}
