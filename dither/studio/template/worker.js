// Worker thread: keeps the page responsive with pictures of any size.

const ditherer = new Ditherer();
self.onmessage = ({ data }) => self.postMessage(ditherer.answer(data));
