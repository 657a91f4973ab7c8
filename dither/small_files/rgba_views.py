"""Views of images with alpha for the pixel search: composited over black and over white.

Compositing adds, to each channel, the background times the share that the alpha lets through. Browsers
do so with sRGB codes, so the views are made of codes. Over any grey, both the colours and their errors
are between those over black and over white.

Source: T. Porter and T. Duff, "Compositing digital images" (1984); W3C, "Compositing and Blending Level
1" (2015), for the codes.
"""

from typing import NamedTuple

import numpy as np

from dither.color import LINEAR_TO_CONES, linear_to_oklab, srgb_to_linear
from dither.optimizer import search
from dither.optimizer.cholesky import solve_positive
from dither.optimizer.config import SearchConfig
from dither.optimizer.palette_refit import normal_equations
from dither.optimizer.search_image import SearchImage, prepare_search
from dither.palettes.rgba import RgbaPalette
from dither.small_files import match_search
from dither.small_files.match_bits import MatchBits, first_bits

# Cells of pixels with the same candidates: bits of each premultiplied code and of alpha.
_CELL_BITS = 6
_OPAQUE = 14  # place of the mark in the pixels of `match_pixels.Picture`
# Smallest alpha of an entry, and largest of one that is not opaque.
_LEAST_ALPHA, _MOST_ALPHA = 1 / 255, 254 / 255
_RIDGE = 1e-4
_ROWS = 1 << 12


class RgbaImage(NamedTuple):
    """An image with alpha, prepared for the search.

    Attributes:
        views: over black and over white, weighted by `match_search.activity_weights`.
        penalties: (H, W) float32, weights of the penalty of each pixel.
        colors: (N, 4) uint8, distinct codes and alpha; hidden ones are 0.
        places: (H, W) int32, of each pixel in `colors`.
    """

    views: tuple[SearchImage, ...]
    penalties: np.ndarray
    colors: np.ndarray
    places: np.ndarray


def seen(colors: np.ndarray) -> np.ndarray:
    """Return (2, ..., 3) linear light over black and over white of (..., 4) uint8 codes and alpha.

    Example:
        >>> seen(np.array([255, 0, 0, 255], np.uint8)).tolist()
        [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    """
    alpha = colors[..., 3:] / 255
    codes = colors[..., :3] / 255 * alpha
    return np.stack([srgb_to_linear(codes), srgb_to_linear(codes + (1 - alpha))])


def prepare_rgba(codes: np.ndarray, still: np.ndarray | None = None) -> RgbaImage:
    """Prepare an image.

    Args:
        codes: (H, W, 4) uint8 from `dither.palettes.rgba.rgba_codes`.
        still: (H, W) bool, True for pixels whose entry is not searched; hidden ones' never is.
    """
    packed = np.ascontiguousarray(codes).view(np.uint32)[..., 0]
    found, places = np.unique(packed, return_inverse=True)
    views, penalties = [], []
    fixed = codes[..., 3] == 0
    if still is not None:
        fixed = fixed | still
    for light in seen(codes):
        image = prepare_search(light, fixed=fixed)
        weights, own = match_search.activity_weights(image)
        views.append(match_search.weighted(image, weights))
        penalties.append(own)
    return RgbaImage(
        tuple(views),
        (penalties[0] + penalties[1]) / np.float32(2),
        found.view(np.uint8).reshape(-1, 4),
        places.reshape(packed.shape).astype(np.int32),
    )


def nearest_indices(image: RgbaImage, palette: RgbaPalette) -> np.ndarray:
    """Return (H, W) uint8: the entry nearest to each pixel, in OKLab over black and over white.

    Opaque pixels get opaque entries and hidden ones the transparent entry, if the palette has such.
    """
    return _nearest(image.colors, palette, 1)[image.places][..., 0]


def init(
    indices: np.ndarray,
    palette: RgbaPalette,
    image: RgbaImage,
    config: SearchConfig,
    bits: MatchBits | None = None,
) -> match_search.MatchState:
    """Start a search.

    Args:
        indices: (H, W) uint8.
        palette: the entries.
        image: from `prepare_rgba`.
        config: blur, penalties and candidates.
        bits: of an earlier state; estimated if None.
    """
    cells, centres = _cells(image.colors)
    sets = _nearest(centres, palette, min(config.candidates, len(palette)))
    views = [view._replace(cells=cells[image.places]) for view in image.views]
    states = [
        search.init(indices, light, view, config, sets)
        for light, view in zip(seen(palette.colors), views, strict=True)
    ]
    pixels = np.concatenate([search.float_pixels(indices, view) for view in views], axis=2)
    is_opaque = image.colors[image.places][..., 3] == 255
    pixels[..., _OPAQUE] = is_opaque & (palette.first_opaque < len(palette))
    return match_search.MatchState(
        indices.copy(),
        pixels,
        np.concatenate([state.field for state in states]),
        sets,
        image.penalties,
        first_bits(indices) if bits is None else bits,
    )


def refit(
    indices: np.ndarray, palette: RgbaPalette, image: RgbaImage, config: SearchConfig
) -> np.ndarray:
    """Return the entries that lower the loss most, to first order, with the pixels unchanged.

    Opaque entries stay opaque; the transparent entry and unused ones stay as they are.

    Args:
        indices: (H, W) uint8.
        palette: the entries.
        image: from `prepare_rgba`.
        config: blur and weights.

    Returns:
        (K, 4) uint8 in the same order; entries may have become equal.
    """
    colors, count = palette.colors, len(palette)
    alpha = colors[:, 3:] / 255
    codes = colors[:, :3] / 255 * alpha
    normal, gradient = np.zeros((4 * count, 4 * count)), np.zeros(4 * count)
    lights = seen(colors)
    for view, light, shown in zip(image.views, lights, (codes, codes + 1 - alpha), strict=True):
        matrix, slope = normal_equations(indices, light, view, config)
        # From codes and alpha to cone responses, to first order.
        by_code = LINEAR_TO_CONES * _slope(shown)[:, None, :]
        by_alpha = np.zeros((count, 3, 1)) if shown is codes else -by_code.sum(axis=2)[..., None]
        change = np.concatenate([by_code, by_alpha], axis=2)
        blocks = matrix.reshape(count, 3, count, 3)
        normal += np.einsum("kir,kilj,ljs->krls", change, blocks, change, optimize=True).reshape(
            4 * count, 4 * count
        )
        gradient += np.einsum("kir,ki->kr", change, slope.reshape(count, 3)).ravel()
    used = np.bincount(indices.ravel(), minlength=count) > 0
    free = np.repeat((used & (colors[:, 3] > 0))[:, None], 4, axis=1)
    free[palette.first_opaque :, 3] = False
    free = free.ravel()
    if not free.any():
        return colors.copy()
    part = normal[np.ix_(free, free)]
    part += np.eye(len(part)) * (_RIDGE * np.trace(part) / len(part) + 1e-12)
    moved = np.concatenate([codes, alpha], axis=1).ravel()
    moved[free] -= solve_positive(part, gradient[free])
    moved = moved.reshape(count, 4)
    moved[: palette.first_opaque, 3] = moved[: palette.first_opaque, 3].clip(
        _LEAST_ALPHA, _MOST_ALPHA
    )
    straight = np.rint((moved[:, :3] / moved[:, 3:]).clip(0, 1) * 255)
    new = np.concatenate([straight, np.rint(moved[:, 3:] * 255)], axis=1).astype(np.uint8)
    return np.where((used & (colors[:, 3] > 0))[:, None], new, colors)


def _slope(codes: np.ndarray) -> np.ndarray:
    """Return the derivative of linear light by the code."""
    step = 1 / 512
    return (srgb_to_linear(codes + step) - srgb_to_linear((codes - step).clip(0))) / (2 * step)


def _cells(colors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the cell of each of (N, 4) colours, (N,) int32, and a colour of each, (M, 4) uint8."""
    alpha = colors[:, 3:].astype(np.uint16)
    keys = (colors[:, :3] * alpha // 255).astype(np.uint8)
    keys = np.concatenate([keys, colors[:, 3:]], axis=1) >> np.uint8(8 - _CELL_BITS)
    packed = np.ascontiguousarray(keys).view(np.uint32)[:, 0].astype(np.int64)
    # Opaque and hidden colours are never in a cell with others.
    kind = (colors[:, 3] == 255) * 2 + (colors[:, 3] == 0)
    _, first, cell = np.unique(packed * 4 + kind, return_index=True, return_inverse=True)
    return cell.astype(np.int32), colors[first]


def _nearest(colors: np.ndarray, palette: RgbaPalette, count: int) -> np.ndarray:
    """Return (N, count) uint8: the nearest entries of (N, 4) uint8 colours, the nearest first.

    Where fewer entries are allowed, they are repeated.
    """

    def labs(codes: np.ndarray) -> np.ndarray:
        return np.concatenate([linear_to_oklab(light) for light in seen(codes)], axis=-1)

    offered = labs(palette.colors)
    opaque = np.arange(len(palette)) >= palette.first_opaque
    is_clear = palette.colors[:, 3] == 0
    out = np.empty((len(colors), count), np.uint8)
    for start in range(0, len(colors), _ROWS):
        part = colors[start : start + _ROWS]
        points = labs(part)
        distances = (
            (points**2).sum(axis=1)[:, None] + (offered**2).sum(axis=1) - 2 * points @ offered.T
        )
        if opaque.any():
            distances[(part[:, 3:] == 255) & ~opaque] = np.inf
        if is_clear.any():
            distances[(part[:, 3:] == 0) & ~is_clear] = np.inf
            distances[(part[:, 3:] > 0) & is_clear] += 1e-9
        order = np.argsort(distances, axis=1, kind="stable")[:, :count]
        allowed = np.take_along_axis(distances, order, axis=1) < np.inf
        out[start : start + _ROWS] = np.where(allowed, order, order[:, :1])
    return out
