"""Changes of the error and of the loss by each index at the next pixels of a GIF.

A search tries an index at a pixel for many strings. What does not depend on the pixels before is
computed once for each pixel and index.
"""

from typing import NamedTuple

import numpy as np

from dither.native.loop import compiled
from dither.small_files.match_pixels import Picture

# Pixels before one whose new errors count at once; those farther count when they are written.
BEFORE = 5
# Pixels whose changes are kept: a power of two, more than are looked ahead with the longest string.
PLACES = 2048
NEVER = 1e30


class Places(NamedTuple):
    """Changes by each index at the next pixels.

    Attributes:
        place: (N,) int32, the pixel of each row; -1 for none.
        x: (N,) int32, its column in the image.
        field: (N,) int32, its first sample in the flat field.
        changes: (N, K, 4) float32: of the error (3), and of the loss by it alone.
        cones: (3, K) float32, those of `Picture` transposed.
        labs: (3, K) float32, as there.
        taps: (BEFORE,) float32, of the pixels before.
        samples: (N,) float32, the flat field.
    """

    place: np.ndarray
    x: np.ndarray
    field: np.ndarray
    changes: np.ndarray
    cones: np.ndarray
    labs: np.ndarray
    taps: np.ndarray
    samples: np.ndarray


@compiled(fastmath=True)
def no_places(picture: Picture, samples: np.ndarray, mark: int) -> Places:
    """Return room for the changes of pixels.

    Args:
        picture: the picture.
        samples: (N,) float32, the flat view of its field.
        mark: index that leaves a pixel unchanged; -1 for none.
    """
    reach = len(picture.taps) // 2
    kept = min(reach, BEFORE)
    taps = np.zeros(BEFORE, np.float32)
    taps[BEFORE - kept :] = picture.taps[reach - kept : reach] * picture.taps[reach]
    return Places(
        np.full(PLACES, -1, np.int32),
        np.zeros(PLACES, np.int32),
        np.zeros(PLACES, np.int32),
        np.zeros((PLACES, max(len(picture.cones), mark + 1), 4), np.float32),
        np.ascontiguousarray(picture.cones.T),
        np.ascontiguousarray(picture.labs.T),
        taps,
        samples,
    )


@compiled(fastmath=True)
def fill(picture: Picture, places: Places, before: np.ndarray, mark: int, place: int) -> None:
    """Write what each index changes at a pixel."""
    pixels, m, cones, labs = picture.pixels, picture.roots_to_oklab, places.cones, places.labs
    width, reach = picture.indices.shape[1], len(picture.taps) // 2
    row = place & (PLACES - 1)
    y, x = place // width, place % width
    places.place[row], places.x[row] = place, x
    places.field[row] = (y + reach) * picture.field.shape[1] + 3 * (x + reach)
    changes, now = places.changes[row], int(picture.indices[y, x])
    count = cones.shape[1]
    if pixels[y, x, 7] < 0:
        changes[:count, :3] = 0
        changes[:count, 3] = NEVER
    else:
        middle = picture.taps[reach]
        own, scale, penalty = middle * middle, picture.weights[y, x], picture.penalty
        s0, s1, s2 = pixels[y, x, 0], pixels[y, x, 1], pixels[y, x, 2]
        n0, n1, n2 = cones[0, now], cones[1, now], cones[2, now]
        o0, o1, o2 = pixels[y, x, 3], pixels[y, x, 4], pixels[y, x, 5]
        p0, p1, p2 = scale * penalty[0], scale * penalty[1], scale * penalty[2]
        d0, d1, d2 = labs[0, now] - o0, labs[1, now] - o1, labs[2, now] - o2
        old = p0 * d0 * d0 + p1 * d1 * d1 + p2 * d2 * d2
        for color in range(count):
            r0 = s0 * (cones[0, color] - n0)
            r1 = s1 * (cones[1, color] - n1)
            r2 = s2 * (cones[2, color] - n2)
            e0 = m[0, 0] * r0 + m[0, 1] * r1 + m[0, 2] * r2
            e1 = m[1, 0] * r0 + m[1, 1] * r1 + m[1, 2] * r2
            e2 = m[2, 0] * r0 + m[2, 1] * r1 + m[2, 2] * r2
            w0, w1, w2 = labs[0, color] - o0, labs[1, color] - o1, labs[2, color] - o2
            new = p0 * w0 * w0 + p1 * w1 * w1 + p2 * w2 * w2
            changes[color, 0], changes[color, 1], changes[color, 2] = e0, e1, e2
            changes[color, 3] = own * (e0 * e0 + e1 * e1 + e2 * e2) + new - old
    changes[now, 3] = 0
    if mark >= 0:
        changes[mark] = changes[int(before[y, x])]
