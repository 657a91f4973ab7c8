// The page's work beside its window, so that it stays responsive however large the picture is.

const darkroom = new Darkroom();
self.onmessage = ({ data }) => {
    try {
        self.postMessage(darkroom.answer(data));
    } catch (error) {
        self.postMessage({ failure: String(error.message ?? error) });
    }
};
