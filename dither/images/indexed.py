"""Indexed images: frames of at most 256 colours as indices into one colour table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from dither.errors import InputError
from dither.held import as_bytes
from dither.images.raster_image import RasterImage
from dither.images.rows import RowArray, Rows

if TYPE_CHECKING:
    from PIL import Image

MAX_COLORS = 256
_ROWS = 256  # converted at a time, to hold few 32-bit codes in memory
_OPAQUE = 255


@dataclass(frozen=True, eq=False)
class IndexedFrames:
    """Frames as indices into one table of at most 256 colours with alpha.

    Attributes:
        frames: (H, W) uint8 indices each; rows that are made when they are needed, if the images were
            such rows.
        table: (K, 4) uint8 red, green, blue and alpha.
    """

    frames: tuple[np.ndarray, ...]
    table: np.ndarray

    @property
    def bits(self) -> int:
        """Bits per index: 1, 2, 4 or 8."""
        return next(bits for bits in (1, 2, 4, 8) if len(self.table) <= 1 << bits)

    @property
    def is_opaque(self) -> bool:
        """Whether all entries are opaque."""
        return bool((self.table[:, 3] == _OPAQUE).all())

    def padded_colors(self, bits: int) -> np.ndarray:
        """Return red, green and blue of 2**bits entries, as files with a fixed table size need them.

        The last entry is repeated: black would look like one more colour of the palette.

        Returns:
            (2**bits, 3) uint8.
        """
        missing = (1 << bits) - len(self.table)
        return np.pad(self.table[:, :3], ((0, missing), (0, 0)), mode="edge")

    def to_pillow(self, frame: int) -> "Image.Image":
        """Return one frame as a Pillow image of mode P."""
        from PIL import Image

        picture = Image.fromarray(self.frames[frame][:])
        picture.putpalette(self.table[:, :3].tobytes())
        if not self.is_opaque:
            last = int(np.flatnonzero(self.table[:, 3] < _OPAQUE)[-1])
            picture.info["transparency"] = self.table[: last + 1, 3].tobytes()
        return picture


def to_indexed(images: Sequence[RasterImage]) -> IndexedFrames | None:
    """Convert frames to indices into one colour table; return None if they have more than 256 colours.

    The table holds the colours of the pixels in ascending order, entries that are not opaque first.

    Args:
        images: uint8 samples, all of one size. Colours of different alpha are different colours.

    Example:
        >>> found = to_indexed([RasterImage(np.array([[7, 9, 7]], np.uint8))])
        >>> found.table[:, 0].tolist(), found.frames[0].tolist()
        ([7, 9], [[0, 1, 0]])
    """
    from PIL import Image

    colors: set[Any] = set()
    for image in images:
        # In blocks of rows, because the first rows of a photo already have more than 256 colours.
        for start in range(0, len(image.color), _ROWS):
            part = _codes(image, slice(start, start + _ROWS))
            picture = Image.fromarray(part.astype("<u4").view(np.uint8).reshape(*part.shape, 4))
            more = picture.getcolors(MAX_COLORS)
            colors.update(color for _, color in more or ())
            if more is None or len(colors) > MAX_COLORS:
                return None
    # Alpha is the highest byte, so that ascending order puts entries that are not opaque first.
    codes = np.sort(np.array(list(colors), np.uint8).view("<u4").ravel())
    table = (codes[:, None] >> np.array([16, 8, 0, 24], np.uint32) & 255).astype(np.uint8)
    frames = tuple(
        _indices(image.color, lambda rows, image=image: np.searchsorted(codes, _codes(image, rows)))
        for image in images
    )
    return IndexedFrames(frames, table)


def _indices(like: RowArray, make: Callable[[slice], np.ndarray]) -> np.ndarray:
    """Return (H, W) uint8 indices: an array like an array, else rows when they are needed."""
    shape = like.shape[0], like.shape[1]
    if isinstance(like, Rows):
        dtype = np.dtype(np.uint8)
        found = Rows(shape, dtype, lambda start, stop: make(slice(start, stop)).astype(dtype))
        return cast(Any, found)  # encoders slice it as they slice arrays
    frame = np.empty(shape, np.uint8)
    for start in range(0, len(frame), _ROWS):
        rows = slice(start, start + _ROWS)
        frame[rows] = make(rows)
    return frame


def _codes(image: RasterImage, rows: slice) -> np.ndarray:
    """Return 0xAARRGGBB of each pixel in some rows."""
    color = image.color[rows].astype(np.uint32)
    if color.ndim == 2:
        codes = color * np.uint32(0x010101)
    else:
        codes = color[..., 0] << 16 | color[..., 1] << 8 | color[..., 2]
    if image.alpha is None:
        return codes | np.uint32(255 << 24)
    return codes | image.alpha[rows].astype(np.uint32) << 24


def with_palette(
    frames: Sequence[RowArray], colors: np.ndarray, alphas: Sequence[RowArray | None]
) -> IndexedFrames | None:
    """Return frames whose table begins with a whole palette; opaque pixels keep their indices.

    Transparent pixels get entries after the palette: one for all fully transparent pixels, with the
    first colour, then one for each combination of colour and partial alpha, ordered by alpha and index.
    If the palette has 256 colours, fully transparent pixels get the index of the last colour that no
    pixel shows, and this entry becomes transparent.

    Args:
        frames: (H, W) integer indices from 0 to K - 1 each.
        colors: (K, 3) uint8 sRGB codes, K from 1 to 256, in any order, also repeated.
        alphas: (H, W) uint8 for each frame, or None if every pixel is opaque.

    Returns:
        The frames, or None if they need more than 256 entries.

    Raises:
        InputError: an array has another shape, dtype or range.

    Example:
        >>> colors = np.array([[9, 9, 9], [0, 0, 0], [7, 7, 7]], np.uint8)
        >>> found = with_palette([np.array([[2, 0, 2]])], colors, [np.array([[255, 255, 0]], np.uint8)])
        >>> found.frames[0].tolist(), found.table[:, 3].tolist()
        ([[2, 0, 3]], [255, 255, 255, 0])
    """
    colors, count = checked_colors(colors), len(colors)
    frames = [_checked_indices(frame, count) for frame in frames]
    for frame, alpha in zip(frames, alphas, strict=True):
        _check_alpha(alpha, frame)
    table = np.concatenate([colors, np.full((count, 1), _OPAQUE, np.uint8)], axis=1)
    if all(alpha is None for alpha in alphas):
        return IndexedFrames(tuple(frames), table)
    present = np.zeros(1 << 16, bool)  # for each combination of alpha (high byte) and index
    for frame, alpha in zip(frames, alphas, strict=True):
        for start in range(0, len(frame), _ROWS):
            present[_pairs(frame, alpha, slice(start, start + _ROWS))] = True
    places = np.zeros(1 << 16, np.uint8)
    places[_OPAQUE << 8 :] = np.arange(256)
    partial = np.flatnonzero(present[256 : _OPAQUE << 8]) + 256
    is_clear = bool(present[:256].any())
    hidden = np.flatnonzero(~present[_OPAQUE << 8 :][:count])
    if is_clear and count == MAX_COLORS and not len(partial) and len(hidden):
        places[:256] = hidden[-1]
        table[hidden[-1], 3] = 0
    elif count + is_clear + len(partial) > MAX_COLORS:
        return None
    else:
        entries = [[*colors[0], 0]] * is_clear
        entries += [[*colors[code & 255], code >> 8] for code in partial.tolist()]
        table = np.concatenate([table, np.array(entries, np.uint8).reshape(-1, 4)])
        places[:256] = count * is_clear
        places[partial] = count + is_clear + np.arange(len(partial))
    mapped = tuple(
        _indices(frame, lambda rows, f=frame, a=alpha: places[_pairs(f, a, rows)])
        for frame, alpha in zip(frames, alphas, strict=True)
    )
    return IndexedFrames(mapped, table)


def _pairs(frame: RowArray, alpha: RowArray | None, rows: slice) -> np.ndarray:
    """Return 256 times alpha plus the index of each pixel in some rows."""
    high = np.uint16(_OPAQUE) if alpha is None else alpha[rows].astype(np.uint16)
    return high << np.uint16(8) | frame[rows]


def checked_colors(colors: np.ndarray) -> np.ndarray:
    """Return the colours of a table as uint8.

    Args:
        colors: (K, 3) integers from 0 to 255, K from 1 to 256.

    Raises:
        InputError: the array has another shape, dtype or range.

    Example:
        >>> checked_colors(np.array([[0, 9, 255]])).dtype
        dtype('uint8')
    """
    colors = np.asarray(colors)
    if colors.ndim != 2 or colors.shape[1] != 3 or not 1 <= len(colors) <= MAX_COLORS:
        raise InputError(
            f"a colour table has the shape (K, 3) with K from 1 to {MAX_COLORS}, not {colors.shape}"
        )
    if colors.dtype.kind not in "iu":
        raise InputError(f"a colour table holds whole numbers from 0 to 255, not {colors.dtype}")
    return as_bytes(colors, "a colour table")


def _checked_indices(frame: RowArray, count: int) -> np.ndarray:
    if isinstance(frame, Rows):  # codes of this program
        return cast(Any, frame)
    frame = np.asarray(frame)
    if frame.ndim != 2 or not np.issubdtype(frame.dtype, np.integer):
        raise InputError(
            f"indices are an integer array of shape (H, W), not {frame.dtype} of shape {frame.shape}"
        )
    if frame.size and (frame.min() < 0 or frame.max() >= count):
        raise InputError(
            f"indices run from 0 to {count - 1}, not from {frame.min()} to {frame.max()}"
        )
    return np.ascontiguousarray(frame, np.uint8)


def _check_alpha(alpha: RowArray | None, frame: RowArray) -> None:
    if alpha is not None and (alpha.shape != frame.shape or alpha.dtype != np.uint8):
        raise InputError(
            f"alpha is uint8 of shape {frame.shape} like the indices, not {alpha.dtype} of shape "
            f"{alpha.shape}"
        )
