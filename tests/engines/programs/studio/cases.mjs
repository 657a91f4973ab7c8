// Settings whose download must equal the file that the command shown with it writes.
import { join } from "node:path";
import { drop, flip, look, openByButton, pick, radio, type } from "./hands.mjs";

// Each goes on from where the one before has left the page.
export const CASES = {
    async "one bit"(page, job) {
        await openByButton(page, job, "photo.png");
        await look(page, "One bit");
    },
    async "four levels by Bayer"(page, job) {
        await flip(page, "Grey");
        await type(page, "Levels per channel", "4");
        await radio(page, "encoded");
        await pick(page, "Matrix", "bayer-8x8");
    },
    async "sixteen greys in linear light"(page, job) {
        await look(page, "E-ink, 16 greys");
        await pick(page, "Matrix", "blue-128x128");
    },
    async "a matrix for each channel"(page, job) {
        await look(page, "Eight colours");
        await type(page, "Levels per channel", "5");
        await type(page, "Strength", "0.45");
        await type(page, "Brightness", "1.15");
        await type(page, "Saturation", "1.4");
    },
    async "a small picture enlarged"(page, job) {
        await look(page, "Game Boy");
    },
    async "a palette by gradient noise"(page, job) {
        await look(page, "PICO-8");
        await pick(page, "Matrix", "gradient-noise-128x128");
    },
    async "mixtures of two"(page, job) {
        await pick(page, "Palette", "c64");
        await type(page, "Colours per mixture", "2");
        await radio(page, "encoded");
        await pick(page, "Matrix", "blue-256x256");
    },
    async "a panel at its size"(page, job) {
        await pick(page, "Palette", "panel black-white-yellow-red-4.2");
        await pick(page, "Match by", "relative");
        await radio(page, "linear");
        await page.getByRole("button", { name: "Size of the panel" }).click();
    },
    async "pasted colours, one of them changed"(page, job) {
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
    async "colours of the picture"(page, job) {
        await type(page, "Number of colours to extract", "5");
        await page.getByRole("button", { name: "Extract 5 colours" }).click();
    },
    async "files of one's own"(page, job) {
        await drop(page, job, "mine.gpl");
        await drop(page, job, "mine.npy");
        await page.waitForFunction(() => document.querySelector("#matrix").value === "mine.npy");
    },
    async "error diffusion to levels"(page, job) {
        await look(page, "Macintosh");
        await type(page, "Levels per channel", "3");
        await radio(page, "linear");
    },
    async "error diffusion to a palette"(page, job) {
        await radio(page, "Palette");
        await pick(page, "Palette", "web-safe");
        await pick(page, "Kernel", "jarvis-judice-ninke");
    },
    async "error diffusion to a panel"(page, job) {
        await pick(page, "Palette", "panel game-boy");
    },
    async "a dropped picture with alpha"(page, job) {
        await drop(page, job, "it's clear.png");
        await page.locator("#about-picture", { hasText: "it's clear.png" }).waitFor();
        await look(page, "Eight colours");
    },
    async "alpha resized, to a palette"(page, job) {
        await look(page, "PICO-8");
        await type(page, "Width in pixels", "37");
    },
    async "turned to the frame, and cut"(page, job) {
        await openByButton(page, job, "photo.png");
        await look(page, "E-ink, 16 greys");
        await type(page, "Width in pixels", "90");
        await type(page, "Height in pixels", "120");
        await radio(page, "cover");
        await pick(page, "Rotate", "auto");
        await type(page, "Exposure", "0.75");
        await type(page, "Gamma", "1.2");
    },
    async "turned, with bars"(page, job) {
        await look(page, "Eight colours");
        await type(page, "Height in pixels", "200");
        await type(page, "Width in pixels", "150");
        await pick(page, "Rotate", "270");
    },
    async "Ostromoukhov with noise"(page) {
        await look(page, "One bit");
        await radio(page, "Error diffusion");
        await pick(page, "Kernel", "ostromoukhov");
        await type(page, "Noise in %", "30");
        await type(page, "Seed of the noise", "5");
        await type(page, "Shadows in %", "40");
    },
    async "less diffusion, broken up by a matrix"(page) {
        await look(page, "PICO-8");
        await radio(page, "Error diffusion");
        await type(page, "Diffusion in %", "70");
        await pick(page, "Break up patterns with", "bayer-8x8");
        await flip(page, "Clamp");
    },
    async "along a curve"(page) {
        await radio(page, "curve");
        await type(page, "Auto contrast in %", "2");
    },
    async "by dots, to 332"(page) {
        await look(page, "Eight colours");
        await page.getByRole("button", { name: "332", exact: true }).click();
        await radio(page, "Error diffusion");
        await radio(page, "dots");
    },
    async "dithered transparency"(page, job) {
        await drop(page, job, "it's clear.png");
        await page.locator("#about-picture", { hasText: "it's clear.png" }).waitFor();
        await pick(page, "Transparency", "dither");
    },
    async "a background"(page) {
        await look(page, "PICO-8");
        await type(page, "Background colour", "#dc3214");
        await type(page, "Width in pixels", "80");
        await type(page, "Height in pixels", "80");
    },
    async "line art to levels"(page, job) {
        await openByButton(page, job, "page.png");
        await look(page, "E-ink, 16 greys");
        await type(page, "Levels per channel", "2");
        await pick(page, "Leave undithered", "line-art");
    },
    async "line art to a panel, by error diffusion"(page) {
        await pick(page, "Leave undithered", "line-art");
        await radio(page, "Palette");
        await pick(page, "Palette", "panel spectra-6-7.3");
        await radio(page, "Error diffusion");
        await pick(page, "Match by", "relative");
    },
    async "line art with transparency, resized"(page, job) {
        await openByButton(page, job, "clear page.png");
        await look(page, "PICO-8");
        await pick(page, "Leave undithered", "line-art");
        await type(page, "Width in pixels", "300");
    },
    async "a dropped mask"(page, job) {
        await openByButton(page, job, "photo.png");
        await look(page, "One bit");
        await drop(page, job, "mask.png", "#drop-mask");
        await page.waitForFunction(() => choices.undithered === "mask");
    },
    async "a mask that is resized and turned"(page, job) {
        await look(page, "PICO-8");
        await radio(page, "Error diffusion");
        await type(page, "Width in pixels", "120");
        await type(page, "Height in pixels", "150");
        await pick(page, "Rotate", "90");
        await page.locator("#mask-file").setInputFiles(join(job, "mask.png"));
        await page.waitForFunction(() => choices.undithered === "mask");
    },
    async "a kernel of one's own"(page, job) {
        await look(page, "One bit");
        await drop(page, job, "mine.json");
        await page.waitForFunction(() => choices.kernel === "mine.json");
    },
    async "a matrix file of channels"(page, job) {
        await look(page, "Eight colours");
        await drop(page, job, "channels.npy");
        await page.waitForFunction(() => choices.matrix === "channels.npy");
    },
    async "the page's own picture"(page, job) {
        await page.getByLabel("Built-in picture").selectOption("marbles.png");
        await page.locator("#about-picture", { hasText: "marbles.png" }).waitFor();
        await look(page, "Newsprint");
    },
};
