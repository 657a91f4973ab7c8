// Decode a file to its samples as stored, without colour management or premultiplied alpha.

const MOST_PIXELS = 1 << 26;

async function decodedPicture(file) {
    let bitmap;
    try {
        bitmap = await createImageBitmap(file, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
    } catch {
        throw new Error(`${file.name || "This file"} cannot be read: it is not a picture format of this browser.`);
    }
    const { width, height } = bitmap;
    if (width * height > MOST_PIXELS) throw new Error(`The picture has more than ${MOST_PIXELS / 1e6 | 0} megapixels, the limit of this page; use the command instead.`);
    const canvas = canvasOf(width, height);
    const context = canvas.getContext("2d", { willReadFrequently: true, colorSpace: "srgb" });
    context.drawImage(bitmap, 0, 0);
    let { data } = context.getImageData(0, 0, width, height);
    let clear = false;
    for (let i = 3; i < data.length && !clear; i += 4) clear = data[i] < 255;
    // A canvas stores colours multiplied by alpha; a texture stores them unchanged.
    if (clear) data = texturePixels(bitmap) ?? data;
    const samples = new Uint8Array(width * height * 3);
    const alpha = clear ? new Uint8Array(width * height) : null;
    let gray = true;
    for (let i = 0, s = 0; i < data.length; i += 4, s += 3) {
        samples[s] = data[i];
        samples[s + 1] = data[i + 1];
        samples[s + 2] = data[i + 2];
        if (alpha) alpha[i / 4] = data[i + 3];
        gray &&= data[i] === data[i + 1] && data[i] === data[i + 2];
    }
    return { picture: { width, height, channels: 3, samples, alpha }, canvas, gray, deep: await isDeepPng(file) };
}

function canvasOf(width, height) {
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

// Browsers use the upper 8 of a PNG's 16 bits; the command uses all 16 of grey images.
async function isDeepPng(file) {
    const head = new Uint8Array(await file.slice(0, 26).arrayBuffer());
    return head[1] === 80 && head[2] === 78 && head[3] === 71 && head[24] === 16;
}
