"""Compiled loops of the pixel search, its loss and the palette refit."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, fastmath=True)
def sweep(
    indices: np.ndarray,
    field: np.ndarray,
    slopes: np.ndarray,
    original: np.ndarray,
    cells: np.ndarray,
    table: np.ndarray,
    cones: np.ndarray,
    labs: np.ndarray,
    roots_to_oklab: np.ndarray,
    kernel: np.ndarray,
    penalty: np.ndarray,
    change_threshold: float,
    top: int,
    bottom: int,
    backwards: bool,
) -> int:
    """Give each pixel of some rows the colour that lowers the loss most; return how many changed.

    Args:
        indices: (H, W) uint8; written.
        field: (3, H, W) float32, the error convolved with the kernel; written.
        slopes: (H, W, 3) float32, derivative of the cube root at the target.
        original: (H, W, 3) float32 OKLab.
        cells: (H, W) uint16, each pixel's row of `table`.
        table: (cells, M) uint8, candidate colours.
        cones: (K, 3) float32 cone responses of the palette.
        labs: (K, 3) float32 OKLab of the palette.
        roots_to_oklab: (3, 3) float32.
        kernel: (2R + 1, 2R + 1) float32, autocorrelation of the blur.
        penalty: (3,) float32, weights of a pixel's own error in L, a and b.
        change_threshold: a change must lower the loss by at least this much.
        top: the first row.
        bottom: one past the last row.
        backwards: go from the last row to the first.
    """
    height, width = indices.shape
    reach = kernel.shape[0] // 2
    own = kernel[reach, reach]
    m00, m01, m02 = roots_to_oklab[0]
    m10, m11, m12 = roots_to_oklab[1]
    m20, m21, m22 = roots_to_oklab[2]
    w0, w1, w2 = penalty
    changed = 0
    for row in range(top, bottom):
        y = top + bottom - 1 - row if backwards else row
        for column in range(width):
            # Serpentine, to avoid directional bias.
            x = width - 1 - column if (y & 1) != backwards else column
            now = indices[y, x]
            s0, s1, s2 = slopes[y, x, 0], slopes[y, x, 1], slopes[y, x, 2]
            f0, f1, f2 = 2 * field[0, y, x], 2 * field[1, y, x], 2 * field[2, y, x]
            l0, l1, l2 = original[y, x, 0], original[y, x, 1], original[y, x, 2]
            c0, c1, c2 = cones[now, 0], cones[now, 1], cones[now, 2]
            before = (
                w0 * (labs[now, 0] - l0) ** 2
                + w1 * (labs[now, 1] - l1) ** 2
                + w2 * (labs[now, 2] - l2) ** 2
            )
            least = np.float32(-change_threshold - 1e-9)
            best = now
            e0 = e1 = e2 = np.float32(0)
            cell = cells[y, x]
            for candidate in range(table.shape[1]):
                other = table[cell, candidate]
                r0 = s0 * (cones[other, 0] - c0)
                r1 = s1 * (cones[other, 1] - c1)
                r2 = s2 * (cones[other, 2] - c2)
                d0 = m00 * r0 + m01 * r1 + m02 * r2
                d1 = m10 * r0 + m11 * r1 + m12 * r2
                d2 = m20 * r0 + m21 * r1 + m22 * r2
                change = d0 * (f0 + own * d0) + d1 * (f1 + own * d1) + d2 * (f2 + own * d2)
                change += (
                    w0 * (labs[other, 0] - l0) ** 2
                    + w1 * (labs[other, 1] - l1) ** 2
                    + w2 * (labs[other, 2] - l2) ** 2
                    - before
                )
                if change < least:
                    least, best = change, other
                    e0, e1, e2 = d0, d1, d2
            if best == now:
                continue
            changed += 1
            indices[y, x] = best
            left, right = max(-reach, -x), min(reach, width - 1 - x) + 1
            for dy in range(max(-reach, -y), min(reach, height - 1 - y) + 1):
                weights = kernel[dy + reach]
                for dx in range(left, right):
                    field[0, y + dy, x + dx] += weights[dx + reach] * e0
                for dx in range(left, right):
                    field[1, y + dy, x + dx] += weights[dx + reach] * e1
                for dx in range(left, right):
                    field[2, y + dy, x + dx] += weights[dx + reach] * e2
    return changed


@njit(cache=True, nogil=True, fastmath=True)
def errors(
    indices: np.ndarray,
    target: np.ndarray,
    slopes: np.ndarray,
    cones: np.ndarray,
    roots_to_oklab: np.ndarray,
    out: np.ndarray,
) -> None:
    """Write (3, H, W): the OKLab error of each pixel, linearised at the target.

    Args:
        indices: (H, W) uint8.
        target: (H, W, 3) float32 cone responses.
        slopes: as in `sweep`.
        cones: as in `sweep`.
        roots_to_oklab: as in `sweep`.
        out: (3, H, W) float32; written.
    """
    height, width = indices.shape
    for y in range(height):
        for x in range(width):
            now = indices[y, x]
            r0 = slopes[y, x, 0] * (cones[now, 0] - target[y, x, 0])
            r1 = slopes[y, x, 1] * (cones[now, 1] - target[y, x, 1])
            r2 = slopes[y, x, 2] * (cones[now, 2] - target[y, x, 2])
            for i in range(3):
                out[i, y, x] = (
                    roots_to_oklab[i, 0] * r0
                    + roots_to_oklab[i, 1] * r1
                    + roots_to_oklab[i, 2] * r2
                )


@njit(cache=True, nogil=True, fastmath=True)
def convolve(planes: np.ndarray, taps: np.ndarray, *, repeat: bool) -> None:
    """Convolve planes with taps along rows and columns, in place.

    Args:
        planes: (C, H, W) float32; written.
        taps: (2R + 1,) float32.
        repeat: continue border values outside the plane; else it is 0 there.
    """
    count, height, width = planes.shape
    reach = len(taps) // 2
    line = np.zeros(width + 2 * reach, np.float32)
    columns = np.empty((height, width), np.float32)
    for c in range(count):
        plane = planes[c]
        for y in range(height):
            line[reach : reach + width] = plane[y]
            if repeat:
                line[:reach] = plane[y, 0]
                line[reach + width :] = plane[y, width - 1]
            out = plane[y]
            out[:] = 0
            for t in range(len(taps)):
                for x in range(width):
                    out[x] += taps[t] * line[x + t]
        for y in range(height):
            out = columns[y]
            out[:] = 0
            for t in range(len(taps)):
                source = y + t - reach
                if repeat:
                    source = min(max(source, 0), height - 1)
                elif source < 0 or source >= height:
                    continue
                row = plane[source]
                for x in range(width):
                    out[x] += taps[t] * row[x]
        plane[:] = columns


@njit(cache=True, nogil=True)
def gather_normal(
    indices: np.ndarray,
    target: np.ndarray,
    slopes: np.ndarray,
    cones: np.ndarray,
    squares: np.ndarray,
    kernel: np.ndarray,
    stride: int,
    normal: np.ndarray,
    gradient: np.ndarray,
) -> None:
    """Add up the normal equations of the palette's cone responses under the blurred error.

    Args:
        indices: (H, W) uint8.
        target: (H, W, 3) float32 cone responses.
        slopes: (H, W, 3) float32.
        cones: (K, 3) float32 cone responses of the palette.
        squares: (3, 3) float64, M^T M with M the matrix from cube roots to OKLab.
        kernel: (2R + 1, 2R + 1) float32, the blur.
        stride: step of the rows and columns at which the blurred error is sampled.
        normal: (K, 3, K, 3) float64; added to.
        gradient: (K, 3) float64, half the gradient of the loss; added to.
    """
    height, width = indices.shape
    reach = kernel.shape[0] // 2
    count = len(cones)
    shares = np.zeros((count, 3))
    seen = np.empty(count, np.int64)
    is_seen = np.zeros(count, np.bool_)
    for y in range(0, height, stride):
        for x in range(0, width, stride):
            here = 0
            rest = np.zeros(3)
            for dy in range(max(-reach, -y), min(reach, height - 1 - y) + 1):
                for dx in range(max(-reach, -x), min(reach, width - 1 - x) + 1):
                    weight = kernel[dy + reach, dx + reach]
                    color = indices[y + dy, x + dx]
                    if not is_seen[color]:
                        is_seen[color] = True
                        seen[here] = color
                        here += 1
                    for i in range(3):
                        share = weight * slopes[y + dy, x + dx, i]
                        shares[color, i] += share
                        rest[i] += share * (cones[color, i] - target[y + dy, x + dx, i])
            for a in range(here):
                one = seen[a]
                for i in range(3):
                    for j in range(3):
                        gradient[one, i] += shares[one, i] * squares[i, j] * rest[j]
                for b in range(here):
                    other = seen[b]
                    for i in range(3):
                        for j in range(3):
                            normal[one, i, other, j] += (
                                shares[one, i] * squares[i, j] * shares[other, j]
                            )
            for a in range(here):
                shares[seen[a]] = 0
                is_seen[seen[a]] = False
