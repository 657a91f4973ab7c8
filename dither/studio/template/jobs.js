// Jobs on one picture, which it holds: open it, dither it, average the result, and hand the result out.

// More pixels are previewed first.
const PREVIEWED_PIXELS = 1 << 17;

class Ditherer {
    #kept = new Kept();
    #picture = null;
    #mask = null;
    #tables = null;
    #last = null;
    // Frames of an animation, of which each is { words, delay }.
    #film = [];

    // Return the answer to a message, as steps; `opened` is the decoded picture of its file.
    *steps(message, opened) {
        if (message.tables) this.#tables = message.tables;
        if (message.isMask) return this.#masked(opened ?? message);
        if (opened ?? message.picture) {
            this.#picture = opened?.picture ?? message.picture;
            this.#kept.forget(PREPARED);
            this.#last = null;
        }
        const answer = opened ? this.#about(opened) : {};
        if (message.settings) {
            this.#last = yield* ditheredSteps(this.#picture, message.settings, message.matrix, this.#tables, this.#kept, this.#mask);
            const { width, height, place, colors } = this.#last;
            answer.result = { width, height, place, colors };
        }
        if (message.side > 1) answer.average = { ...(yield* averaged(this.#last, message.side, this.#tables)), side: message.side };
        if (message.record) this.#film.push({ words: new Uint32Array((yield* pixelsOf(this.#last)).buffer), delay: message.record.delay });
        if (message.pixels || message.side === 1) answer.pixels = yield* pixelsOf(this.#last, message.pixels?.colors ?? this.#last.colors);
        return answer;
    }

    // Return the result as a PNG, in its colours or in others.
    async png({ colors, scale }) {
        const pixels = finished(pixelsOf(this.#last, colors ?? this.#last.colors));
        return encodedPng({ ...this.#last, pixels, colors: colors ?? this.#last.colors }, scale);
    }

    // Return the recorded frames as one file.
    async film({ isGif, loops, scale }) {
        const { width, height, colors } = this.#last;
        const frames = this.#film.splice(0);
        return (isGif ? encodedGif : encodedAnimatedPng)({ width, height, frames, colors, loops }, scale);
    }

    #masked({ picture }) {
        this.#mask = picture;
        this.#kept.forget(["undithered", "kept"]);
        return this.#about({ picture });
    }

    #about({ picture, ...about }) {
        const { width, height, alpha } = picture;
        const factor = Math.ceil(Math.sqrt((width * height) / PREVIEWED_PIXELS));
        return { about: { ...about, width, height, clear: alpha !== null }, reduced: reducedPicture(picture, factor) };
    }
}

// Return a function that takes messages and posts an answer to each, in their order. Settings make earlier ones
// stale, except those to `keep`. A message with `patience` waits so many milliseconds at most, until one says
// `begin` or has settings.
function jobServer(post) {
    const ditherer = new Ditherer();
    let jobs = Promise.resolve();
    let newest = 0;
    let [begin, begun] = [() => {}, 0];
    const answered = async (message) => {
        const isStale = () => Boolean(message.settings) && !message.keep && message.id < newest;
        if (isStale()) return { stale: true };
        if (message.patience && message.id > begun) await Promise.race([new Promise((then) => (begin = then)), pause(message.patience)]);
        if (isStale()) return { stale: true };
        const opened = message.open ? await decodedPicture(message.open) : undefined;
        const answer = await finishedInSlices(ditherer.steps(message, opened), isStale);
        if (answer && message.png) answer.png = await ditherer.png(message.png);
        if (answer && message.film) answer.file = await ditherer.film(message.film);
        return answer ?? { stale: true };
    };
    return (message) => {
        if (message.begin) begun = newest;
        if (message.settings && !message.keep) newest = message.id;
        if (message.begin || newest === message.id) begin();
        if (message.begin) {
            post({ id: message.id }, []);
            return;
        }
        jobs = jobs.then(async () => {
            const answer = await answered(message).catch((error) => ({ failure: String(error.message ?? error) }));
            const buffers = [answer.pixels?.buffer, answer.average?.pixels.buffer];
            post({ id: message.id, ...answer }, buffers.filter((buffer) => buffer));
        });
    };
}
