// Reads a report as a person does: moves its slider, chooses a view, goes along a chart. What it saw is
// written as JSON on standard output, and a picture of one patch beside the page.
//
//     node report.mjs CHROMIUM PAGE DESCRIPTION
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [executablePath, path, description] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(30000);
    const seen = { errors: [], requests: [] };
    page.on("pageerror", (error) => seen.errors.push(error.message));
    page.on("console", (message) => seen.errors.push(message.text()));
    page.on("request", (request) => seen.requests.push(request.url().slice(0, 5)));
    await page.goto(pathToFileURL(path).href);
    const slider = page.getByLabel("Frame", { exact: true });
    await slider.focus();
    for (let step = 0; step < 3; step++) await slider.press("ArrowRight");
    seen.frame = await page.locator("form output").innerText();
    await page.locator(".player").evaluate((player) => { player.style.display = "none"; });
    await page.getByAltText(description).screenshot({ path: `${path}.png` });

    await page.locator("#energy select").selectOption({ index: 3 });
    seen.charts = await page.locator("#gain .plot:visible .drawing").evaluateAll((all) =>
        all.map((drawing) => drawing.getAttribute("aria-label")));
    const drawing = page.locator("#energy .plot:visible .drawing");
    await drawing.focus();
    await drawing.press("ArrowRight");
    seen.values = await page.locator("#energy .plot:visible output").allInnerTexts();

    await page.setViewportSize({ width: 360, height: 740 });
    seen.overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    console.log(JSON.stringify(seen));
} finally {
    await browser.close();
}
