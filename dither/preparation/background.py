"""Backgrounds: a colour behind transparent pixels, and bars around an image."""

from dataclasses import replace

import numpy as np

from dither.color import code_boundaries, linear_to_srgb, srgb_to_linear, to_gray
from dither.color_text import css_colors, find_color
from dither.errors import InputError
from dither.images.raster_image import RasterImage
from dither.samples import white_code
from dither.suggestions import did_you_mean


def parse_background(text: str) -> np.ndarray:
    """Return the sRGB codes of a colour.

    Args:
        text: #rgb, RRGGBB with or without #, or a name of CSS.

    Returns:
        (3,) uint8.

    Raises:
        InputError: the text is no such colour.

    Example:
        >>> parse_background("#0f380f").tolist()
        [15, 56, 15]
    """
    color = find_color(text)
    if color is None:
        advice = (
            "it must be a colour in hexadecimal such as '#ffffff', or a name of CSS such as 'white'"
        )
        names = css_colors() if text.isalpha() else ()
        raise InputError(f"the background is {text[:40]!r}; {did_you_mean(text, names, advice)}")
    return np.array(color, np.uint8)


def on_background(image: RasterImage, background: str, *, gray: bool = False) -> RasterImage:
    """Composite an image over an opaque colour, mixing linear light.

    Half-transparent white on black is then half as bright as white, and dithering keeps that light.

    Args:
        image: uint8, uint16 or floats.
        background: the colour, as in `parse_background`.
        gray: use the grey of the same luminance, mixed in linear light, if the image is grey; if not,
            a grey image becomes RGB before a colour is behind it, and loses its profile.

    Returns:
        An image without alpha; the same arrays if it was opaque and stays grey or RGB.

    Example:
        >>> half = RasterImage(np.array([[0, 9]], np.uint8), np.array([[127, 255]], np.uint8))
        >>> on_background(half, "#ffffff").color
        array([[188,   9]], dtype=uint8)
    """
    color, codes, profile = image.color, _codes(image.color, background, gray), image.profile
    if color.ndim < codes.ndim + 2:
        color, profile = np.stack([color] * 3, axis=2), None
    if image.alpha is None:
        return replace(image, color=color, profile=profile)
    clear = image.alpha == 0
    mixed = np.where(clear if color.ndim == 2 else clear[..., None], codes, color)
    partial = (image.alpha > 0) & (image.alpha < 255)
    if partial.any():
        mixed[partial] = _mixed(color[partial], image.alpha[partial], codes)
    return replace(image, color=mixed, alpha=None, profile=profile)


def _mixed(color: np.ndarray, alpha: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return (N,) or (N, 3) sRGB codes of pixels, by (N,) uint8 alpha, over a background."""
    white = white_code(color)
    share = (alpha / 255).reshape(alpha.shape + (1,) * (color.ndim - 1))
    light, behind = srgb_to_linear(color / white), srgb_to_linear(codes / white)
    mixed = behind + (light - behind) * share
    if white == 1:
        return linear_to_srgb(mixed).astype(color.dtype)
    return np.searchsorted(code_boundaries(white), mixed, side="right").astype(color.dtype)


def framed(
    image: RasterImage,
    frame: tuple[int, int],
    offset: tuple[int, int],
    background: str | None = None,
    *,
    gray: bool = False,
) -> RasterImage:
    """Place an image in a frame that is as large or larger.

    Args:
        image: uint8, uint16 or floats.
        frame: height and width of the result.
        offset: row and column of the image's first pixel.
        background: the opaque colour of the bars, and behind transparent pixels. Without one, bars are
            transparent if the image has alpha, else white.
        gray: as in `on_background`.

    Returns:
        The same arrays if there are no bars and no background.

    Example:
        >>> framed(RasterImage(np.zeros((1, 1), np.uint8)), (1, 3), (0, 1)).color.tolist()
        [[255, 0, 255]]
    """
    if background is not None:
        image = on_background(image, background, gray=gray)
    color, alpha = image.color, image.alpha
    if frame == color.shape[:2]:
        return image
    rows = slice(offset[0], offset[0] + color.shape[0])
    columns = slice(offset[1], offset[1] + color.shape[1])
    larger = np.empty((*frame, *color.shape[2:]), color.dtype)
    larger[...] = 0 if alpha is not None else _codes(color, background or "#ffffff", gray)
    larger[rows, columns] = color
    larger_alpha = None
    if alpha is not None:
        larger_alpha = np.zeros(frame, np.uint8)
        larger_alpha[rows, columns] = alpha
    return RasterImage(larger, larger_alpha, image.profile)


def _codes(color: np.ndarray, background: str, gray: bool) -> np.ndarray:
    """Return the background in the depth of an image: () if it can be grey, else (3,)."""
    codes = parse_background(background)
    if color.ndim == 2 and (gray or (codes == codes[0]).all()):
        codes = to_gray(codes[None, None])[0, 0]
    if color.dtype == np.uint8:
        return np.asarray(codes)
    if white_code(color) == 1:
        return np.asarray(codes / 255, color.dtype)
    return np.asarray(codes * np.uint16(257))
