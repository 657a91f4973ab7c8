// Start the page.

const FIRST_SAMPLE = "dusk.png";
const FIRST_LOOK = "PICO-8";

// Draw the logo: a ramp dithered by the first cells of the matrix.
function drawMark() {
    const { planes: [ranks], width, count } = unpackedMatrix(PACKED["blue-64x64"]);
    const context = $("mark").getContext("2d");
    for (let y = 0; y < 16; y++) {
        for (let x = 0; x < 16; x++) {
            context.fillStyle = (x + y) / 30 > (ranks[y * width + x] + 0.5) / count ? "#7aa2ff" : "#16234f";
            context.fillRect(x, y, 1, 1);
        }
    }
}

fillSelects();
listenToControls();
listenToView();
listenToFiles();
listenToState();
listenToSaved();
listenToClip();
drawMark();
const before = keptChoices();
takeLook(LOOKS.find(({ title }) => title === FIRST_LOOK));
if (before) choose(before);
takeLink();
openSample(FIRST_SAMPLE, true);
