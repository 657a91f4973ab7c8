// Long work is written as generators that yield every few milliseconds. It runs at once, or in slices between
// which a worker hears that its result is no longer wanted.

const SLICE = 25;

function finished(steps) {
    let step = steps.next();
    while (!step.done) step = steps.next();
    return step.value;
}

// Return the result, or undefined if `isStale` has become true between two slices.
async function finishedInSlices(steps, isStale) {
    for (;;) {
        const end = performance.now() + SLICE;
        let step = steps.next();
        while (!step.done && performance.now() < end) step = steps.next();
        if (step.done) return step.value;
        await aTask();
        if (isStale()) return undefined;
    }
}

function pause(milliseconds) {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

// Let waiting messages arrive; unlike a timer, without a delay.
function aTask() {
    return new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
            port1.close();
            resolve();
        };
        port2.postMessage(null);
    });
}

// Keep the last result of a step while its inputs stay the same.
class Kept {
    #results = new Map();

    once(step, inputs, work) {
        return finished(this.steps(step, inputs, function* () {
            yield;
            return work();
        }));
    }

    *steps(step, inputs, work) {
        const key = JSON.stringify(inputs);
        const found = this.#results.get(step);
        if (found?.key === key) return found.result;
        const result = yield* work();
        this.#results.set(step, { key, result });
        return result;
    }

    forget(steps) {
        for (const step of steps) this.#results.delete(step);
    }
}

// Return a function of a number that remembers what it gave.
function remembered(work) {
    const known = new Map();
    // Neighbouring pixels often have one colour.
    let [last, given] = [null, null];
    return (key) => {
        if (key === last) return given;
        let found = known.get(key);
        if (found === undefined) known.set(key, (found = work(key)));
        [last, given] = [key, found];
        return found;
    };
}

// Pictures of more pixels are worth a table of all colours.
const MANY_PIXELS = 1e6;

// Return `remembered` for the colours 0xRRGGBB of so many pixels, of a function to whole numbers below 2^32 - 1.
function rememberedColors(work, pixels) {
    if (pixels < MANY_PIXELS) return remembered(work);
    // One more than what was given; 0 is unknown.
    const known = new Uint32Array(1 << 24);
    return (color) => {
        if (known[color] === 0) known[color] = 1 + work(color);
        return known[color] - 1;
    };
}
