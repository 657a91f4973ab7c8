// Run the ditherer in a worker thread where the browser allows it, else in the window.

function startDitherer() {
    let receive = () => {};
    let waiting = null;
    let busy = false;
    let send;
    let last;
    let answered = false;
    const answer = (data) => {
        answered = true;
        busy = false;
        const next = waiting;
        waiting = null;
        if (next) post(next());
        receive(data);
    };
    const inWindow = () => {
        const own = new Ditherer();
        send = (message) => setTimeout(() => answer(own.answer(message)));
    };
    try {
        const source = ["arithmetic", "worker"].map((id) => $(id).textContent).join("\n");
        const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
        worker.onmessage = ({ data }) => answer(data);
        worker.onerror = () => {
            if (answered) return;
            inWindow();
            send(last);
        };
        send = (message) => worker.postMessage(message);
    } catch {
        inWindow();
    }
    const post = (message) => {
        busy = true;
        last = message;
        send(last);
    };
    return {
        // While a job runs, only the latest of the following jobs waits.
        ask(message) {
            if (busy) waiting = message;
            else post(message());
        },
        get busy() {
            return busy;
        },
        set onAnswer(handler) {
            receive = handler;
        },
    };
}
