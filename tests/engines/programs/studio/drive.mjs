// Uses the page of `dither studio` as a person does, in one headless Chromium that has no network: opens
// pictures, clicks, types, downloads, and keeps the command that the page shows for each.
//
//     node drive.mjs CHROMIUM JOB
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [executablePath, job] = process.argv.slice(2);

async function settled(page) {
    await page.waitForSelector("body[data-state=ready]");
}

async function openByButton(page, name) {
    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.getByRole("button", { name: "Open picture" }).click()]);
    await chooser.setFiles(join(job, name));
    await page.getByText(name, { exact: false }).first().waitFor();
}

async function drop(page, name) {
    const content = [...readFileSync(join(job, name))];
    const carried = await page.evaluateHandle(
        ([bytes, title]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([Uint8Array.from(bytes)], title));
            return transfer;
        },
        [content, name],
    );
    await page.dispatchEvent("#stage", "dragenter", { dataTransfer: carried });
    await page.dispatchEvent("#stage", "drop", { dataTransfer: carried });
}

const look = (page, name) => page.getByRole("button", { name, exact: true }).click();
const radio = (page, name) => page.getByRole("radio", { name, exact: true }).check({ force: true });
const pick = (page, label, value) => page.getByRole("combobox", { name: label, exact: true }).selectOption(value);
const type = (page, label, text) => page.getByLabel(label, { exact: true }).fill(text);
const flip = (page, name) => page.getByRole("switch", { name }).click();

// Each goes on from where the one before has left the page.
const CASES = {
    async "one bit"(page) {
        await openByButton(page, "photo.png");
        await look(page, "One bit");
    },
    async "four levels by Bayer"(page) {
        await flip(page, "Grey");
        await type(page, "Levels per channel", "4");
        await radio(page, "encoded");
        await pick(page, "Matrix", "bayer-8x8");
    },
    async "sixteen greys in linear light"(page) {
        await look(page, "E-ink, 16 greys");
        await pick(page, "Matrix", "blue-128x128");
    },
    async "a matrix for each channel"(page) {
        await look(page, "Eight colours");
        await type(page, "Levels per channel", "5");
        await type(page, "Strength", "0.45");
        await type(page, "Brightness", "1.15");
        await type(page, "Saturation", "1.4");
    },
    async "a small picture enlarged"(page) {
        await look(page, "Game Boy");
    },
    async "a palette by gradient noise"(page) {
        await look(page, "PICO-8");
        await pick(page, "Matrix", "gradient-noise-128x128");
    },
    async "mixtures of two"(page) {
        await pick(page, "Palette", "c64");
        await type(page, "Colours per mixture", "2");
        await radio(page, "encoded");
        await pick(page, "Matrix", "blue-256x256");
    },
    async "a panel at its size"(page) {
        await pick(page, "Palette", "panel black-white-yellow-red-4.2");
        await pick(page, "Intent", "relative");
        await radio(page, "linear");
        await page.getByRole("button", { name: "Size of the panel" }).click();
    },
    async "pasted colours, one of them changed"(page) {
        await look(page, "E-ink, 6 inks");
        await page.getByText("Paste or load a palette").click();
        await type(page, "Colours in hexadecimal", "1a1c2c\n5d275d\nb13e53\nef7d57\nffcd75\na7f070");
        await page.getByRole("button", { name: "Use these" }).click();
        await page.getByRole("button", { name: "Colour 2, #5d275d" }).click();
        await type(page, "Colour in hexadecimal", "#4b5bab");
        await page.getByRole("button", { name: "Add a colour" }).click();
        await page.getByRole("button", { name: "Colour 1, #1a1c2c" }).click();
        await page.getByRole("button", { name: "Remove" }).click();
    },
    async "colours of the picture"(page) {
        await type(page, "Extract colours", "5");
        await page.getByRole("button", { name: "Extract colours from the picture" }).click();
    },
    async "files of one's own"(page) {
        await drop(page, "mine.gpl");
        await drop(page, "mine.npy");
        await page.waitForFunction(() => document.querySelector("#matrix").value === "mine.npy");
    },
    async "error diffusion to levels"(page) {
        await look(page, "Macintosh");
        await type(page, "Levels per channel", "3");
        await radio(page, "linear");
    },
    async "error diffusion to a palette"(page) {
        await radio(page, "Palette");
        await pick(page, "Palette", "web-safe");
        await pick(page, "Kernel", "jarvis-judice-ninke");
    },
    async "error diffusion to a panel"(page) {
        await pick(page, "Palette", "panel game-boy");
    },
    async "a dropped picture with alpha"(page) {
        await drop(page, "it's clear.png");
        await page.getByText("it's clear.png").first().waitFor();
        await look(page, "Eight colours");
    },
    async "alpha resized, to a palette"(page) {
        await look(page, "PICO-8");
        await type(page, "Width in pixels", "37");
    },
    async "turned to the frame, and cut"(page) {
        await openByButton(page, "photo.png");
        await look(page, "E-ink, 16 greys");
        await type(page, "Width in pixels", "90");
        await type(page, "Height in pixels", "120");
        await radio(page, "cover");
        await pick(page, "Rotate", "auto");
        await type(page, "Exposure", "0.75");
        await type(page, "Gamma", "1.2");
    },
    async "turned, with bars"(page) {
        await look(page, "Eight colours");
        await type(page, "Height in pixels", "200");
        await type(page, "Width in pixels", "150");
        await pick(page, "Rotate", "270");
    },
    async "the page's own picture"(page) {
        await page.getByLabel("Built-in picture").selectOption("marbles.png");
        await page.getByText("marbles.png").first().waitFor();
        await look(page, "Newsprint");
    },
};

async function saved(page, button, path) {
    const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
    await download.saveAs(path ?? join(job, download.suggestedFilename()));
    return download.suggestedFilename();
}

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"] });
const report = { asked: [], errors: [], cases: {} };
try {
    const context = await browser.newContext({ offline: true, viewport: { width: 1100, height: 760 } });
    const page = await context.newPage();
    page.setDefaultTimeout(20000);
    page.on("request", (request) => report.asked.push(request.url().slice(0, 80)));
    page.on("pageerror", (error) => report.errors.push(error.stack));
    page.on("console", (message) => report.errors.push(message.text()));
    await page.goto(pathToFileURL(join(job, "studio.html")).href);
    await settled(page);
    for (const [name, act] of Object.entries(CASES)) {
        await act(page);
        await settled(page);
        for (const button of await page.locator("#needs button").all()) await saved(page, button);
        const file = `${Object.keys(report.cases).length}.png`;
        const suggested = await saved(page, page.getByRole("button", { name: "Download PNG" }), join(job, file));
        const looks = page.getByRole("button", { name: "Download as it looks" });
        const asItLooks = (await looks.isVisible()) ? `on the panel ${file}` : null;
        if (asItLooks) await saved(page, looks, join(job, asItLooks));
        report.cases[name] = { command: await page.locator("#command").textContent(), file, suggested, asItLooks };
    }
} finally {
    writeFileSync(join(job, "report.json"), JSON.stringify(report));
    await browser.close();
}
