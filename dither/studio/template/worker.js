// The page's work beside its window, so that it stays responsive however large the picture is.

const darkroom = new Darkroom();
self.onmessage = ({ data }) => self.postMessage(darkroom.answer(data));
