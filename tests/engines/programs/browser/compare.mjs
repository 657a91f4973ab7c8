// Uses the page of dither compare as a person would, opened from disk in a headless Chromium, and leaves
// a screenshot of each step, the stage's place and all that was asked for in the job's folder.
//
//     node compare.mjs CHROMIUM JOB
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [executablePath, job] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
    const context = await browser.newContext({
        viewport: { width: 700, height: 800 },
        // So that blinking waits for a click.
        reducedMotion: "reduce",
    });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const [asked, problems] = [[], []];
    page.on("request", (request) => asked.push(request.url().slice(0, 60)));
    page.on("pageerror", (error) => problems.push(error.stack));
    page.on("console", (message) => problems.push(message.text()));
    await page.goto(pathToFileURL(join(job, "page.html")).href);

    async function shot(name) {
        await page.waitForSelector("#canvas[data-ready=yes]");
        // What has changed is drawn in the next frame.
        await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
        await page.screenshot({ path: join(job, `${name}.png`) });
    }
    const press = (group, value) => page.locator(`label:has(input[name=${group}][value="${value}"])`).click();

    await shot("begun");
    const stage = await page.locator("#canvas").boundingBox();
    const handle = await page.locator("#handle").boundingBox();
    const [x, y] = [handle.x + handle.width / 2, handle.y + handle.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(stage.x + 200, y, { steps: 3 });
    await page.mouse.up();
    await shot("dragged");
    await page.keyboard.press("ArrowRight");
    await shot("arrow");
    await page.keyboard.down("b");
    await shot("held");
    await page.keyboard.up("b");
    await page.keyboard.press("2");
    await page.keyboard.press("End");
    await shot("chosen");
    await page.keyboard.press("Home");
    await press("zoom", "8");
    await page.mouse.move(stage.x + 300, stage.y + 200);
    await page.mouse.down();
    await page.mouse.move(stage.x + 250, stage.y + 170, { steps: 3 });
    await page.mouse.up();
    await shot("zoomed");
    await press("zoom", "4");
    await press("look", "1");
    await shot("blurred");
    await press("look", "errors");
    await shot("errors");
    await press("look", "0");
    await press("view", "blink");
    await shot("before");
    await page.mouse.click(stage.x + 300, stage.y + 200);
    await shot("after");
    await press("view", "sides");
    await shot("sides");
    writeFileSync(join(job, "said.json"), JSON.stringify({ stage, asked, problems }));
} finally {
    await browser.close();
}
