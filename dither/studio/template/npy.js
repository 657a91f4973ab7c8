// Read matrices from .npy files: ranks or values of any type, taken by their order.

const READERS = {
    u1: "getUint8", i1: "getInt8", u2: "getUint16", i2: "getInt16", u4: "getUint32", i4: "getInt32",
    u8: "getBigUint64", i8: "getBigInt64", f4: "getFloat32", f8: "getFloat64",
};

function readNpy(bytes) {
    const text = String.fromCharCode(...bytes.subarray(0, Math.min(bytes.length, 4096)));
    if (!text.startsWith("\x93NUMPY")) throw new Error("This is not a .npy file.");
    const long = bytes[6] > 1;
    const start = (long ? 12 : 10) + (bytes[8] | (bytes[9] << 8));
    const header = text.slice(0, start);
    const shape = header.match(/'shape':\s*\((\d+),\s*(\d+)(?:,\s*1)*,?\s*\)/);
    const [, order, type] = header.match(/'descr':\s*'([<>|=]?)([a-z][1248])'/) ?? [];
    if (!shape || !(type in READERS)) {
        throw new Error("The matrix must hold numbers in rows and columns; frames and channels are not supported here.");
    }
    const [height, width] = [Number(shape[1]), Number(shape[2])];
    const count = height * width;
    const size = Number(type[1]);
    if (count < 1 || bytes.length !== start + count * size) throw new Error("The matrix file is truncated or too long.");
    const view = new DataView(bytes.buffer, bytes.byteOffset + start);
    const byColumns = header.includes("'fortran_order': True");
    const values = new Float64Array(count);
    for (let i = 0; i < count; i++) {
        const place = byColumns ? (i % width) * height + Math.floor(i / width) : i;
        values[i] = Number(view[READERS[type]](place * size, order !== ">"));
    }
    return { height, width, count, planes: [ranksOf(values)] };
}

// Equal values rank row by row.
function ranksOf(values) {
    if (!values.every(Number.isFinite)) throw new Error("The matrix must hold finite numbers.");
    if (values.length > 1 && values.every((value) => value === values[0])) throw new Error("All values of the matrix are equal, so they have no order.");
    const places = Array.from(values.keys()).sort((a, b) => values[a] - values[b] || a - b);
    const ranks = new Uint32Array(values.length);
    places.forEach((place, rank) => (ranks[place] = rank));
    return ranks;
}
