// Previews: a small copy of a large picture, dithered at once. One is made at a time, and the newest choices are the next, so
// that a slider shows pictures while it is dragged.

// Colours per mixture that are enough for a preview, and found soon.
const DRAFT_MIXTURE = 8;
// Line art is looked for in fewer pixels than others have, as that takes longer.
const LINE_ART_PIXELS = 1 << 15;

// Show a preview of a job: its settings and matrix, the picture that they are for and the number of its round.
const preview = newestOnly(async ({ settings, matrix, own, about }) => {
    const place = placement(about, settings);
    const answer = await previewer({ settings: previewSettings(settings, place), matrix, pixels: {}, keep: true });
    if (answer.pixels && own > finishedRound && about === opened.about) view.setPreview({ ...answer.result, pixels: answer.pixels }, { frame: place.frame, place });
});

// Return a function that does work for one job at a time, then for the newest that came meanwhile.
function newestOnly(work) {
    let [next, isBusy] = [null, false];
    return async (job) => {
        next = job;
        if (isBusy) return;
        isBusy = true;
        try {
            while (next !== null) {
                const newest = next;
                next = null;
                await work(newest);
            }
        } finally {
            isBusy = false;
        }
    };
}

// Return the settings that fit the small copy, with a result of as many pixels as a preview has.
function previewSettings(exact, { frame, turns }) {
    const settings = { ...exact, draft: true, mixtureSize: Math.min(exact.mixtureSize, DRAFT_MIXTURE) };
    const isSized = settings.width !== null || settings.height !== null;
    if (!isSized && settings.undithered !== "line-art") return settings;
    const most = settings.undithered === "line-art" ? LINE_ART_PIXELS : PREVIEWED_PIXELS;
    const part = Math.min(1, Math.sqrt(most / (frame.width * frame.height)));
    const [width, height] = [frame.width, frame.height].map((side) => Math.max(1, Math.round(side * part)));
    return { ...settings, width, height, rotate: 90 * turns, fit: settings.width === null || settings.height === null ? "stretch" : settings.fit };
}
