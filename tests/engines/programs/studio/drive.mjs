// Uses the page of `dither studio` as a person does, in one browser that has no network: opens pictures, clicks, types,
// downloads, and keeps the command that the page shows for each case; then does a designer's tasks.
//
//     node drive.mjs chromium|firefox PROGRAM JOB
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CASES } from "./cases.mjs";
import { command, launched, saved, settled } from "./hands.mjs";
import { TASKS } from "./tasks.mjs";

const [name, executablePath, job] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// Return what a checker of accessibility complains of; it crashes the Firefox of Debian 12.
async function barriers(page) {
    if (name === "firefox") return [];
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" ")}`);
}

async function done(page, act) {
    try {
        await act(page, job);
        await settled(page);
        return "";
    } catch (error) {
        return String(error.stack).slice(0, 1500);
    }
}

const browser = await launched(name, executablePath);
const report = { asked: [], errors: [], cases: {}, tasks: {}, barriers: {} };
const out = join(job, name);
mkdirSync(out);
try {
    const context = await browser.newContext({ ...(name === "chromium" && { offline: true }), viewport: { width: 1100, height: 760 } });
    if (name === "chromium") await context.grantPermissions(["clipboard-read", "clipboard-write", "camera"]);
    const page = await context.newPage();
    page.setDefaultTimeout(20000);
    page.on("request", (request) => report.asked.push(request.url().slice(0, 80)));
    page.on("pageerror", (error) => report.errors.push(error.stack));
    if (name === "chromium") page.on("console", (message) => report.errors.push(message.text()));
    await page.goto(pathToFileURL(join(job, "studio.html")).href);
    await settled(page);
    report.barriers.first = await barriers(page);
    for (const [title, act] of Object.entries(CASES)) {
        await act(page, job);
        await settled(page);
        for (const button of await page.locator("#needs button:visible").all()) await saved(page, button, (suggested) => join(job, suggested));
        const file = join(out, `${Object.keys(report.cases).length}.png`);
        const suggested = await saved(page, page.getByRole("button", { name: "Download PNG" }), file);
        const looks = page.getByRole("button", { name: "Download as it looks" });
        const asItLooks = (await looks.isVisible()) ? `${file}-panel.png` : null;
        if (asItLooks) await saved(page, looks, asItLooks);
        report.cases[title] = { command: await command(page), file, suggested, asItLooks };
    }
    for (const [title, act] of Object.entries(TASKS)) {
        report.tasks[title] = await done(page, (...rest) => act(...rest, out));
        if (title === "compare four variants") report.barriers.variants = await barriers(page);
    }
    report.animation = { command: await command(page), file: join(out, "clip.gif") };
    report.barriers.animation = await barriers(page);
} finally {
    writeFileSync(join(out, "report.json"), JSON.stringify(report));
    await browser.close();
}
