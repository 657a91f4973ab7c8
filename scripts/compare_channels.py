"""Measure per-channel matrices on colour photos: compare_channels.py FOLDER (of .png files).

Photos are dithered to 2 and 4 levels a channel in linear light. Errors are 100 times the RMS difference
in OKLab after a Gaussian blur of 1.5 and 2.5 pixels in linear light: of lightness, and of colour.
"""

if __name__ == "__main__":
    import usage

    usage.check(__doc__, "FOLDER")

import sys
from pathlib import Path

import numpy as np

from bluenoise.evaluate import luminance_gain_db
from bluenoise.methods.blue import blue, blue_channels, shifted
from dither.color import linear_to_oklab, srgb_to_linear
from dither.images.io import read_image
from dither.metrics.spectrum import frequency_axes
from dither.metrics.viewing import STANDARD_FILTERS, Gaussian
from dither.ordered.levels import requantize

paths = sorted(Path(sys.argv[1]).glob("*.png"))
photos = [read_image(path).color for path in paths]
matrix = blue((64, 64))
ways = {
    "one matrix for all": [matrix] * 3,
    "one matrix, shifted": shifted(matrix, 3),
    "three, made together": blue_channels((64, 64)),
}


def seen(image: np.ndarray, sigma: float) -> np.ndarray:
    """Return the image in OKLab after a blur in linear light."""
    light = np.fft.rfft2(srgb_to_linear(image / 255), axes=(0, 1))
    transfer = Gaussian(sigma).transfer(*frequency_axes(image.shape[:2], half=True))
    blurred = np.fft.irfft2(light * transfer[..., None], s=image.shape[:2], axes=(0, 1))
    return linear_to_oklab(np.clip(blurred, 0, None))


print(f"{'luminance of greys, dB':24}", *(f"{name[:12]:>13}" for name in STANDARD_FILTERS))
for name, matrices in ways.items():
    print(f"{name:24}", *(f"{gain:13.2f}" for gain in luminance_gain_db(matrices).values()))
print(f"\n{f'{len(photos)} photos, geometric mean':32} lightness   colour")
for levels in (2, 4):
    for sigma in (1.5, 2.5):
        for name, matrices in ways.items():
            errors = []
            for photo in photos:
                dithered = requantize(photo, matrices, levels=levels, light="linear")
                difference = seen(dithered, sigma) - seen(photo, sigma)
                errors.append(
                    (
                        np.sqrt(np.mean(difference[..., 0] ** 2)),
                        np.sqrt(np.mean((difference**2).sum(axis=2))),
                    )
                )
            lightness, colour = 100 * np.exp(np.mean(np.log(errors), axis=0))
            print(f"{levels} levels, {sigma} px: {name:20}{lightness:8.3f}{colour:9.3f}")
