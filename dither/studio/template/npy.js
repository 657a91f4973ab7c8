// Read, check and write matrices as .npy files.

function readNpy(bytes) {
    const text = String.fromCharCode(...bytes.subarray(0, Math.min(bytes.length, 4096)));
    if (!text.startsWith("\x93NUMPY")) throw new Error("This is not a .npy file.");
    const long = bytes[6] > 1;
    const start = (long ? 12 : 10) + (bytes[8] | (bytes[9] << 8));
    const header = text.slice(0, start);
    const shape = header.match(/'shape':\s*\((\d+),\s*(\d+)\)/);
    const type = header.match(/'descr':\s*'([<|]?[ui][1248])'/)?.[1];
    if (!shape || !type || header.includes("'fortran_order': True")) {
        throw new Error("The matrix must hold integer ranks with rows and columns; frames and channels are not supported here.");
    }
    const [height, width] = [Number(shape[1]), Number(shape[2])];
    const count = height * width;
    const size = Number(type.at(-1));
    if (count < 1 || bytes.length !== start + count * size) throw new Error("The matrix file is truncated or too long.");
    const view = new DataView(bytes.buffer, bytes.byteOffset + start);
    const ranks = new Uint32Array(count);
    const seen = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
        const rank = { 1: () => view.getUint8(i), 2: () => view.getUint16(2 * i, true), 4: () => view.getUint32(4 * i, true), 8: () => Number(view.getBigUint64(8 * i, true)) }[size]();
        if (!(rank < count) || seen[rank]) throw new Error("The matrix must hold each rank from 0 upward exactly once.");
        [ranks[i], seen[rank]] = [rank, 1];
    }
    return { height, width, count, planes: [ranks] };
}

// Write ranks as 16-bit integers.
function writtenNpy({ height, width, planes: [ranks] }) {
    const header = `{'descr': '<u2', 'fortran_order': False, 'shape': (${height}, ${width}), }`;
    const padded = header.padEnd(128 - 11) + "\n";
    const bytes = new Uint8Array(128 + 2 * ranks.length);
    const start = `\x93NUMPY\x01\x00${String.fromCharCode(padded.length & 255, padded.length >> 8)}${padded}`;
    for (let i = 0; i < start.length; i++) bytes[i] = start.charCodeAt(i);
    const view = new DataView(bytes.buffer, 128);
    ranks.forEach((rank, i) => view.setUint16(2 * i, rank, true));
    return new Blob([bytes], { type: "application/octet-stream" });
}
