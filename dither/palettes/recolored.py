"""Replace the colours of a dithered image by those of another palette."""

import numpy as np

from dither.errors import InputError
from dither.held import as_array
from dither.palettes.palette_like import PaletteLike, as_palette


def recolored(image: np.ndarray, palette: PaletteLike, new: PaletteLike) -> np.ndarray:
    """Replace each colour of a dithered image by the colour of the same index in another palette.

    For example, dither to the measured look of inks, then write the codes that the device expects.

    Args:
        image: (H, W, 3) uint8 with only colours of `palette`, or (H, W) integer indices from 0 to
            K - 1.
        palette: the palette that the image was dithered to, or what `as_palette` takes.
        new: the new palette, of the same length.

    Returns:
        (H, W, 3) uint8.

    Raises:
        InputError: the palettes differ in length, or the image holds a colour or an index that
            `palette` does not.

    Example:
        >>> from dither.palettes.palette_like import load_palette
        >>> greens, grays = load_palette("game-boy"), load_palette("gray-4")
        >>> recolored(np.array([[0, 3]]), greens, grays).tolist()
        [[[0, 0, 0], [255, 255, 255]]]
    """
    palette, new = as_palette(palette), as_palette(new, "new")
    if len(palette) != len(new):
        raise InputError(
            f"a palette of {len(palette)} colours cannot be replaced by one of {len(new)}"
        )
    image = as_array(image, "image")
    if image.ndim != 2:
        return new.colors[palette.indices(image)]
    if not np.issubdtype(image.dtype, np.integer):
        raise InputError(f"palette indices are integers, not {image.dtype}")
    if image.size and (image.min() < 0 or image.max() >= len(palette)):
        raise InputError(
            f"palette indices run from 0 to {len(palette) - 1}, not {image.min()} to {image.max()}"
        )
    return new.colors[image]
