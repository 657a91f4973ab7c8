"""Palettes whose entries have an alpha, and how they are learned from images with partial alpha.

The background of a translucent colour is not known. Its error is the mean of the errors over black and
over white: colours are compared, and clusters averaged, by their OKLab coordinates over both. Light is
mixed as premultiplied colours: linear light multiplied by alpha, and alpha.

Source: T. Porter and T. Duff, "Compositing digital images" (1984), for premultiplied colours;
K. Lesiński, pngquant, for errors over two backgrounds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dither.color import (
    LUMINANCE_WEIGHTS,
    linear_to_oklab,
    linear_to_srgb,
    oklab_to_linear,
    srgb_to_linear,
)
from dither.errors import InputError
from dither.images.raster_image import RasterImage
from dither.palettes.clusters import Cloud, cluster
from dither.samples import eight_bit_colors

MAX_ENTRIES = 256
# Clusters are found among at most so many cells of similar colours, then refined among smaller ones.
_MAX_CELLS, _MAX_FINE_CELLS = 1 << 14, 1 << 17
_LAST_ITERATIONS = 8
# A cluster becomes opaque if this share of its pixels is.
_OPAQUE_SHARE = 0.5


@dataclass(frozen=True, eq=False)
class RgbaPalette:
    """Colours with alpha; not a `Palette`, because those who ignore the alpha would show it opaque.

    Attributes:
        colors: (K, 4) uint8 sRGB codes and alpha, K from 1 to 256, each once; a fully transparent entry
            is the first, and opaque entries are the last; read-only.

    Raises:
        InputError: the array has another shape, dtype or order.

    Example:
        >>> RgbaPalette(np.array([[0, 0, 0, 0], [255, 0, 0, 255]], np.uint8)).hex
        ['#00000000', '#ff0000ff']
    """

    colors: np.ndarray

    def __post_init__(self) -> None:
        colors = np.array(self.colors, order="C")
        if colors.ndim != 2 or colors.shape[1] != 4 or not 1 <= len(colors) <= MAX_ENTRIES:
            raise InputError(
                f"a palette with alpha holds 1 to {MAX_ENTRIES} entries of red, green, blue and alpha, "
                f"not an array of shape {colors.shape}"
            )
        if colors.dtype != np.uint8:
            raise InputError(f"a palette with alpha is uint8, not {colors.dtype}")
        alpha = colors[:, 3]
        if (alpha[1:] == 0).any() or (np.diff((alpha == 255).astype(int)) < 0).any():
            raise InputError(
                "the only fully transparent entry of a palette is the first, and opaque entries are "
                "the last"
            )
        colors.flags.writeable = False
        object.__setattr__(self, "colors", colors)

    def __len__(self) -> int:
        return len(self.colors)

    @property
    def hex(self) -> list[str]:
        """Entries as '#rrggbbaa'."""
        return ["#" + bytes(entry).hex() for entry in self.colors]

    @property
    def first_opaque(self) -> int:
        """Index of the first opaque entry; the number of entries if there is none."""
        return int((self.colors[:, 3] < 255).sum())

    @property
    def premultiplied(self) -> np.ndarray:
        """Entries as (K, 4) float64: linear light times alpha, and alpha, 0 to 1."""
        return premultiplied(self.colors)


def premultiplied(colors: np.ndarray) -> np.ndarray:
    """Return (..., 4) float64 linear light times alpha, and alpha, of (..., 4) uint8 codes."""
    light = _LINEAR[colors[..., :3]]
    alpha = colors[..., 3:] / 255
    return np.concatenate([light * alpha, alpha], axis=-1)


_BLACK, _ON_WHITE = slice(0, 3), slice(3, 6)
_LINEAR = srgb_to_linear(np.arange(256) / 255)


def rgba_codes(image: RasterImage) -> np.ndarray:
    """Return (H, W, 4) uint8 sRGB codes and alpha of an image with alpha; hidden pixels become 0."""
    assert image.alpha is not None
    codes = np.dstack([eight_bit_colors(image.color), image.alpha])
    codes[image.alpha == 0] = 0
    return codes


def learn_rgba(images: Sequence[RasterImage], colors: int, *, seed: int = 0) -> RgbaPalette:
    """Learn a palette with alpha by k-means.

    Fully transparent pixels get one entry, which counts among the colours.

    Args:
        images: one image, or the frames of an animation; at least one has alpha.
        colors: number of entries, 2 to 256.
        seed: 0 or more.

    Returns:
        At most `colors` entries; the images' own colours if they have no more.

    Raises:
        InputError: `colors` is out of range.

    Example:
        >>> color = np.array([[10, 10, 10, 200]], np.uint8)
        >>> shade = RasterImage(color, np.array([[0, 128, 128, 255]], np.uint8))
        >>> learn_rgba([shade], 4).hex
        ['#00000000', '#0a0a0a80', '#c8c8c8ff']
    """
    if not 2 <= colors <= MAX_ENTRIES:
        raise InputError(f"colors is {colors}; it must be a whole number from 2 to {MAX_ENTRIES}")
    entries, counts = distinct_rgba(images)
    shown = entries[:, 3] > 0
    clear = np.zeros((int(not shown.all()), 4), np.uint8)
    entries, counts = entries[shown], counts[shown]
    room = colors - len(clear)
    if len(entries) > room:
        entries = _clustered(entries, counts.astype(float), room, seed)
    return RgbaPalette(np.concatenate([clear, _in_order(entries)]))


def own_colors(images: Sequence[RasterImage], colors: int) -> RgbaPalette | None:
    """Return the colours with alpha of images, each once; None if there are more than `colors`."""
    entries, _ = distinct_rgba(images)
    return RgbaPalette(_in_order(entries)) if len(entries) <= colors else None


def distinct_rgba(images: Sequence[RasterImage]) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct colours with alpha of images, (N, 4) uint8, and how many pixels have each."""
    packed = np.concatenate([_packed(image).ravel() for image in images])
    codes, counts = np.unique(packed, return_counts=True)
    return codes.view(np.uint8).reshape(-1, 4), counts


def _packed(image: RasterImage) -> np.ndarray:
    """Return (H, W) uint32 of the bytes red, green, blue and alpha."""
    if image.alpha is None:
        image = RasterImage(image.color, np.full(image.color.shape[:2], 255, np.uint8))
    return np.ascontiguousarray(rgba_codes(image)).view(np.uint32)[..., 0]


def _clustered(entries: np.ndarray, counts: np.ndarray, room: int, seed: int) -> np.ndarray:
    """Return at most `room` entries for (N, 4) uint8 entries with (N,) counts."""
    points, weights, opaque = _cells(entries, counts, _MAX_CELLS)
    centers = cluster(Cloud(_seen(points), weights), room, np.random.default_rng(seed))
    points, weights, opaque = _cells(entries, counts, _MAX_FINE_CELLS)
    cloud = Cloud(_seen(points), weights)
    group = cloud.nearest(centers)
    means = np.zeros((len(centers), 4))
    for _ in range(_LAST_ITERATIONS):
        means = _from_seen(cloud.means(group, _seen(means)))
        before, group = group, cloud.nearest(_seen(means))
        if (before == group).all():
            break
    used = np.unique(group)
    mass = np.bincount(group, weights, len(means))
    share = np.bincount(group, weights * opaque, len(means)) / np.maximum(mass, 1e-9)
    means, share = means[used], share[used]
    if opaque.any():  # opaque pixels need an opaque entry
        share[share.argmax()] = 1
    alpha = np.rint(means[:, 3] * 255).clip(1, 254)
    alpha[share >= _OPAQUE_SHARE] = 255
    straight = means[:, :3] / np.maximum(means[:, 3:], 1e-9)
    codes = np.rint(linear_to_srgb(straight.clip(0, 1)) * 255)
    return np.unique(np.column_stack([codes, alpha]).astype(np.uint8), axis=0)


def _cells(
    entries: np.ndarray, counts: np.ndarray, most: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the premultiplied mean, the count, and the opaque share of cells of similar colours."""
    opaque = entries[:, 3] == 255
    keys, shift = entries, 0
    while True:
        # Opaque entries are never in a cell with others.
        packed = np.ascontiguousarray(keys).view(np.uint32)[:, 0].astype(np.int64) * 2 + opaque
        _, cell = np.unique(packed, return_inverse=True)
        if cell.max() < most:
            break
        shift += 1
        keys = entries >> np.uint8(shift)
    mass = np.bincount(cell, counts)
    points = premultiplied(entries)
    means = (
        np.stack([np.bincount(cell, counts * axis) for axis in points.T], axis=1) / mass[:, None]
    )
    return means, mass, np.bincount(cell, counts * opaque) / mass


def _seen(points: np.ndarray) -> np.ndarray:
    """Return (N, 6) OKLab over black and over white of (N, 4) premultiplied colours."""
    light, alpha = points[:, :3], points[:, 3:]
    over = [linear_to_oklab(light.clip(0, 1)), linear_to_oklab((light + 1 - alpha).clip(0, 1))]
    return np.concatenate(over, axis=1) / np.sqrt(2)


def _from_seen(seen: np.ndarray) -> np.ndarray:
    """Return (N, 4) premultiplied colours that look about like (N, 6) colours over black and white."""
    black, white = (oklab_to_linear(seen[:, part] * np.sqrt(2)) for part in (_BLACK, _ON_WHITE))
    alpha = (1 - (white - black).mean(axis=1, keepdims=True)).clip(0, 1)
    return np.concatenate([((black + white - 1 + alpha) / 2).clip(0, alpha), alpha], axis=1)


def _in_order(entries: np.ndarray) -> np.ndarray:
    """Return entries by alpha, then by luminance."""
    luminance = _LINEAR[entries[:, :3]] @ np.array(LUMINANCE_WEIGHTS)
    return entries[np.lexsort((luminance, entries[:, 3]))]
