"""Turn what callers hold into a raster image: arrays, and images of Pillow."""

from typing import Any

import numpy as np

from dither.errors import InputError
from dither.images.pillow_conversion import from_pillow
from dither.images.raster_image import RasterImage
from dither.samples import checked_image, split_alpha, white_code


def as_raster_image(held: Any, argument: str = "image") -> RasterImage:
    """Return the raster image that a caller holds.

    Args:
        held: a `RasterImage`; an image of Pillow, whose profile is kept; or an array, nested lists, or
            an object with `__array__`: (H, W) or (H, W, C) with 1 to 4 channels, of which the last is
            alpha if there are 2 or 4; uint8, uint16, bool, or floats from 0 to 1, which are rounded to
            8 bits. Lists hold whole numbers from 0 to 255, or such floats.
        argument: name of the argument, for the message.

    Raises:
        InputError: `held` is none of these, or has no pixels.

    Example:
        >>> as_raster_image(np.array([[0.0, 1.0]])).color
        array([[  0, 255]], dtype=uint8)
    """
    if isinstance(held, RasterImage):
        return held
    if hasattr(held, "getbands") and hasattr(held, "load"):
        try:
            held.load()
            found = from_pillow(held)
        except (ValueError, OSError) as error:
            raise InputError(f"{argument} cannot be read: {error}") from None
        if found.color.size:
            return found
    try:
        samples = checked_image(held)
    except InputError as error:
        raise error if argument in str(error) else InputError(f"{argument}: {error}") from None
    if samples.ndim == 3 and samples.shape[2] > 4:
        raise InputError(f"{argument} has {samples.shape[2]} channels; 1 to 4 can be written")
    color, alpha = split_alpha(samples)
    if color.ndim == 3 and color.shape[2] == 1:
        color = color[..., 0]
    if color.dtype.kind == "f":
        color = np.rint(color.clip(0, 1) * 255).astype(np.uint8)
    if alpha is None:
        return RasterImage(np.ascontiguousarray(color))
    shares = alpha[..., 0].astype(np.float64) / white_code(alpha)
    eight_bits = np.rint(shares.clip(0, 1) * 255).astype(np.uint8)
    return RasterImage(np.ascontiguousarray(color), eight_bits)
