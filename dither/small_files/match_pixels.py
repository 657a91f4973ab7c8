"""Compiled parts of the search for repetitions: what a new colour of a pixel changes.

An image with alpha has several views, one for each background that it is seen over; the loss is the sum
of theirs. Images without alpha have one view.
"""

from typing import NamedTuple

import numpy as np

from dither.native.loop import compiled

# Loss of an entry with alpha for a pixel that takes none.
_FORBIDDEN = 1e6


class Picture(NamedTuple):
    """Inputs of the loss of a pixel.

    Attributes:
        pixels: (H, W, 8V) float32, for each of V views as from `search.float_pixels`, the index and the
            cell in those of the first; indices are written. In the second view, a 1 in place of the
            index marks pixels that take only entries without alpha.
        indices: (H, W) uint8; written.
        weights: (H, W) float32, of the penalty of each pixel.
        field: (V(H + 2R), 3 (W + L)) float32, as in `search_loops.visit`, the views one below another;
            written.
        table: (rows, M) uint8, candidate colours; a single row counts for all pixels.
        cones: (K, 3V) float32 cone responses of the palette.
        labs: (K, 3V) float32 OKLab of the palette.
        roots_to_oklab: (3, 3) float32.
        row_taps: (H, L) float32, as in `search_loops.visit`.
        column_taps: (W, L) float32.
        taps: (2R + 1,) float32, the same without mirrors.
        penalty: (3,) float32, weights of a pixel's own error in L, a and b.
    """

    pixels: np.ndarray
    indices: np.ndarray
    weights: np.ndarray
    field: np.ndarray
    table: np.ndarray
    cones: np.ndarray
    labs: np.ndarray
    roots_to_oklab: np.ndarray
    row_taps: np.ndarray
    column_taps: np.ndarray
    taps: np.ndarray
    penalty: np.ndarray


@compiled(fastmath=True, inline=True)
def loss_change(
    picture: Picture, errors: np.ndarray, before: int, after: int, y: int, x: int, color: int
) -> np.float32:
    """Return the change of the loss by a new colour of a pixel, and write its error.

    Args:
        picture: the picture.
        errors: (N, 3V) float32, changes of the errors of pixels of the row.
        before: row of `errors` of the first of the R pixels before this one.
        after: row of `errors` to write.
        y: row of the pixel.
        x: column of the pixel.
        color: index.
    """
    now = int(picture.indices[y, x])
    views = picture.cones.shape[1] // 3
    if color == now:
        for i in range(3 * views):
            errors[after, i] = 0
        return np.float32(0)
    pixels, m, cones = picture.pixels, picture.roots_to_oklab, picture.cones
    reach = len(picture.taps) // 2
    middle = picture.taps[reach]
    own = middle * middle
    labs, penalty, weight = picture.labs, picture.penalty, picture.weights[y, x]
    change = np.float32(0)
    if views > 1 and pixels[y, x, 14] == 1 and cones[color, 0] != cones[color, 3]:
        change += np.float32(_FORBIDDEN)
    for view in range(views):
        at, of = 8 * view, 3 * view
        r0 = pixels[y, x, at] * (cones[color, of] - cones[now, of])
        r1 = pixels[y, x, at + 1] * (cones[color, of + 1] - cones[now, of + 1])
        r2 = pixels[y, x, at + 2] * (cones[color, of + 2] - cones[now, of + 2])
        e0 = m[0, 0] * r0 + m[0, 1] * r1 + m[0, 2] * r2
        e1 = m[1, 0] * r0 + m[1, 1] * r1 + m[1, 2] * r2
        e2 = m[2, 0] * r0 + m[2, 1] * r1 + m[2, 2] * r2
        place = 3 * (x + reach)
        row = y + reach + view * (len(picture.field) // views)
        f0 = picture.field[row, place]
        f1 = picture.field[row, place + 1]
        f2 = picture.field[row, place + 2]
        for j in range(reach):
            tap = middle * picture.taps[j]
            f0 += tap * errors[before + j, of]
            f1 += tap * errors[before + j, of + 1]
            f2 += tap * errors[before + j, of + 2]
        errors[after, of], errors[after, of + 1], errors[after, of + 2] = e0, e1, e2
        change += e0 * (2 * f0 + own * e0) + e1 * (2 * f1 + own * e1) + e2 * (2 * f2 + own * e2)
        for i in range(3):
            new = labs[color, of + i] - pixels[y, x, at + 3 + i]
            old = labs[now, of + i] - pixels[y, x, at + 3 + i]
            change += weight * penalty[i] * (new * new - old * old)
    return change


@compiled(fastmath=True)
def change_pixel(picture: Picture, error: np.ndarray, y: int, x: int, color: int) -> None:
    """Change a pixel, and the error around it."""
    reach = len(picture.taps) // 2
    m = picture.roots_to_oklab
    new, old = picture.cones[color], picture.cones[picture.indices[y, x]]
    pixel = picture.pixels[y, x]
    views = len(new) // 3
    for view in range(views):
        for i in range(3):
            error[i] = 0
            for k in range(3):
                of = 3 * view + k
                error[i] += m[i, k] * pixel[8 * view + k] * (new[of] - old[of])
        for dy in range(2 * reach + 1):
            line = picture.field[y + dy + view * (len(picture.field) // views)]
            for t in range(2 * reach + 1):
                tap = picture.row_taps[y, dy] * picture.column_taps[x, t]
                for i in range(3):
                    line[3 * (x + t) + i] += tap * error[i]
    picture.indices[y, x] = color
    pixel[6] = color
