// Measures how long the page of `dither studio` takes with a photo of 12 megapixels: from a change to the preview and to
// the whole result, and the longest time for which the page does not answer. No test depends on it.
//
//     dither studio -o studio.html && node measure.mjs chromium /usr/bin/chromium studio.html [PHOTO]
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { launched, settled } from "./hands.mjs";

const [name, executablePath, html, photo] = process.argv.slice(2);
const REPEATS = 3;

// What is changed, as code of the page.
const CHANGES = {
    "one bit": "takeLook(LOOKS[0])",
    "one bit, contrast": "choose({ contrast: 0.8 + Math.random() })",
    "eight colours": "takeLook(LOOKS[1])",
    "eight colours, gamma": "choose({ gamma: 0.8 + Math.random() / 2 })",
    "PICO-8": "takeLook(LOOKS[2])",
    "PICO-8, saturation": "choose({ saturation: 0.8 + Math.random() })",
    "PICO-8, Bayer": "choose({ matrix: 'bayer-8x8' })",
    "Commodore 64, 320 pixels wide": "takeLook(LOOKS[5])",
    "six inks": "takeLook(LOOKS[8])",
    "one bit, shadows": "choose({ ...PLAIN, gray: true, shadows: Math.random() })",
    "eight colours, shadows": "choose({ ...PLAIN, shadows: Math.random() })",
    "Floyd–Steinberg, eight colours": "choose({ ...PLAIN, method: 'diffuse', gamma: 0.8 + Math.random() / 2 })",
    "Floyd–Steinberg, PICO-8": "choose({ ...PLAIN, ...paletteChoices(PALETTES['pico-8']), target: 'palette', method: 'diffuse', gamma: 0.8 + Math.random() / 2 })",
};

async function change(act) {
    const show = view.setPreview.bind(view);
    const start = performance.now();
    let preview = null;
    view.setPreview = (...given) => {
        show(...given);
        preview ??= performance.now() - start;
    };
    let [gap, last, isRunning] = [0, start, true];
    const beat = () => {
        const now = performance.now();
        [gap, last] = [Math.max(gap, now - last), now];
        if (isRunning) setTimeout(beat, 0);
    };
    beat();
    eval(act);
    await settled();
    isRunning = false;
    delete view.setPreview;
    return { preview, whole: performance.now() - start, gap };
}

const browser = await launched(name, executablePath);
const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
page.setDefaultTimeout(120000);
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
const seconds = (value) => (value === null ? "-" : (value / 1000).toFixed(2)).padStart(8);
console.log(`${"seconds, the median of 3".padEnd(34)} preview   whole     gap`);
for (const [title, act] of Object.entries(CHANGES)) {
    const runs = [];
    for (let run = 0; run < REPEATS; run++) {
        // Another look between, so that nothing is as it was.
        if (run > 0 && !act.includes("random")) await page.evaluate("takeLook(LOOKS[7]), settled()");
        runs.push(await page.evaluate(`(${change})(${JSON.stringify(act)})`));
    }
    const median = (of) => runs.map((run) => run[of]).sort((one, other) => one - other)[Math.floor(REPEATS / 2)];
    console.log(title.padEnd(34), ...["preview", "whole", "gap"].map((of) => seconds(median(of))));
}
await browser.close();
