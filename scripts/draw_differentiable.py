"""Draw docs/differentiable.png: the published method on flat colours and on a gradient, by variance.

python scripts/draw_differentiable.py
"""

if __name__ == "__main__":
    import usage

    usage.check(__doc__)

from pathlib import Path

import numpy as np
from PIL import Image

from dither.differentiable import published

DOCS = Path(__file__).resolve().parent.parent / "docs"
VARIANCES = (0.0, 0.1, 0.25, 0.5, 1.0)
SCALE, GAP = 3, 6


def red_blue_purple() -> np.ndarray:
    """Return stripes of red, purple and blue, (48, 48, 3) uint8."""
    stripes = np.array([(255, 0, 0), (128, 0, 128), (0, 0, 255)], np.uint8)
    return stripes.repeat(16, axis=0)[None].repeat(48, axis=0)


def gradient() -> np.ndarray:
    """Return a vertical gradient from black to white, (48, 48, 3) uint8."""
    codes = np.rint(np.linspace(0, 255, 48)).astype(np.uint8)
    return codes[:, None, None].repeat(48, axis=1).repeat(3, axis=2)


def row(image: np.ndarray, colors: int) -> np.ndarray:
    """Return the picture and its dithered versions side by side."""
    tiles = [image]
    for variance in VARIANCES:
        made = published(image, colors, variance=variance, steps=1000, seed=1)
        tiles.append(made.colors[made.indices])
    space = ((GAP, GAP), (GAP, GAP), (0, 0))
    return np.hstack(
        [
            np.pad(tile.repeat(SCALE, 0).repeat(SCALE, 1), space, constant_values=255)
            for tile in tiles
        ]
    )


def main() -> None:
    """Draw the picture."""
    pixels = np.vstack([row(red_blue_purple(), 3), row(red_blue_purple(), 2), row(gradient(), 2)])
    Image.fromarray(pixels).save(DOCS / "differentiable.png", optimize=True)


if __name__ == "__main__":
    main()
