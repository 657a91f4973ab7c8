// Animations: their frames, to play and to scrub; each is opened like a picture.

const ANIMATED = /\.(gif|a?png|webp)$/i;
const ANIMATED_TYPES = { gif: "image/gif", png: "image/png", apng: "image/png", webp: "image/webp" };
const MOST_FRAMES = 600;
// Browsers show frames that are shorter than this, in milliseconds, for longer.
const SHORTEST = 20;

const clip = { frames: [], loops: 0, place: 0, playing: false };

// Return the frames of a file, or null if it is a still picture or the browser cannot tell.
async function framesOf(file) {
    const [, ending] = file.name?.match(ANIMATED) ?? [];
    if (!ending || !globalThis.ImageDecoder) return null;
    const decoder = new ImageDecoder({ data: await file.arrayBuffer(), type: ANIMATED_TYPES[ending.toLowerCase()], colorSpaceConversion: "none", premultiplyAlpha: "none" });
    await decoder.tracks.ready;
    await decoder.completed;
    const { frameCount, repetitionCount } = decoder.tracks.selectedTrack;
    if (frameCount < 2) return null;
    if (frameCount > MOST_FRAMES) throw new Error(`The animation has ${frameCount} frames; this page takes ${MOST_FRAMES}. Use the command instead.`);
    const frames = [];
    for (let frameIndex = 0; frameIndex < frameCount; frameIndex++) {
        const { image } = await decoder.decode({ frameIndex });
        frames.push({ ...(await frameSamples(image)), delay: Math.round((image.duration ?? 100000) / 1000) });
        image.close();
    }
    decoder.close();
    return { frames, loops: Number.isFinite(repetitionCount) ? repetitionCount + 1 : 0 };
}

async function frameSamples(image) {
    const { displayWidth: width, displayHeight: height } = image;
    const pixels = new Uint8ClampedArray(width * height * 4);
    try {
        await image.copyTo(pixels, { format: "RGBA", layout: [{ offset: 0, stride: width * 4 }] });
        return { width, height, pixels };
    } catch {
        const context = canvasOf(width, height).getContext("2d");
        context.drawImage(image, 0, 0);
        return { width, height, pixels: context.getImageData(0, 0, width, height).data };
    }
}

async function openClip(file, { frames, loops }) {
    stopClip();
    Object.assign(clip, { frames, loops, place: 0 });
    if (await openPicture(frames[0], { name: file.name, onDisk: true, file })) choose({ width: isEnlarging(choices) ? null : choices.width });
    showClip();
}

function closeClip() {
    stopClip();
    Object.assign(clip, { frames: [], place: 0 });
    showClip();
}

async function showFrame(place) {
    clip.place = modulo(place, clip.frames.length);
    showClip();
    await openPicture(clip.frames[clip.place], opened);
    await refresh();
}

function showClip() {
    const count = clip.frames.length;
    $("clip").hidden = count === 0;
    $("download-clip").hidden = count === 0;
    $("scrub").max = Math.max(0, count - 1);
    $("scrub").value = clip.place;
    $("frame").textContent = `${clip.place + 1} / ${count}`;
    $("play").textContent = clip.playing ? "Pause" : "Play";
    $("download").textContent = count ? "Download this frame" : "Download PNG";
    $("download-clip").textContent = `Download animated ${/\.gif$/i.test(opened.name) ? "GIF" : "PNG"}`;
}

async function playClip() {
    clip.playing = true;
    while (clip.playing) {
        const start = performance.now();
        const { delay } = clip.frames[clip.place];
        await showFrame(clip.place + 1);
        await pause(Math.max(0, Math.max(delay, SHORTEST) - (performance.now() - start)));
    }
    showClip();
}

function stopClip() {
    clip.playing = false;
    showClip();
}

// Dither all frames and save them as one file.
async function downloadClip() {
    stopClip();
    await settled();
    const isGif = /\.gif$/i.test(opened.name);
    document.body.dataset.state = "working";
    for (const [number, frame] of clip.frames.entries()) {
        $("frame").textContent = `${number + 1} / ${clip.frames.length}`;
        const { about } = await ditherer({ open: frame });
        opened.about = { ...opened.about, clear: about.clear };
        await ditherer({ settings: settingsOf(), matrix: matrixOf(choices, number), keep: true, record: { delay: frame.delay } });
    }
    const answer = await ditherer({ film: { isGif, loops: clip.loops, scale: choices.scale } });
    if (answer.failure) complain(answer.failure);
    else save(answer.file, outputName(sourceOf()));
    await showFrame(clip.place);
}

function listenToClip() {
    $("play").addEventListener("click", () => (clip.playing ? stopClip() : playClip()));
    $("scrub").addEventListener("input", () => {
        const place = $("scrub").valueAsNumber;
        stopClip();
        showFrame(place);
    });
    $("download-clip").addEventListener("click", downloadClip);
}
