// Diffusion kernels from .json files, identical to `dither.diffusion.kernel_files`.

const MOST_KERNEL_CELLS = 15;
const ONE_SHARE = 1n << 16n;

function isKernel(fields) {
    return fields !== null && typeof fields === "object" && "weights" in fields;
}

// Return [rows down, columns to the right, share of the error in 1/65536] of each weight, or throw what is wrong.
function tapsOfKernel({ weights, origin, divisor = 1, ...others }) {
    const refuse = (sentence) => {
        throw new Error(`This kernel cannot be used: ${sentence}.`);
    };
    if (origin === undefined || Object.keys(others).length) refuse("its file must hold “weights”, “origin” and “divisor” alone");
    const isRow = (row) => Array.isArray(row) && row.length >= 1 && row.length <= MOST_KERNEL_CELLS && row.length === weights[0].length;
    if (!Array.isArray(weights) || weights.length < 1 || weights.length > MOST_KERNEL_CELLS || !weights.every(isRow)) refuse(`it must have 1 to ${MOST_KERNEL_CELLS} rows of equal length, 1 to ${MOST_KERNEL_CELLS}`);
    if (!weights.flat().every((weight) => Number.isFinite(weight) && weight >= 0)) refuse("its weights must be numbers from 0");
    if (!(Number.isInteger(origin) && origin >= 0 && origin < weights[0].length)) refuse(`its origin must be a column from 0 to ${weights[0].length - 1}`);
    if (!(Number.isFinite(divisor) && divisor > 0)) refuse("its divisor must be a number above 0");
    if (weights[0].slice(0, origin + 1).some((weight) => weight > 0)) refuse("a weight is before the origin or on it");
    const total = weights.reduce((sum, row) => sum + row.reduce((part, weight) => part + weight, 0), 0) / divisor;
    if (!(total <= 1.0001)) refuse(`its shares sum to ${Number(total.toPrecision(6))}, more than 1`);
    const cells = weights.flatMap((row, y) => row.map((_, x) => ({ down: y, ahead: x - origin })));
    const [unit, ...scaled] = wholeNumbers([divisor, ...weights.flat()]) ?? refuse("its weights differ by too much");
    return roundedShares(scaled, unit).map((share, index) => [cells[index].down, cells[index].ahead, share]).filter(([, , share]) => share > 0);
}

// Return numbers times one power of two that makes all of them whole, or null.
function wholeNumbers(values) {
    let scaled = values;
    while (!scaled.every(Number.isInteger)) {
        scaled = scaled.map((value) => 2 * value);
        if (!scaled.every(Number.isFinite)) return null;
    }
    return scaled.map(BigInt);
}

// Return the shares of weights in 1/65536 of `unit`: those with the largest fractions are rounded up, so that their sum
// is right.
function roundedShares(weights, unit) {
    const parts = weights.map((weight) => weight * ONE_SHARE);
    const shares = parts.map((part) => Number(part / unit));
    const sum = parts.reduce((total, part) => total + part, 0n);
    const twice = 2n * (sum % unit);
    const isUp = twice > unit || (twice === unit && (sum / unit) % 2n === 1n);
    const wanted = Math.min(Number(ONE_SHARE), Number(sum / unit) + (isUp ? 1 : 0));
    const missing = wanted - shares.reduce((total, share) => total + share, 0);
    const fraction = (index) => parts[index] % unit;
    const order = shares.map((_, index) => index).sort((one, other) => (fraction(one) > fraction(other) ? -1 : fraction(one) < fraction(other) ? 1 : one - other));
    for (const index of order.slice(0, Math.max(0, missing))) shares[index]++;
    shares[shares.indexOf(Math.max(...shares))] += Math.min(0, missing);
    return shares;
}
