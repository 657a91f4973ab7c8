// Types a query into the search of the documentation, opened from disk, and goes to the first result.
// What it saw is written as JSON on standard output.
//
//     node search.mjs CHROMIUM PAGE QUERY
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [executablePath, path, query] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(30000);
    const seen = { errors: [], requests: [] };
    page.on("pageerror", (error) => seen.errors.push(error.message));
    page.on("request", (request) => seen.requests.push(new URL(request.url()).protocol));
    await page.goto(pathToFileURL(path).href);
    const before = page.url();
    await page.locator("button.md-search__button").click();
    await page.keyboard.type(query);
    const results = page.locator("a[role=option]");
    await results.first().waitFor();
    seen.results = await results.evaluateAll((all) => all.map((each) => each.getAttribute("href")));
    await Promise.all([page.waitForURL((url) => url.href !== before), results.first().click()]);
    seen.address = page.url();
    seen.title = await page.title();
    console.log(JSON.stringify(seen));
} finally {
    await browser.close();
}
