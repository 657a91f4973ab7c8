"""Linear light of an original and its dithered version."""

import numpy as np

from dither.color import srgb_to_linear
from dither.errors import InputError
from dither.samples import as_color, checked_image, white_code
from dither.wording import sides_text


def linear_lights(original: np.ndarray, dithered: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return both pictures as linear light; grey becomes three equal channels.

    Args:
        original: (H, W), (H, W, 1) or (H, W, 3); uint8, uint16, bool, or float32/float64 in 0..1, as
            sRGB codes.
        dithered: same rows and columns; dtype and number of channels may differ.

    Returns:
        Two (H, W, 3) float64 arrays, 0 to 1.

    Raises:
        InputError: another shape or dtype, no pixels, NaN, or two different sizes.

    Example:
        >>> gray, white = linear_lights(np.array([[0.5]]), np.array([[65535]], np.uint16))
        >>> gray.round(3).tolist(), white.tolist()
        ([[[0.214, 0.214, 0.214]]], [[[1.0, 1.0, 1.0]]])
    """
    lights = _linear_light(original), _linear_light(dithered)
    if lights[0].shape != lights[1].shape:
        sizes = [sides_text(light.shape[1::-1]) for light in lights]
        raise InputError(
            f"the original has {sizes[0]} pixels and the dithered picture {sizes[1]}; both must have "
            "the same size"
        )
    return lights


def _linear_light(image: np.ndarray) -> np.ndarray:
    image = checked_image(image)
    if image.size == 0 or (image.ndim == 3 and image.shape[2] not in (1, 3)):
        raise InputError(
            f"a picture of shape {image.shape} cannot be measured; it needs pixels, and 1 or 3 channels"
        )
    if np.issubdtype(image.dtype, np.floating):
        # Converted before a grey channel is tripled.
        return as_color(srgb_to_linear(np.clip(image.astype(np.float64), 0, 1)))
    white = white_code(image)
    return as_color(srgb_to_linear(np.arange(white + 1) / white)[image])
