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
    const shape = (header.match(/'shape':\s*\(([\d,\s]*)\)/)?.[1].match(/\d+/g) ?? []).map(Number);
    const [, order, type] = header.match(/'descr':\s*'([<>|=]?)([a-z][1248])'/) ?? [];
    const count = shape.reduce((product, side) => product * side, 1);
    if (!(type in READERS)) throw new Error("The matrix must hold numbers.");
    const size = Number(type[1]);
    if (count < 1 || bytes.length !== start + count * size) throw new Error("The matrix file is truncated or too long.");
    const view = new DataView(bytes.buffer, bytes.byteOffset + start);
    const place = header.includes("'fortran_order': True") ? placeByColumns(shape) : (i) => i;
    const values = new Float64Array(count);
    for (let i = 0; i < count; i++) values[i] = Number(view[READERS[type]](place(i) * size, order !== ">"));
    while (shape.length > 2 && shape.at(-1) === 1) shape.pop();
    return matrixOfValues(values, shape, type[0] !== "f");
}

// Return a function of the place in rows that gives the place in columns.
function placeByColumns(shape) {
    return (i) => {
        let [rest, place] = [i, 0];
        for (let axis = shape.length - 1; axis >= 0; axis--) {
            const before = shape.slice(0, axis).reduce((product, side) => product * side, 1);
            place += (rest % shape[axis]) * before;
            rest = Math.floor(rest / shape[axis]);
        }
        return place;
    };
}

// Rows and columns, frames before them, or three channels after them; identical to `dither.matrix.arrays`.
function matrixOfValues(values, shape, isWhole) {
    const count = values.length;
    if (shape.length === 2) return { height: shape[0], width: shape[1], count, planes: [ranksOf(values)] };
    if (shape.length !== 3) throw new Error("The matrix must have rows and columns; frames before them or three channels after them.");
    const isRanks = isWhole && new Set(values).size === count && values.every((value) => value >= 0 && value < count);
    const [first, second, last] = shape;
    if (!isRanks && last === 3) return { height: first, width: second, count: count / 3, planes: [0, 1, 2].map((channel) => ranksOf(values.filter((_, i) => i % 3 === channel))) };
    if (!isRanks && ((last >= 2 && last <= 4) || (first >= 2 && first <= 4))) throw new Error("This matrix may have channels or frames; frames must hold each rank once, and channels are three, last.");
    const ranks = ranksOf(values);
    const frames = Array.from({ length: first }, (_, frame) => ranks.subarray(frame * second * last, (frame + 1) * second * last));
    return { height: second, width: last, count, planes: [frames[0]], frames };
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
