// Measures how long the page of `dither studio` takes with a photo of 12 megapixels: from a change to the preview and to
// the whole result, each as it is painted, and the longest time for which the page does not answer. Then a slider is
// dragged for two seconds. No test depends on it.
//
//     dither studio -o studio.html && node measure.mjs chromium /usr/bin/chromium studio.html [PHOTO [WORD OF TITLES]]
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { launched, settled } from "./hands.mjs";

const [name, executablePath, html, photo, wanted = ""] = process.argv.slice(2);
const REPEATS = 3;

// Code of the page: what is chosen before, and the change.
const PICO = "...PLAIN, ...paletteChoices(PALETTES['pico-8']), target: 'palette'";
const C64 = "...paletteChoices(PALETTES.c64)";
const PANEL = "...panelChoices('spectra-6-7.3')";
const CHANGES = {
    "one bit": [PICO, "...PLAIN, gray: true"],
    "one bit, brightness": ["...PLAIN, gray: true", "brightness: 1.1"],
    "eight colours, shadows": ["...PLAIN", "shadows: 0.4"],
    "565": ["...PLAIN", "levels: 'rgb565'"],
    "palette PICO-8": ["...PLAIN", PICO],
    "PICO-8, brightness": [PICO, "brightness: 1.1"],
    "PICO-8, saturation": [PICO, "saturation: 1.2"],
    "PICO-8, Bayer": [PICO, "matrix: 'bayer-8x8'"],
    "PICO-8, strength 0": [PICO, "strength: 0"],
    "PICO-8, mixtures of two": [PICO, "mixtureSize: 2"],
    "PICO-8 to C64": [PICO, C64],
    "PICO-8 to a panel": [PICO, PANEL],
    "PICO-8 to web-safe": [PICO, "...paletteChoices(PALETTES['web-safe'])"],
    "PICO-8 by hue": [PICO, "intent: 'relative'"],
    "PICO-8 by colour": [PICO, "intent: 'absolute'"],
    "PICO-8 by lightness": [PICO, "intent: 'lightness'"],
    "PICO-8, 800x480 cut": [PICO, "width: 800, height: 480, fit: 'cover'"],
    "extract 8 colours": [PICO, null],
    "diffuse, eight colours": ["...PLAIN", "method: 'diffuse'"],
    "diffuse, one bit": ["...PLAIN, gray: true", "method: 'diffuse'"],
    "Ostromoukhov, one bit": ["...PLAIN, gray: true, method: 'diffuse'", "kernel: 'ostromoukhov'"],
    "diffuse, PICO-8": [PICO, "method: 'diffuse'"],
    "diffuse, PICO-8, brightness": [`${PICO}, method: 'diffuse'`, "brightness: 1.1"],
    "diffuse, PICO-8, noise": [`${PICO}, method: 'diffuse'`, "noise: 0.3"],
    "diffuse, C64": [`${PICO}, method: 'diffuse'`, C64],
    "diffuse, a panel": [`${PICO}, method: 'diffuse'`, PANEL],
    "dots, PICO-8": [`${PICO}, method: 'diffuse'`, "order: 'dots'"],
    "curve, PICO-8": [`${PICO}, method: 'diffuse'`, "order: 'curve'"],
    "line art, one bit": ["...PLAIN, gray: true", "undithered: 'line-art'"],
    "line art, PICO-8": [PICO, "undithered: 'line-art'"],
    "line art, PICO-8, brightness": [`${PICO}, undithered: 'line-art'`, "brightness: 1.1"],
    "line art, PICO-8 to C64": [`${PICO}, undithered: 'line-art'`, C64],
    "line art, a panel, diffuse": [`${PICO}, ${PANEL}, method: 'diffuse'`, "undithered: 'line-art'"],
    "line art, web-safe": ["...PLAIN, ...paletteChoices(PALETTES['web-safe']), target: 'palette'", "undithered: 'line-art'"],
};
const DRAGGED = ["...PLAIN", PICO, `${PICO}, method: 'diffuse'`, `${PICO}, undithered: 'line-art'`];

// Call `seen` when a preview, and when the result, has been painted.
function onPaint(seen) {
    for (const name of ["setPreview", "setResult"]) {
        view[name] = (...given) => {
            View.prototype[name].apply(view, given);
            requestAnimationFrame(() => setTimeout(() => seen(name), 0));
        };
    }
}

async function change(changes) {
    const start = performance.now();
    let [preview, whole] = [null, null];
    onPaint((name) => {
        if (name === "setPreview") preview ??= performance.now() - start;
        else whole = performance.now() - start;
    });
    let [gap, last] = [0, start];
    const beat = () => {
        const now = performance.now();
        [gap, last] = [Math.max(gap, now - last), now];
        if (whole === null) setTimeout(beat, 0);
    };
    beat();
    if (changes) choose(changes);
    else $("own").click();
    await settled();
    while (whole === null) await new Promise((then) => setTimeout(then, 5));
    return { preview: preview ?? whole, whole, gap };
}

// Return how many pictures a slider shows that moves 40 times in 2 seconds, and the longest time without one.
async function drag() {
    const times = [performance.now()];
    onPaint(() => times.push(performance.now()));
    for (let move = 0; move < 40; move++) {
        choose({ brightness: 0.8 + move / 100 }, "brightness");
        await new Promise((then) => setTimeout(then, 50));
    }
    await settled();
    return { shown: times.length - 1, gap: Math.max(...times.slice(1).map((time, i) => time - times[i])) };
}

const browser = await launched(name, executablePath);
const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
page.setDefaultTimeout(240000);
await page.goto(pathToFileURL(resolve(html)).href);
await settled(page);
if (photo) await page.locator("#file").setInputFiles(photo);
else {
    await page.evaluate(async () => {
        const sample = pixelCanvas(drawnSample("dusk.png", { width: 2000, height: 2000 }));
        const large = canvasOf(4243, 2828);
        large.getContext("2d").drawImage(sample, 0, 0, large.width, large.height);
        await openStill(await new Promise((take) => large.toBlob(take, "image/jpeg", 0.95)), { name: "large.jpg", onDisk: true });
    });
}
await page.waitForFunction(() => opened.reduced !== null);
await settled(page);
await page.evaluate(`${onPaint}`.replace("function onPaint", "globalThis.onPaint = function"));
const seconds = (value) => (value / 1000).toFixed(2).padStart(8);
console.log(`${"seconds, the median of 3".padEnd(34)} preview   whole     gap`);
for (const [title, [before, after]] of Object.entries(CHANGES)) {
    if (!title.includes(wanted)) continue;
    const runs = [];
    for (let run = 0; run < REPEATS; run++) {
        await page.evaluate(`choose({ ${before} }), settled()`);
        // A person sees the picture before changing it.
        await page.evaluate(() => new Promise((then) => requestAnimationFrame(() => setTimeout(then, 300))));
        runs.push(await page.evaluate(`(${change})(${after && `{ ${after} }`})`));
    }
    const median = (of) => runs.map((run) => run[of]).sort((one, other) => one - other)[Math.floor(REPEATS / 2)];
    console.log(title.padEnd(34), ...["preview", "whole", "gap"].map((of) => seconds(median(of))));
}
console.log(`\n${"brightness dragged for 2 seconds".padEnd(34)}   shown  longest gap`);
for (const before of wanted ? [] : DRAGGED) {
    await page.evaluate(`choose({ ${before} }), settled()`);
    const { shown, gap } = await page.evaluate(`(${drag})()`);
    console.log(before.replace(PICO, "PICO-8").padEnd(34), String(shown).padStart(7), seconds(gap));
}
await browser.close();
