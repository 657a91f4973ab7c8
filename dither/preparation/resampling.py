"""Resample images: mix linear light, weighted by alpha."""

from collections.abc import Iterator

import numpy as np

from dither.color import code_boundaries, linear_to_srgb, srgb_to_linear
from dither.images.raster_image import RasterImage
from dither.images.rows import cut, joined
from dither.samples import white_code

# Left, top, right and bottom edges in pixels; fractions cut through pixels.
Box = tuple[float, float, float, float]
# Below this alpha (0 to 1) a resized pixel is transparent, and its colour is set to black.
_MIN_ALPHA = 1 / 512
# Pixels of an image that are resized at a time, as floats.
_BAND_PIXELS = 1 << 20
# Pixels on each side that Pillow's bicubic filter reads where the image does not shrink.
_SUPPORT = 2.0


def resize_samples(
    color: np.ndarray,
    alpha: np.ndarray | None,
    shape: tuple[int, int],
    box: Box | None = None,
) -> tuple[np.ndarray, np.ndarray | None]:
    """Resize an image with Pillow's bicubic filter, averaging linear light weighted by alpha.

    Args:
        color: (H, W) or (H, W, C) uint8, uint16 or float32 sRGB codes.
        alpha: (H, W) uint8, or None.
        shape: the new height and width.
        box: the part of the image that is resized; all of it unless given. The filter also reads
            pixels beyond the edges of the box, so that they are as sharp as the rest.

    Returns:
        Colour and alpha of the same dtypes.

    Example:
        >>> resize_samples(np.full((2, 4), 100, np.uint8), None, (1, 2))[0].tolist()
        [[100, 100]]
    """
    resizing = Resizing(color.shape[:2], shape, box)
    out = np.empty((*shape, *color.shape[2:]), color.dtype)
    new_alpha = None if alpha is None else np.empty(shape, np.uint8)
    for rows in resizing.bands():
        needed = resizing.needed(rows)
        part = None if alpha is None else alpha[needed]
        out[rows], band_alpha = resizing.resize(color[needed], part, rows)
        if new_alpha is not None and band_alpha is not None:
            new_alpha[rows] = band_alpha
    return out, new_alpha


def resize_rows(
    bands: Iterator[RasterImage], shape: tuple[int, int], resized: tuple[int, int], box: Box
) -> Iterator[RasterImage]:
    """Resize an image that comes in bands of rows, as `resize_samples` does.

    Args:
        bands: the image, from top to bottom.
        shape: its height and width.
        resized: the new height and width.
        box: the part of the image that is resized.
    """
    resizing = Resizing(shape, resized, box)
    held: RasterImage | None = None
    top = bottom = 0  # the rows that are held
    for rows in resizing.bands():
        needed = resizing.needed(rows)
        parts = [] if held is None else [held]
        while bottom < needed.stop:
            parts.append(next(bands))
            bottom += len(parts[-1].color)
        held = joined(parts)
        held = cut(held, needed.start - top, bottom - top)
        top = needed.start
        part = cut(held, 0, needed.stop - top)
        yield RasterImage(*resizing.resize(part.color, part.alpha, rows), held.profile)
    for _ in bands:  # damage below the box is reported too
        pass


class Resizing:
    """Resizing in bands of rows, which are the same for an image that is read whole or in bands.

    Args:
        shape: height and width of the image.
        resized: the new height and width.
        box: the part of the image that is resized; all of it if None.
    """

    def __init__(
        self, shape: tuple[int, int], resized: tuple[int, int], box: Box | None = None
    ) -> None:
        self.shape = shape
        self.resized = resized
        self.box = box or (0, 0, shape[1], shape[0])
        self._step = (self.box[3] - self.box[1]) / resized[0]

    def bands(self) -> Iterator[slice]:
        """Yield the rows of the result, a band at a time."""
        pixels = max(self.shape[1], self.resized[1]) * max(1.0, self._step)
        rows = max(1, int(_BAND_PIXELS / pixels))
        for start in range(0, self.resized[0], rows):
            yield slice(start, min(start + rows, self.resized[0]))

    def needed(self, rows: slice) -> slice:
        """Return the rows of the image that the filter reads for some rows of the result.

        For all rows of the result these are all of the image, as in one call of Pillow.
        """
        if rows == slice(0, self.resized[0]):
            return slice(0, self.shape[0])
        reach = _SUPPORT * max(1.0, self._step) + 1
        first = self.box[1] + (rows.start + 0.5) * self._step
        last = self.box[1] + (rows.stop - 0.5) * self._step
        return slice(max(0, int(first - reach)), min(self.shape[0], int(last + reach) + 1))

    def resize(
        self, color: np.ndarray, alpha: np.ndarray | None, rows: slice
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Return some rows of the result.

        Args:
            color: the rows of the image that are `needed`.
            alpha: the same of alpha, or None.
            rows: of the result.
        """
        left, top, right, end = self.box
        above = self.needed(rows).start
        # Exactly the end of the box, so that an image of one band is resized as by one call.
        bottom = end if rows.stop == self.resized[0] else top + rows.stop * self._step
        box = (
            left,
            top + rows.start * self._step - above,
            right,
            min(float(len(color)), bottom - above),
        )
        return _resize(color, alpha, (rows.stop - rows.start, self.resized[1]), box)


def _resize(
    color: np.ndarray, alpha: np.ndarray | None, shape: tuple[int, int], box: Box
) -> tuple[np.ndarray, np.ndarray | None]:
    white = white_code(color)
    weights = None if alpha is None else (alpha / np.float32(255)).astype(np.float32)
    new_alpha = None if weights is None else _bicubic(weights, shape, box)
    channels = color[..., None] if color.ndim == 2 else color
    out = np.empty((*shape, channels.shape[2]), color.dtype)
    for channel in range(channels.shape[2]):
        light = _to_light(channels[..., channel])
        if weights is not None:
            light *= weights
        mixed = _bicubic(light, shape, box)
        if new_alpha is not None:
            mixed = np.divide(
                mixed, new_alpha, out=np.zeros_like(mixed), where=new_alpha > _MIN_ALPHA
            )
        if white > 1:
            out[..., channel] = np.searchsorted(code_boundaries(white), mixed, side="right")
        else:
            out[..., channel] = linear_to_srgb(mixed.clip(0, 1))
    if new_alpha is not None:
        new_alpha = np.rint(new_alpha.clip(0, 1) * 255).astype(np.uint8)
    return out.reshape(*shape, *color.shape[2:]), new_alpha


def _bicubic(samples: np.ndarray, shape: tuple[int, int], box: Box) -> np.ndarray:
    from PIL import Image

    picture = Image.fromarray(np.ascontiguousarray(samples, np.float32))
    return np.asarray(picture.resize((shape[1], shape[0]), Image.Resampling.BICUBIC, box))


def _to_light(samples: np.ndarray) -> np.ndarray:
    """Return float32 linear light; integer samples go through a table."""
    white = white_code(samples)
    if white == 1:
        return srgb_to_linear(samples.clip(0, 1)).astype(np.float32)
    return srgb_to_linear(np.arange(white + 1) / white).astype(np.float32)[samples]
