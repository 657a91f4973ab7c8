"""Give the pixels of flat areas, lines and text exact colours, so that they are not dithered.

Shapes and contrasts are those of the image. Its colours are mapped by a rendering intent only where an
available colour is chosen, and in pixels that are dithered. Rules for the pixels of a mask:

1. A pixel at an edge takes the colour of the darkest or the lightest pixel within 2 pixels, whichever
   is nearer. Anti-aliased and blurred letters become crisp (toggle mapping).
2. The background is the most frequent colour around a cell of 8 pixels. Pixels of the background, and
   of flat squares of 17 pixels, take the nearest available colour if that looks nearly the same. If
   not, they are dithered: a grey panel stays grey. Connected background is decided as a whole, except
   that coloured gradients are dithered.
3. Other pixels are text or lines and take the nearest available colour; neutral colours take neutral
   ones. If that loses the contrast with the background, the difference is enlarged until it is kept:
   light grey text on white becomes black on a display of two colours.
4. Lines of low contrast (up to 40 codes) are dithered, so that a light grid becomes dotted, not black.
   Smaller differences (24 codes), and those of less than a fifth of the contrast around them, such as
   the ringing of JPEG, count as background.
5. Where the background is dithered, pixels that touch text take the available colour on the
   background's side of the contrast, so that no dots touch letters.

Source: H. P. Kramer, J. B. Bruckner, "Iterations of a non-linear transformation for enhancement of
digital images" (1975), for rule 1.
"""

from dataclasses import dataclass

import numpy as np

from dither.color import packed_codes, unpacked_codes
from dither.errors import InputError
from dither.gamut.available import (
    Available,
    LevelColors,
    PaletteColors,
    looks_near,
    with_contrast,
)
from dither.gamut.device_link import map_to_palette
from dither.palettes.palette import Intent
from dither.palettes.palette_like import PaletteLike, as_palette
from dither.preparation.cells import connected_regions, join_cells, split_cells, window
from dither.preparation.window_scores import luma_of
from dither.samples import (
    check_levels,
    checked_image,
    eight_bit_colors,
    level_values,
    native_byte_order,
)

_CELL, _BACKGROUND_RADIUS, _BIN = 8, 2, 8
_EDGE_RADIUS, _FILL_RADIUS = 2, 8
# Cells around a pixel's own whose backgrounds it may have, as in the corner of a panel with text.
_NEIGHBORS = 2
# Differences, in codes, above which pixels are no flat area, are visible, and are lines to be kept.
_FLAT_CODES, _SEEN_CODES, _KEPT_CODES = 12, 24, 40
_SEEN_SHARE = 0.2


@dataclass(frozen=True, eq=False)
class KeptPixels:
    """A picture whose kept pixels have their final colours, and the codes of these.

    Attributes:
        picture: the picture to dither, of the shape and dtype of the image; with a palette, (H, W, 3)
            uint16 (uint8 or uint16 if the palette can show all colours). Kept pixels hand on no error.
        kept: (H, W) bool, True for pixels that are decided.
        codes: levels or palette indices, meaningful where `kept` is True: (H, W), or (H, W, 3) levels.
    """

    picture: np.ndarray
    kept: np.ndarray
    codes: np.ndarray

    def put(self, codes: np.ndarray) -> np.ndarray:
        """Return the codes of a dithered image with those of the kept pixels in place of its own.

        Args:
            codes: levels or indices, of the shape of the field `codes`.

        Example:
            >>> kept = np.array([[True, False]])
            >>> KeptPixels(kept, kept, np.array([[3, 0]])).put(np.array([[1, 2]])).tolist()
            [[3, 2]]
        """
        kept = self.kept if codes.ndim == 2 else self.kept[..., None]
        return np.where(kept, self.codes, codes).astype(codes.dtype, copy=False)

    def paste(self, dithered: np.ndarray) -> np.ndarray:
        """Return a dithered picture with the colours of the kept pixels in place of its own.

        Args:
            dithered: of the shape and dtype of the field `picture`.

        Example:
            >>> kept = np.array([[True, False]])
            >>> KeptPixels(np.array([[255, 9]]), kept, kept).paste(np.array([[0, 0]])).tolist()
            [[255, 0]]
        """
        kept = self.kept if dithered.ndim == 2 else self.kept[..., None]
        return np.where(kept, self.picture, dithered).astype(dithered.dtype, copy=False)


def keep_line_art(
    image: np.ndarray,
    mask: np.ndarray,
    *,
    palette: PaletteLike | None = None,
    levels: int | None = None,
    intent: Intent | None = None,
    tints: bool = True,
) -> KeptPixels:
    """Give pixels of flat areas, lines and text the available colours that keep them readable.

    Args:
        image: (H, W) or (H, W, 3); uint8, uint16, bool, or float32/float64 in 0..1, as sRGB codes.
        mask: (H, W) bool, True for flat areas, lines and text; see `line_art_mask`.
        palette: the palette that the image is dithered to, or its name, file or (K, 3) colours.
        levels: or the number of levels of every channel, 2 to 65,536.
        intent: rendering intent by which colours are mapped to the palette; the palette's own if None.
        tints: leave flat areas that no available colour resembles to the ditherer, and lines of low
            contrast; if False, all pixels of the mask are decided.

    Returns:
        The picture to dither (to a palette: with the intent "absolute", because it is mapped already),
        and the codes to put into the result. Some pixels of the mask are left to the ditherer, as the
        module says.

    Raises:
        InputError: the mask has another shape or dtype, not exactly one of palette and levels is given,
            or the image is out of range.

    Example:
        >>> page = np.full((32, 32), 240, np.uint8)
        >>> page[15:17, 4:28] = 190  # a light grey line
        >>> found = keep_line_art(page, np.ones((32, 32), bool), levels=2)
        >>> bool(found.kept.all()), found.codes[15, 4:28].max(), found.codes[0].min()
        (True, np.uint8(0), np.uint8(1))
    """
    if (palette is None) == (levels is None):
        raise InputError("give either a palette or levels")
    image = native_byte_order(image)
    palette = None if palette is None else as_palette(palette)
    picture = eight_bit_colors(image)
    mask = np.asarray(mask)
    if mask.shape != picture.shape[:2] or mask.dtype != np.bool_:
        raise InputError(
            f"the mask must be bool of shape {picture.shape[:2]}, not {mask.dtype} of {mask.shape}"
        )
    if palette is not None:
        shown, kept = _decide(picture, mask, PaletteColors(palette, intent), tints)
        codes = np.zeros(mask.shape, np.uint8)
        codes[kept] = palette.indices(shown[kept][None])[0]
        mapped = map_to_palette(image, palette, intent)
        out = np.array(mapped if mapped.dtype == np.uint16 else eight_bit_colors(mapped))
        out[kept] = level_values(256, out.dtype)[shown[kept]]
        return KeptPixels(out, kept, codes)
    assert levels is not None
    check_levels(levels)
    shown, kept = _decide(picture, mask, LevelColors(levels), tints)
    shown = shown[..., 0] if image.ndim == 2 else shown[..., : image.shape[2]]
    codes = np.rint(shown * ((levels - 1) / 255)).astype(np.uint8 if levels <= 256 else np.uint16)
    out = np.array(checked_image(image))
    if np.issubdtype(out.dtype, np.floating):
        out[kept] = codes[kept] / (levels - 1)
    else:
        out[kept] = level_values(levels, out.dtype)[codes[kept]]
    return KeptPixels(out, kept, codes)


def _decide(
    picture: np.ndarray,
    mask: np.ndarray,
    available: Available,
    tints: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Return (H, W, 3) uint8 available colours, and (H, W) bool: the pixels that take them.

    All differences are those of the image, whose colours are not mapped to a palette yet.

    Args:
        picture: (H, W, 3) uint8.
        mask: (H, W) bool.
        available: the colours to choose from.
        tints: as in `keep_line_art`.
    """
    shown, kept = np.array(picture), np.zeros(mask.shape, bool)
    if not mask.any():
        return shown, kept
    cells, contrast = _backgrounds(picture, mask)
    crisp = _toggled(picture, join_cells(luma_of(cells), _CELL, mask.shape))
    means, gradient = _regions(cells)
    near, ends = looks_near(means, available)
    near = near & ~gradient | (not tints)
    least = np.maximum(_SEEN_CODES, _SEEN_SHARE * join_cells(contrast, _CELL, mask.shape))
    place, difference = _own_background(crisp, mask, cells, least)
    background, near, ends = (each.reshape(-1, *each.shape[2:]) for each in (cells, near, ends))
    seen = difference > least
    fill = mask & seen & _fills(picture)
    # Rule 2.
    plain = mask & ~seen & near[place]
    shown[plain] = ends[place[plain]]
    exact, shown[fill] = looks_near(picture[fill], available)
    kept |= plain
    kept[fill] = exact | (not tints)
    # Rules 3 and 4.
    line = mask & seen & ~fill
    strong = window(np.where(line, difference, 0), _EDGE_RADIUS, np.maximum) > _KEPT_CODES
    ink = line & strong
    behind = np.where(near[:, None], ends, available.mapped(background))[place[ink]]
    text = crisp[ink]
    shown[ink] = with_contrast(text, background[place[ink]], behind, available)
    # Rule 5: the contrast is that with a neighbouring pixel of text, seen from the background.
    letters = np.full(mask.shape, -1, np.int64)
    letters[ink] = packed_codes(text).astype(np.int64) << 24 | packed_codes(shown[ink])
    beside = window(letters, 1, np.maximum)
    halo = mask & ~seen & ~near[place] & (beside >= 0)
    text, drawn = unpacked_codes(beside[halo] >> 24), unpacked_codes(beside[halo] & 0xFFFFFF)
    shown[halo] = with_contrast(background[place[halo]], text, drawn, available)
    kept |= ink | halo
    if not tints:
        faint = mask & ~kept
        shown[faint], kept = available.nearest(crisp[faint]), kept | faint
    return shown, kept


def _own_background(
    crisp: np.ndarray, mask: np.ndarray, cells: np.ndarray, least: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the number of the cell whose background each pixel is compared with, and the difference.

    This is the pixel's own cell, unless the pixel has the background of a cell near it, as at the edge
    of a panel.

    Args:
        crisp: (H, W, 3) uint8.
        mask: (H, W) bool; the others are only compared with their own cell.
        cells: (rows, columns, 3) uint8 backgrounds.
        least: (H, W) codes, smallest visible difference.
    """
    numbers = np.arange(cells.shape[0] * cells.shape[1], dtype=np.int32).reshape(cells.shape[:2])
    place = join_cells(numbers, _CELL, least.shape).ravel()
    difference = _difference(crisp, join_cells(cells, _CELL, least.shape)).ravel()
    padded = np.pad(numbers, _NEIGHBORS, mode="edge")
    reach = range(-_NEIGHBORS, _NEIGHBORS + 1)
    left = np.flatnonzero(mask.ravel() & (difference > least.ravel()))
    colors, bound = crisp.reshape(-1, 3)[left], least.ravel()[left]
    rows, columns = (each // _CELL + _NEIGHBORS for each in np.divmod(left, least.shape[1]))
    own = rows * padded.shape[1] + columns
    # The nearest cells first.
    for down, right in sorted(
        ((y, x) for y in reach for x in reach), key=lambda at: at[0] ** 2 + at[1] ** 2
    ):
        others = padded.ravel()[own + (down * padded.shape[1] + right)]
        found = _difference(colors, cells.reshape(-1, 3)[others])
        better = found <= bound
        place[left[better]], difference[left[better]] = others[better], found[better]
        left, colors, bound, own = (each[~better] for each in (left, colors, bound, own))
    return place.reshape(least.shape), difference.reshape(least.shape)


def _difference(colors: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return (...) uint8: the largest difference in a channel of (..., 3) uint8 colours."""
    apart = np.maximum(colors, others) - np.minimum(colors, others)
    return np.maximum(np.maximum(apart[..., 0], apart[..., 1]), apart[..., 2])


def _toggled(picture: np.ndarray, background: np.ndarray) -> np.ndarray:
    """Return (H, W, 3) uint8: at edges, the colour of the nearer of the local extremes of luma.

    Args:
        picture: (H, W, 3) uint8.
        background: (H, W) luma; of two equally near extremes, the one farther from it is taken.
    """
    luma = luma_of(picture).astype(np.int64)
    packed = luma << 24 | packed_codes(picture)
    low, high = (window(packed, _EDGE_RADIUS, each) for each in (np.minimum, np.maximum))
    low_luma, high_luma = low >> 24, high >> 24
    above = 2 * luma - low_luma - high_luma
    tie = (above == 0) & (2 * background > low_luma + high_luma)
    nearer = np.where((above < 0) | tie, low, high)
    edge = high_luma - low_luma > _FLAT_CODES
    return unpacked_codes(np.where(edge, nearer, packed) & 0xFFFFFF)


def _fills(picture: np.ndarray) -> np.ndarray:
    """Return (H, W) bool: pixels of flat squares of 17 pixels (morphological opening)."""
    high, low = (window(picture, 1, each) for each in (np.maximum, np.minimum))
    flat = _difference(high, low) <= _FLAT_CODES
    squares = window(flat, _FILL_RADIUS - 1, np.logical_and)
    return window(squares, _FILL_RADIUS, np.logical_or)


def _backgrounds(picture: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the background colour and the contrast around each cell.

    Args:
        picture: (H, W, 3) uint8.
        mask: (H, W) bool; other pixels do not count, unless a window has no others.

    Returns:
        (rows, columns, 3) uint8, and (rows, columns) int16 codes.
    """
    luma = luma_of(picture)
    cells, valid = split_cells(luma, _CELL), split_cells(mask, _CELL)
    rows, columns, _ = cells.shape
    number = np.arange(rows * columns).reshape(rows, columns, 1)
    bins = (number * (256 // _BIN) + cells // _BIN).ravel()
    weights = np.where(valid, 1.0, 1e-6).ravel()
    shape = rows, columns, 256 // _BIN
    channels = [split_cells(each, _CELL).ravel() for each in np.moveaxis(picture, -1, 0)]
    sums = []
    for values in (1.0, *channels):
        counts = np.bincount(bins, weights * values, minlength=int(np.prod(shape))).reshape(shape)
        counts = window(counts, _BACKGROUND_RADIUS, np.add)
        sums.append(counts[..., :-1] + counts[..., 1:])
    fullest = sums[0].argmax(axis=2)[..., None]
    total, *means = (np.take_along_axis(each, fullest, 2)[..., 0] for each in sums)
    colors = np.rint(np.stack([each / total for each in means], axis=2)).astype(np.uint8)
    high = window(np.where(valid, cells, -1).max(axis=2), _BACKGROUND_RADIUS, np.maximum)
    low = window(np.where(valid, cells, 256).min(axis=2), _BACKGROUND_RADIUS, np.minimum)
    return colors, high - low


def _regions(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean of each region of connected cells of nearly equal colour, and colour gradients.

    Args:
        cells: (rows, columns, 3) uint8 backgrounds.

    Returns:
        (rows, columns, 3) uint8, and (rows, columns) bool, True for coloured cells of regions whose
        tint changes.
    """
    codes = cells.astype(np.int16)
    alike = [np.abs(np.diff(codes, axis=axis)).max(axis=2) <= 4 for axis in (1, 0)]
    regions = connected_regions(*alike)
    sizes = np.bincount(regions.ravel())
    sums = [
        np.bincount(regions.ravel(), each.ravel()) / sizes for each in np.moveaxis(cells, -1, 0)
    ]
    tints = codes[..., ::2] - codes[..., 1:2]
    high, low = np.full((len(sizes), 2), -256), np.full((len(sizes), 2), 256)
    np.maximum.at(high, regions, tints)
    np.minimum.at(low, regions, tints)
    changing = ((high - low).max(axis=1) > _KEPT_CODES)[regions]
    colored = np.ptp(codes, axis=2) > _SEEN_CODES
    return np.rint(np.stack(sums, axis=1)).astype(np.uint8)[regions], changing & colored
