// The camera, if a person allows it: its picture is dithered live until one is taken.

const CAMERA_WIDTH = 640;
const camera = { stream: null, video: null };

async function toggleCamera() {
    if (camera.stream) return stopCamera();
    try {
        camera.stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: CAMERA_WIDTH } } });
    } catch {
        complain("The camera is not available: there is none, or this page may not use it.");
        return undefined;
    }
    closeClip();
    camera.video = Object.assign(document.createElement("video"), { srcObject: camera.stream, muted: true, playsInline: true });
    await camera.video.play();
    $("camera").classList.add("live");
    $("camera-label").textContent = "Take picture";
    return followCamera();
}

async function followCamera() {
    const about = { name: "camera.png", onDisk: false };
    while (camera.stream) {
        const frame = cameraFrame();
        if (!(await openPicture(frame, { ...about, file: null }))) break;
        showChoices();
        await refresh();
        // The command needs the picture that was taken.
        opened.file = await encodedPng(frame, 1);
    }
}

function cameraFrame() {
    const { videoWidth: width, videoHeight: height } = camera.video;
    const context = canvasOf(width, height).getContext("2d");
    context.drawImage(camera.video, 0, 0);
    return { width, height, pixels: context.getImageData(0, 0, width, height).data };
}

function stopCamera() {
    for (const track of camera.stream?.getTracks() ?? []) track.stop();
    camera.stream = null;
    $("camera").classList.remove("live");
    $("camera-label").textContent = "Camera";
}
