"""Separate flat areas, lines and text from photographs and gradients: mixed raster content.

1. The image is divided into cells of 8 pixels. Windows of 3 x 3 cells with contrast are scored: in text
   and line art, most samples are near the darkest or the lightest of the window, and the rest are
   edges; photographs have many samples and small steps in between. A cell takes the clearest score of
   the nine windows that contain it, so that text beside a photograph is not judged with it.
2. Cells without contrast are flat, unless their mean changes steadily from cell to cell: a gradient.
3. Scores are averaged over neighbours. Flat regions that merge into photographs belong to them, and
   photograph cells that fill most of a rectangle take all of it. Small regions are no photographs.
4. At the border of a photograph, pixels that continue the flat background are line art.

Source: ITU-T T.44, "Mixed raster content" (2005), for the separation into layers.
"""

import math

import numpy as np

from dither.preparation.cells import (
    connected_regions,
    join_cells,
    regions_of,
    split_cells,
    window,
    window_mean,
)
from dither.preparation.mask import fill_masked, transparent_mask
from dither.preparation.window_scores import CELL, luma_of, steps_of, window_scores
from dither.samples import eight_bit_colors

# Larger images are reduced for steps 1 to 3, so that letters stay smaller than windows.
_ANALYSED_PIXELS = 1 << 21
# The noise is the step that this percentage of pixels does not exceed. A cell has contrast above this
# many times the noise, within bounds; in codes.
_QUIET_PERCENTAGE, _CONTRAST_PER_NOISE, _CONTRAST_BOUNDS = 20, 3.0, (14, 48)
# Radius, in cells, over which scores are averaged, and over which photograph cells belong together.
_VOTE_RADIUS, _GAP_RADIUS = 3, 2
# Lengths in cells over which gradients are measured, each with the least change in codes, and the
# largest share of the change that one step may have.
_SLOPES = ((6, 1.5), (3, 4.0))
_MOST_OF_SLOPE = 0.42
# A minority of photograph or of text in a region of cells with contrast that is an error.
# Text covers no rectangle of cells without a gap, so that more of it is an error there.
_CLEAR_MINORITY = 0.1
_FULL, _FULL_MINORITY = 0.9, 0.6
# Share of a rectangle that photograph cells must fill, and most that text may fill, to take it whole.
_FILLED, _MOST_TEXT = 0.5, 0.3
# A flat region is part of a photograph if this share of its border has smaller steps to photograph
# cells than these codes.
_SOFT_SHARE, _SOFT_CODES = 0.35, 16
# Largest difference from the background, in codes, of pixels that continue it beside a photograph.
# Twice the noise of the whole image, up to these codes, is added.
_BACKGROUND_CODES, _MOST_NOISE = 12, 8
# Smaller regions, in cells, are no photographs: 23 x 23 pixels.
_SMALLEST_PHOTO = 9


def line_art_mask(color: np.ndarray, alpha: np.ndarray | None = None) -> np.ndarray:
    """Find the flat areas, lines and text of an image, which look best without dithering.

    Photographs and gradients are not among them. Text on a photograph counts as the photograph, and so
    do pictures smaller than about 23 x 23 pixels as line art.

    Args:
        color: (H, W) or (H, W, 3); uint8, uint16, bool, or float32/float64 in 0..1, as sRGB codes.
        alpha: (H, W) uint8, or None; the colour of fully transparent pixels has no effect.

    Returns:
        (H, W) bool, True for flat areas, lines and text.

    Raises:
        InputError: the image has another shape, dtype or range.

    Example:
        >>> page = np.full((64, 64), 255, np.uint8)
        >>> page[10:12, 5:60] = 0
        >>> bool(line_art_mask(page).all())
        True
        >>> ramp = np.tile(np.linspace(0, 255, 256).astype(np.uint8), (64, 1))
        >>> bool(line_art_mask(ramp).any())
        False
    """
    picture = eight_bit_colors(color)
    if not picture.size:
        return np.ones(picture.shape[:2], bool)
    transparent = transparent_mask(alpha)
    if transparent is not None:
        picture = fill_masked(picture, transparent)
    shape = picture.shape[:2]
    factor = math.ceil(math.sqrt(shape[0] * shape[1] / _ANALYSED_PIXELS))
    photo, noise = _photo_cells(picture if factor == 1 else _reduced(picture, factor))
    return ~_refined(picture, photo, CELL * factor, noise)


def _reduced(picture: np.ndarray, factor: int) -> np.ndarray:
    """Return the means of squares of pixels, (H / factor, W / factor, 3) uint8, rounded up."""
    means = [split_cells(channel, factor).mean(axis=2) for channel in np.moveaxis(picture, -1, 0)]
    return np.rint(np.stack(means, axis=2)).astype(np.uint8)


def _photo_cells(picture: np.ndarray) -> tuple[np.ndarray, float]:
    """Return (rows, columns) bool, True for photographs and gradients, and the noise in codes."""
    luma, steps = luma_of(picture), steps_of(picture)
    noise = float(np.percentile(steps, _QUIET_PERCENTAGE))
    least = float(np.clip(_CONTRAST_PER_NOISE * noise, *_CONTRAST_BOUNDS))
    score, contrast = window_scores(luma, steps, noise)
    cells = split_cells(luma, CELL)
    flat = (cells.max(axis=2) - cells.min(axis=2) <= least) & (
        split_cells(steps, CELL).max(axis=2) <= 2 * least
    )
    scored = np.where(contrast > least, score, 0)
    highest, lowest = window(scored, 1, np.maximum), window(scored, 1, np.minimum)
    clearest = np.where(highest > -lowest, highest, lowest)
    # Only cells with contrast vote.
    voted = window_mean(np.where(flat, 0, clearest), _VOTE_RADIUS)
    text = ~flat & (voted >= 0)
    means = np.stack(
        [split_cells(each, CELL).mean(axis=2) for each in np.moveaxis(picture, -1, 0)], 2
    )
    text = _majorities(text, flat)
    textured = _opened(~flat & ~text)
    photo = textured | _opened(_gradients(means, flat, noise))
    photo |= _soft_regions(photo, flat, means, noise)
    photo = _filled_rectangles(photo, text, textured)
    return _without_small_regions(photo, text, means, noise), noise


def _gradients(means: np.ndarray, flat: np.ndarray, noise: float) -> np.ndarray:
    """Return the flat cells whose mean changes steadily along a row or a column of flat cells.

    Args:
        means: (rows, columns, 3) mean codes of the cells.
        flat: (rows, columns) bool.
        noise: of a pixel, in codes.
    """
    found = np.zeros(flat.shape, bool)
    for count, codes in _SLOPES:
        for axis in (0, 1):
            if flat.shape[axis] <= count:
                continue
            lines, plain = np.moveaxis(means, axis, 0), np.moveaxis(flat, axis, 0)
            total = lines[count:] - lines[:-count]
            steady = np.abs(total) >= codes + noise / 2
            for offset in range(count):
                # All steps have one direction, and none is most of the change, as an edge would be.
                step = (lines[1:] - lines[:-1])[offset : offset + len(total)] * np.sign(total)
                most = _MOST_OF_SLOPE * np.abs(total) + noise / 4
                steady &= (step >= -0.3 - noise / 4) & (step <= most)
            along = steady.any(axis=-1)
            for offset in range(count + 1):
                along &= plain[offset : offset + len(total)]
            for offset in range(count + 1):
                np.moveaxis(found, axis, 0)[offset : offset + len(total)] |= along
    return found


def _majorities(text: np.ndarray, flat: np.ndarray) -> np.ndarray:
    """Return the text cells, with each region of cells with contrast given to its clear majority."""
    regions = regions_of(flat)
    sizes = np.bincount(regions.ravel())
    share = np.bincount(regions.ravel(), text.ravel()) / sizes
    top, left, bottom, right = _bounds(regions).T
    full = sizes >= _FULL * (bottom - top) * (right - left)
    most_photo = (share <= _CLEAR_MINORITY) | (full & (share <= _FULL_MINORITY))
    return ~flat & (share >= 1 - _CLEAR_MINORITY)[regions] | (text & ~most_photo[regions])


def _filled_rectangles(photo: np.ndarray, text: np.ndarray, textured: np.ndarray) -> np.ndarray:
    """Return the photograph cells and all cells of the rectangles that they mostly fill.

    Text on a gradient stays text; text on a photograph does not.
    """
    joined = window(photo, _GAP_RADIUS, np.logical_or)
    regions = regions_of(joined)
    out = photo.copy()
    for top, left, bottom, right in _bounds(np.where(photo, regions, -1)):
        box = np.s_[top:bottom, left:right]
        size = (bottom - top) * (right - left)
        filled, lettered = np.count_nonzero(photo[box]), np.count_nonzero(text[box])
        if size >= _SMALLEST_PHOTO and filled >= _FILLED * size and lettered <= _MOST_TEXT * size:
            on_gradient = np.count_nonzero(textured[box]) < 0.5 * filled
            out[box] |= ~text[box] if on_gradient else True
    return out


def _soft_regions(
    photo: np.ndarray, flat: np.ndarray, means: np.ndarray, noise: float
) -> np.ndarray:
    """Return the flat regions that merge into photographs, such as a sky.

    Args:
        photo: (rows, columns) bool.
        flat: (rows, columns) bool.
        means: (rows, columns, 3) mean codes of the cells.
        noise: of a pixel, in codes.
    """
    plain = flat & ~photo
    joins, soft, hard = [], np.zeros(flat.shape, int), np.zeros(flat.shape, int)
    for axis in (1, 0):
        first, second = (
            tuple(slice(*part) if each == axis else slice(None) for each in (0, 1))
            for part in ((None, -1), (1, None))
        )
        step = np.abs(means[first] - means[second]).max(axis=2)
        joins.append(plain[first] & plain[second] & (step <= 3 + noise / 2))
        for here, there in ((first, second), (second, first)):
            border = plain[here] & ~joins[-1]
            merges = border & photo[there] & (step <= _SOFT_CODES + noise)
            soft[here] += merges
            hard[here] += border & ~merges
    regions = connected_regions(*joins)
    soft, hard = (np.bincount(regions.ravel(), each.ravel()) for each in (soft, hard))
    return plain & (soft > _SOFT_SHARE * (soft + hard))[regions]


def _opened(cells: np.ndarray) -> np.ndarray:
    """Return the cells of regions that contain 3 x 3 cells, without their long thin parts."""
    core = window(window(cells, 1, np.logical_and), 1, np.logical_or)
    return cells & window(core, 1, np.logical_or)


def _bounds(regions: np.ndarray) -> np.ndarray:
    """Return (N, 4) top, left, bottom and right of each region of at least 0."""
    rows, columns = np.nonzero(regions >= 0)
    names, numbers = np.unique(regions[rows, columns], return_inverse=True)
    bounds = np.empty((len(names), 4), int)
    for side, places, far in ((0, rows, 1), (1, columns, 1)):
        bounds[:, side] = regions.size
        np.minimum.at(bounds[:, side], numbers, places)
        bounds[:, side + 2] = 0
        np.maximum.at(bounds[:, side + 2], numbers, places + far)
    return bounds


def _without_small_regions(
    photo: np.ndarray, text: np.ndarray, means: np.ndarray, noise: float
) -> np.ndarray:
    """Give small photograph regions, and uneven ones without text, to their surroundings."""
    regions = regions_of(photo)
    sizes = np.bincount(regions.ravel())
    photo = photo & (sizes[regions] >= _SMALLEST_PHOTO)
    if not photo.any():
        return photo
    # The rest lies between photographs and the border of the image: a page has text or is even.
    regions = regions_of(photo)
    count = regions.max() + 1
    sizes = np.bincount(regions.ravel(), minlength=count)
    lettered = np.bincount(regions[text], minlength=count)
    spread = np.zeros(count)
    for channel in np.moveaxis(means, -1, 0):
        high, low = np.full(count, 0.0), np.full(count, 255.0)
        np.maximum.at(high, regions.ravel(), channel.ravel())
        np.minimum.at(low, regions.ravel(), channel.ravel())
        spread = np.maximum(spread, high - low)
    uneven = (spread > 3 + noise) & (lettered < 0.03 * sizes)
    small = sizes < _SMALLEST_PHOTO
    return photo | (uneven | small)[regions]


def _refined(picture: np.ndarray, photo: np.ndarray, size: int, noise: float) -> np.ndarray:
    """Return (H, W) bool: the photograph cells, with their borders at the pixels where they end.

    In cells on either side of a border, pixels are line art if their 3 x 3 neighbours all have nearly
    the background colour, the median of the nearest cells that surely are line art, or lie between
    such pixels.
    """
    shape = picture.shape[:2]
    out = join_cells(photo, size, shape)
    band = window(photo, 1, np.logical_or) & ~window(photo, 1, np.logical_and)
    if not band.any():
        return out
    least = _BACKGROUND_CODES + 2 * min(noise, _MOST_NOISE)
    background, known = _background(picture, size)
    known = ~photo & (known <= least)
    sums = window(background * known[..., None], 2, np.add)
    weights = window(known.astype(np.float64), 2, np.add)
    background = np.rint(sums / np.maximum(weights, 1)[..., None]).astype(np.int16)
    near = np.all(np.abs(picture - join_cells(background, size, shape)) <= least, axis=2)
    # Closing fills thin lines of the band; opening removes single pixels of the photograph.
    near = window(window(near, 1, np.logical_and), 1, np.logical_or)
    return np.where(join_cells(band & (weights > 0), size, shape), ~near, out)


def _background(picture: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (rows, columns, 3) median colours of cells, and (rows, columns) their spread in codes."""
    channels = [split_cells(channel, size) for channel in np.moveaxis(picture, -1, 0)]
    medians = np.stack([np.median(each, axis=2) for each in channels], axis=2)
    spread = np.stack([np.ptp(each, axis=2) for each in channels], axis=2).max(axis=2)
    return medians, spread
