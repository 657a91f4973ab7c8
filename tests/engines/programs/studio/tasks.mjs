// What designers do in tools such as Ditherit, Dithermark, Dither Boy and didder, done on the page without a shell. Each
// goes on from where the one before has left the page, and throws if it fails.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { command, drop, look, openByButton, pick, radio, saved, settled, type } from "./hands.mjs";

const swatches = (page) => page.getByRole("button", { name: /^Colour \d+, / });
const click = (page, name) => page.getByRole("button", { name, exact: true }).click();

async function holds(page, text) {
    await settled(page);
    const shown = await command(page);
    assert.ok(shown.includes(text), `${text} is not in: ${shown}`);
}

export const TASKS = {
    async "see a preview of a large photo at once"(page, job) {
        await page.evaluate(() => {
            const show = view.setPreview.bind(view);
            globalThis.previews = 0;
            view.setPreview = (...given) => {
                globalThis.previews++;
                show(...given);
            };
        });
        await openByButton(page, job, "large.png");
        await look(page, "One bit");
        await settled(page);
        await type(page, "Contrast in %", "130");
        await settled(page);
        assert.ok(await page.evaluate(() => globalThis.previews > 0), "no preview was shown");
        assert.ok(await page.evaluate(() => view.isExact), "the preview stayed");
        // A slider that is dragged shows previews on its way.
        const shown = await page.evaluate(async () => {
            const before = globalThis.previews;
            for (let move = 0; move < 60; move++) {
                choose({ contrast: 1 + move / 100 }, "contrast");
                await new Promise((then) => setTimeout(then, 20));
            }
            return globalThis.previews - before;
        });
        assert.ok(shown >= 2, `${shown} previews were shown during 60 moves`);
    },
    async "choose a palette by its colours"(page, job) {
        await openByButton(page, job, "photo.png");
        await look(page, "PICO-8");
        const strip = page.locator('#palette option[value="c64"] i');
        assert.equal(await strip.count(), 16);
        assert.equal(await page.locator('#palette option[value="c64"]').textContent(), "Commodore 64 (16)");
        await pick(page, "Palette", "c64");
        await holds(page, "--palette c64");
        await pick(page, "Match by", "lightness");
        await holds(page, "--palette c64 --intent lightness");
    },
    async "paste a list from Lospec, or its address"(page) {
        if (!(await page.locator("#pasted").isVisible())) await page.getByText("Paste or load a palette").click();
        await type(page, "Colours in hexadecimal", "https://lospec.com/palette-list/sweetie-16");
        await click(page, "Use these colours");
        await page.getByRole("alert").getByText("download “sweetie-16” as HEX File").waitFor();
        await type(page, "Colours in hexadecimal", "1a1c2c\n5d275d\nb13e53\nffcd75");
        await click(page, "Use these colours");
        await holds(page, "'#1a1c2c,#5d275d,#b13e53,#ffcd75'");
    },
    async "take 6 colours from the picture"(page) {
        await type(page, "Number of colours to extract", "6");
        await click(page, "Extract 6 colours");
        await settled(page);
        assert.equal(await swatches(page).count(), 6);
    },
    async "change a colour, and save the palette for Aseprite"(page, job, out) {
        await swatches(page).first().click();
        await type(page, "Colour in hexadecimal", "#123456");
        await settled(page);
        await saved(page, page.getByRole("button", { name: ".gpl" }), join(out, "mine.gpl"));
        const lines = readFileSync(join(out, "mine.gpl"), "utf8").split("\n");
        assert.equal(lines[0], "GIMP Palette");
        assert.ok(lines.includes(" 18  52  86\t#123456"), lines.join("|"));
    },
    async "type an exact number beside a slider"(page) {
        await type(page, "Contrast in %", "117");
        await type(page, "Gamma as a number", "1.07");
        await holds(page, "--gamma 1.07");
        await holds(page, "--contrast 1.17");
    },
    async "make pixel art 90 pixels wide, each pixel four"(page) {
        await type(page, "Width in pixels", "90");
        await type(page, "Pixel scale as a number", "4");
        await settled(page);
        await page.locator("#about-picture", { hasText: "→ 360 × 244" }).or(page.locator("#about-picture", { hasText: "360 × 244" })).waitFor();
    },
    async "try the methods of error diffusion"(page) {
        await look(page, "One bit");
        await radio(page, "Error diffusion");
        await pick(page, "Kernel", "ostromoukhov");
        await holds(page, "--kernel ostromoukhov");
        await radio(page, "curve");
        await holds(page, "--method curve");
        await radio(page, "dots");
        await holds(page, "--method dots");
    },
    async "break up worms, and diffuse less"(page) {
        await radio(page, "rows");
        await type(page, "Noise in %", "25");
        await pick(page, "Break up patterns with", "blue-64x64");
        await type(page, "Diffusion in %", "60");
        await holds(page, "--amount 0.6 --threshold-noise 0.25 --matrix blue-64x64");
    },
    async "open up the shadows"(page) {
        await type(page, "Shadows in %", "45");
        await type(page, "Auto contrast in %", "0.5");
        await holds(page, "--auto-contrast 0.5 --shadows 0.45");
        await click(page, "Reset");
        await settled(page);
        assert.ok(!(await command(page)).includes("--shadows"));
    },
    async "fit an e-ink panel with bars of a colour"(page) {
        await look(page, "E-ink, 6 inks");
        await page.getByRole("button", { name: "Size of the panel" }).click();
        await type(page, "Background colour", "#ff0000");
        await holds(page, "--resize 800x480 --fit contain --background '#ff0000'");
    },
    async "keep the text of a poster sharp"(page, job) {
        await openByButton(page, job, "page.png");
        await look(page, "One bit");
        await pick(page, "Leave undithered", "lines and text");
        await holds(page, "--line-art");
        await page.locator("#mask-file").setInputFiles(join(job, "clip.gif"));
        await page.getByRole("alert").getByText("The mask has 80 × 60 pixels").waitFor();
    },
    async "cut out a logo"(page, job) {
        await drop(page, job, "it's clear.png");
        await page.locator("#about-picture", { hasText: "it's clear.png" }).waitFor();
        await look(page, "PICO-8");
        await pick(page, "Transparency", "threshold");
        await holds(page, "--alpha threshold");
    },
    async "undo and redo"(page, job) {
        await openByButton(page, job, "photo.png");
        await look(page, "One bit");
        await holds(page, "--bits 1");
        await type(page, "Levels per channel", "5");
        await holds(page, "--levels 5");
        await click(page, "Undo");
        await holds(page, "--bits 1");
        await click(page, "Undo");
        await holds(page, "--palette pico-8");
        await click(page, "Redo");
        await click(page, "Redo");
        await holds(page, "--levels 5");
    },
    async "work by keys alone"(page) {
        await look(page, "One bit");
        await page.getByRole("slider", { name: "Contrast", exact: true }).focus();
        await page.keyboard.press("ArrowRight");
        await holds(page, "--contrast 1.05");
        await page.keyboard.press("v");
        await page.locator("#grid figcaption", { hasText: "Bayer 8×8" }).waitFor();
        await page.keyboard.press("v");
        await page.keyboard.press("c");
        await page.getByText("Dithered", { exact: true }).waitFor();
        await page.keyboard.press("c");
        await page.keyboard.press("Control+z");
        await settled(page);
        assert.ok(!(await command(page)).includes("--contrast"));
    },
    async "reload the page and go on"(page) {
        await look(page, "Newsprint");
        await type(page, "Levels per channel", "6");
        await settled(page);
        await page.reload();
        await holds(page, "--levels 6 --gray --matrix dots-8x8");
    },
    async "save a look and use it on another picture"(page, job) {
        await look(page, "Macintosh");
        await type(page, "Contrast in %", "140");
        await type(page, "Name of this look", "Punchy Mac");
        await click(page, "Save look");
        await openByButton(page, job, "large.png");
        await look(page, "One bit");
        await click(page, "Punchy Mac");
        await holds(page, "--kernel atkinson");
        await holds(page, "--contrast 1.4");
        await click(page, "Delete the look Punchy Mac");
    },
    async "send the settings, as a link and as a file"(page, job, out) {
        const wanted = await command(page);
        const link = await page.evaluate(() => linkOf(choices));
        await saved(page, page.getByRole("button", { name: "Save settings" }), join(out, "dither-settings.json"));
        await look(page, "One bit");
        await settled(page);
        await page.evaluate((hash) => (location.hash = hash), new URL(link).hash);
        await page.waitForFunction((text) => document.querySelector("#command").textContent === text, wanted);
        await look(page, "One bit");
        await settled(page);
        await drop(page, out, "dither-settings.json");
        await page.waitForFunction((text) => document.querySelector("#command").textContent === text, wanted);
        await click(page, "Copy link");
        await page.getByRole("status").getByText("Link copied.").waitFor({ state: "attached" });
    },
    async "copy the picture to another program"(page) {
        await click(page, "Copy picture");
        await page.getByRole("status").getByText("Picture copied.").waitFor({ state: "attached" });
    },
    async "compare four variants"(page, job) {
        await openByButton(page, job, "photo.png");
        await look(page, "PICO-8");
        await click(page, "2×2");
        const third = page.getByRole("button", { name: "Variant 3", exact: true });
        await page.waitForFunction(() => [...document.querySelectorAll("#grid canvas")].every((canvas) => canvas.width === 250));
        const wanted = await page.locator("#grid code").nth(2).textContent();
        await third.click();
        await settled(page);
        assert.equal(await command(page), wanted);
        assert.equal(await third.getAttribute("aria-pressed"), "true");
        await type(page, "Contrast in %", "120");
        await page.locator("#grid code").nth(2).getByText("--contrast 1.2").waitFor();
        await click(page, "Undo");
        await page.waitForFunction(() => !document.querySelectorAll("#grid code")[2].textContent.includes("--contrast"));
        await openByButton(page, job, "mask.png");
        await page.waitForFunction(() => [...document.querySelectorAll("#grid code")].every((code) => code.textContent.includes("mask.png")));
        await page.waitForFunction(() => [...document.querySelectorAll("#grid canvas")].every((canvas) => canvas.getContext("2d").getImageData(0, 0, 1, 1).data.slice(0, 3).every((value) => value > 200)));
    },
    async "take a picture with the camera"(page) {
        await click(page, "2×2");
        await click(page, "Camera");
        await page.locator("#about-picture", { hasText: "camera.png" }).waitFor();
        await click(page, "Take picture");
        await page.waitForFunction(() => opened.file?.size > 60 && document.querySelector("#camera-label").textContent === "Camera");
        await holds(page, "camera.png");
    },
    async "fill the width of a phone"(page, job) {
        await page.setViewportSize({ width: 390, height: 800 });
        await openByButton(page, job, "photo.png");
        await look(page, "PICO-8");
        await settled(page);
        const ends = await page.evaluate(async () => {
            await new Promise((resolve) => setTimeout(resolve, 100));
            const canvas = document.querySelector("#view");
            const { data } = canvas.getContext("2d").getImageData(0, Math.round(canvas.height * 0.4), canvas.width, 1);
            const wide = [...document.querySelectorAll(".bar, .tools, .panel")].filter((part) => part.scrollWidth > part.clientWidth + 1 || part.getBoundingClientRect().right > innerWidth + 1);
            return [data[3], data.at(-1), wide.length];
        });
        assert.deepEqual(ends, [255, 255, 0]);
        await page.setViewportSize({ width: 1100, height: 760 });
    },
    async "play an animation, scrub it and save it"(page, job, out) {
        await openByButton(page, job, "clip.gif");
        await page.locator("#frame", { hasText: "1 / 4" }).waitFor();
        await type(page, "Frame", "2");
        await page.locator("#frame", { hasText: "3 / 4" }).waitFor();
        await settled(page);
        await click(page, "Play");
        await page.locator("#frame", { hasText: "2 / 4" }).waitFor();
        await click(page, "Pause");
        await settled(page);
        await look(page, "PICO-8");
        // A matrix with frames: each frame of the animation takes the next one.
        await drop(page, job, "frames.npy");
        await page.waitForFunction(() => choices.matrix === "frames.npy");
        await settled(page);
        await saved(page, page.getByRole("button", { name: "Download animated GIF" }), join(out, "clip.gif"));
        await settled(page);
    },
};
