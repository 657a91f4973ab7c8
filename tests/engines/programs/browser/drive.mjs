// Opens a page for each library in one headless Chromium, side by side. They are served from three
// folders on the loopback address alone, and what they send is written into the job's.
//
//     node drive.mjs CHROMIUM JOB
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const SECONDS = 150;
const LIBRARIES = ["three", "babylon"];
const HERE = dirname(fileURLToPath(import.meta.url));
const TYPES = { html: "text/html", js: "text/javascript", png: "image/png" };
const [executablePath, job] = process.argv.slice(2);
const FOLDERS = { pages: HERE, modules: join(HERE, "../../node_modules"), job };

function answer(request, response) {
    const [, root, ...rest] = decodeURIComponent(new URL(request.url, "http://localhost").pathname).split("/");
    const path = normalize(join(FOLDERS[root] ?? job, ...rest));
    if (request.method === "POST") {
        const parts = [];
        request.on("data", (part) => parts.push(part));
        request.on("end", () => {
            writeFileSync(path, Buffer.concat(parts));
            response.writeHead(204).end();
        });
        return;
    }
    try {
        const content = readFileSync(path);
        response.writeHead(200, { "Content-Type": TYPES[path.split(".").pop()] ?? "application/octet-stream" });
        response.end(content);
    } catch {
        response.writeHead(404).end();
    }
}

async function drawn(browser, library, port) {
    mkdirSync(join(job, library), { recursive: true });
    const page = await browser.newPage();
    page.setDefaultTimeout(SECONDS * 1000);
    page.on("console", (message) => console.log(library, message.text()));
    page.on("pageerror", (error) => console.log(library, error.stack));
    await page.goto(`http://127.0.0.1:${port}/pages/${library}.html`);
    await page.waitForFunction("document.title !== ''");
    const title = await page.title();
    if (title !== "done") throw new Error(`${library}: ${title}`);
}

const server = createServer(answer);
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const browser = await chromium.launch({
    executablePath,
    timeout: SECONDS * 1000,
    args: [
        "--no-sandbox",
        "--use-angle=swiftshader",
        "--enable-unsafe-swiftshader",
        "--ignore-gpu-blocklist",
        // Nothing is fetched from elsewhere.
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ],
});
try {
    const { port } = server.address();
    await Promise.all(LIBRARIES.map((library) => drawn(browser, library, port)));
} finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
}
