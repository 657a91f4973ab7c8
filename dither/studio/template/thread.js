// Run a ditherer in a worker thread where the browser allows it, else in the window.

function startDitherer() {
    const waiting = new Map();
    let last = 0;
    let isAlive = false;
    let send;
    const answer = ({ id, ...answered }) => {
        isAlive = true;
        waiting.get(id)?.resolve(answered);
        waiting.delete(id);
    };
    const inWindow = () => {
        send = jobServer(answer);
    };
    try {
        const source = ["arithmetic", "worker"].map((id) => $(id).textContent).join("\n");
        const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
        worker.onmessage = ({ data }) => answer(data);
        worker.onerror = () => {
            if (isAlive) return;
            inWindow();
            for (const { message } of waiting.values()) send(message);
        };
        send = (message) => worker.postMessage(message);
    } catch {
        inWindow();
    }
    // Resolve to the answer: { stale: true } if settings that came later replaced the message's.
    return (content) => {
        const message = { ...content, id: ++last };
        return new Promise((resolve) => {
            waiting.set(message.id, { message, resolve });
            send(message);
        });
    };
}
