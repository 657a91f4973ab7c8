// Worker thread: keeps the page responsive with pictures of any size.

const serve = jobServer((answer, buffers) => self.postMessage(answer, buffers));
self.onmessage = ({ data }) => serve(data);
