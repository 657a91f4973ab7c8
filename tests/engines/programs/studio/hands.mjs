// What a person does on the page of `dither studio`, and the browsers to do it in.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as playwright from "playwright-core";

const CHROMIUM = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];
const FIREFOX = { "media.navigator.streams.fake": true, "media.navigator.permission.disabled": true };

// Start Chromium, or the Firefox of the system, which takes WebDriver BiDi.
export async function launched(name, executablePath) {
    if (name === "chromium") return playwright.chromium.launch({ executablePath, args: CHROMIUM });
    const browser = await playwright.firefox.launch({ executablePath, channel: "moz-firefox", firefoxUserPrefs: FIREFOX });
    // Releases for the long term lack a command that playwright sends for each page; the tests do not need it.
    const session = Object.getPrototypeOf(browser._connection.toImpl(browser)._browserSession);
    const { send } = session;
    session.send = async function (method, ...rest) {
        return method === "emulation.setMediaFeaturesOverride" ? {} : send.call(this, method, ...rest);
    };
    return browser;
}

export async function settled(page) {
    await page.waitForSelector("body[data-state=ready]");
}

// Choose files as the file dialog does.
export async function openByButton(page, job, name) {
    await page.locator("#file").setInputFiles(join(job, name));
    await page.locator("#about-picture", { hasText: name }).waitFor({ state: "attached" });
    await settled(page);
}

export async function drop(page, job, name, onto = "#stage") {
    const content = [...readFileSync(join(job, name))];
    await page.evaluate(
        ([bytes, title, target]) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([Uint8Array.from(bytes)], title));
            for (const type of ["dragenter", "drop"]) document.querySelector(target).dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
        },
        [content, name, onto],
    );
}

// Save what a button downloads; Firefox reports no downloads over BiDi, so there the page hands the file over.
export async function saved(page, button, path) {
    const target = (suggested) => (typeof path === "function" ? path(suggested) : path);
    if (isFirefox(page)) {
        await page.evaluate(() => {
            globalThis.handed = null;
            globalThis.save = async (blob, name) => (globalThis.handed = { name, bytes: [...new Uint8Array(await blob.arrayBuffer())] });
        });
        await button.click();
        await page.waitForFunction(() => globalThis.handed !== null);
        const { name, bytes } = await page.evaluate(() => globalThis.handed);
        writeFileSync(target(name), Uint8Array.from(bytes));
        return name;
    }
    const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
    await download.saveAs(target(download.suggestedFilename()));
    return download.suggestedFilename();
}

function isFirefox(page) {
    return page.context().browser().browserType().name() === "firefox";
}

// Replace the text of a field; over BiDi it would be typed after that of a number.
export async function type(page, label, text) {
    const field = page.getByLabel(label, { exact: true });
    if (!isFirefox(page)) return field.fill(text);
    return field.evaluate((input, value) => {
        input.value = value;
        for (const event of ["input", "change"]) input.dispatchEvent(new Event(event, { bubbles: true }));
    }, text);
}

export const look = (page, name) => page.getByRole("button", { name, exact: true }).click();
export const radio = (page, name) => page.getByRole("radio", { name, exact: true }).check({ force: true });
export const pick = (page, label, value) => page.getByRole("combobox", { name: label, exact: true }).selectOption(value);
export const flip = (page, name) => page.getByRole("switch", { name }).click();
export const command = (page) => page.locator("#command").textContent();
