// What both pages do alike: they read the job, try every draw and send what came of it.

const library = location.pathname.split("/").pop().replace(".html", "");
const SECONDS = 3;

async function send(name, content) {
    await fetch(`/job/${library}/${name}`, { method: "POST", body: content });
}

export async function bytes(file) {
    const response = await fetch(`/job/${file}`);
    return response.arrayBuffer();
}

// What is thrown where nobody catches it belongs to the file that is being loaded.
let refuse = () => {};
addEventListener("unhandledrejection", (event) => refuse(event.reason));
addEventListener("error", (event) => refuse(event.error ?? event.message));

export function refused(problem) {
    refuse(problem);
}

function within(work) {
    return new Promise((resolve, reject) => {
        refuse = reject;
        setTimeout(() => reject(new Error("neither loaded nor refused")), SECONDS * 1000);
        work.then(resolve, reject);
    });
}

// `load` makes a texture of a draw, `render` gives the RGBA bytes of a picture drawn with it.
export async function drawAll(about, loadPicture, load, render) {
    try {
        const job = await (await fetch("/job/job.json")).json();
        await send("runtime.txt", about);
        const pictures = {};
        for (const [name, size] of Object.entries(job.pictures)) {
            pictures[name] = { ...size, texture: await loadPicture(`/job/${name}.png`) };
        }
        for (const draw of job.draws) {
            try {
                const noise = await within(load(draw));
                for (const name of draw.pictures) {
                    await send(`${draw.name}.${name}.rgba`, await render(draw, noise, pictures[name]));
                }
            } catch (problem) {
                await send(`${draw.name}.problem`, String(problem?.message ?? problem).split("\n")[0]);
            }
        }
        document.title = "done";
    } catch (error) {
        document.title = `failed: ${error.stack}`;
    }
}
