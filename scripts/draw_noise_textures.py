"""Draw docs/noise-textures.png: vec2 noise and its spectrum, beside white noise of the same values."""

if __name__ == "__main__":
    import usage

    usage.check(__doc__)

from pathlib import Path

import numpy as np
from PIL import Image

from bluenoise.value_texture import value_texture_of
from bluenoise.values.evaluate_vectors import white_texture
from bluenoise.values.generate_vectors import generate_vectors
from dither.files.atomic import atomic_write
from dither.metrics.spectrum import power_spectrum

CELL, GAP, COLORS = 2, 8, 64

ours = value_texture_of(generate_vectors((64, 64), values="vec2"), "vec2")
tiles = []
for texture in (ours, white_texture(ours)):
    plane = texture.values[0]
    blue = np.full((*plane.shape[:2], 1), 0.5)
    power = np.mean([power_spectrum(plane[..., channel]) for channel in range(2)], axis=0)
    # White is twice the power of white noise.
    grey = np.clip(np.fft.fftshift(power) / 2, 0, 1)
    tiles += [np.concatenate([plane, blue], axis=2), np.stack([grey] * 3, axis=2)]
enlarged = [
    np.kron(np.rint(255 * tile), np.ones((CELL, CELL, 1))).astype(np.uint8) for tile in tiles
]
gap = np.full((enlarged[0].shape[0], GAP, 3), 255, np.uint8)
row = np.concatenate([part for tile in enlarged for part in (tile, gap)][:-1], axis=1)
with atomic_write(Path(__file__).parents[1] / "docs" / "noise-textures.png") as file:
    picture = Image.fromarray(row).quantize(COLORS, dither=Image.Dither.NONE)
    picture.save(file, format="PNG", optimize=True)
