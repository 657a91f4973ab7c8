"""The expected result of every runtime: two pictures dithered by `dither.requantize`.

One picture combines every 8-bit grey with every rank of a 64x64 matrix, so it covers every decision and
every tie. The other resembles a photo, and its sides are no multiples of the matrix's.
"""

import numpy as np

import dither

MATRIX = "blue-64x64"
# Drawn in the red, green and blue channel.
LEVELS = (2, 4, 16)


def all_greys() -> np.ndarray:
    """Return (1024, 1024) uint8: tile (i, j), as large as the matrix, has grey 16 i + j."""
    greys = np.arange(256, dtype=np.uint8).reshape(16, 16)
    return np.kron(greys, np.ones((64, 64), np.uint8))


def landscape() -> np.ndarray:
    """Return (150, 203) uint8: a fading sky, hills with sharp edges, and grain."""
    down, right = np.mgrid[0:1:150j, 0:1:203j]
    picture = 235 - 150 * down + 40 * np.exp(-((right - 0.7) ** 2 + (down - 0.2) ** 2) / 0.01)
    for height, wave, grey in ((0.5, 5.0, 120), (0.65, 9.0, 70), (0.85, 15.0, 25)):
        hills = height + 0.08 * np.sin(wave * right + 3 * height)
        picture = np.where(down > hills, grey + 60 * (down - hills), picture)
    grain = np.random.default_rng(7).normal(0, 4, picture.shape)
    return np.clip(np.rint(picture + grain), 0, 255).astype(np.uint8)


PICTURES = {"greys": all_greys, "landscape": landscape}


def requantized(picture: np.ndarray) -> np.ndarray:
    """Return (H, W, 3) uint8: the picture at each number of levels in LEVELS."""
    matrix = dither.load_matrix(MATRIX)
    return np.stack([dither.requantize(picture, matrix, levels=each) for each in LEVELS], axis=2)
