"""Optimize a palette with alpha and the pixels of an image together.

k-means learns the entries (`dither.palettes.rgba`). Then passes of `match_search`, over the views of
`rgba_views`, choose the pixels, in turns with a refit of the entries. A bit of the compressed file has
a small weight even if no size is wanted: noise is most of the bytes of a soft shadow.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dither.errors import InputError
from dither.extras import require_extra
from dither.images.raster_image import RasterImage
from dither.optimizer.config import Preset, SearchConfig
from dither.optimizer.loss import error_field, pixel_errors
from dither.palettes.rgba import RgbaPalette, learn_rgba, rgba_codes
from dither.progress import OnProgress, no_progress
from dither.small_files import match_search, rgba_views
from dither.small_files.match_bits import MatchBits

# Passes without a wanted size.
PASSES = 4
# Pairs of numbers are for 16 or fewer and for 64 or more colours; between, they change geometrically.
_FEW, _MANY = 16, 64
# Without a wanted size, the loss that a bit is worth, in squares of OKLab, is a share of the squared
# blurred error per pixel, and at least what keeps the noise out of a soft shadow.
_LEAST_WEIGHTS, _WEIGHT_SHARES = (2.2e-6, 1.5e-6), (0.25, 0.12)
# Penalty of a pixel's own error in lightness.
_PENALTIES: dict[Preset, tuple[float, float]] = {
    "smooth": (0.03, 0.06),
    "balanced": (0.06, 0.22),
    "clean": (0.22, 0.22),
}


@dataclass(frozen=True, eq=False)
class OptimizedRgba:
    """A palette with alpha and the image dithered to it.

    Attributes:
        palette: at most as many entries as requested.
        indices: (H, W) uint8.
    """

    palette: RgbaPalette
    indices: np.ndarray


class RgbaSearch:
    """The entries and the pixels of an image with alpha, which passes improve.

    Attributes:
        palette: the entries.
        indices: (H, W) uint8.
        image: the prepared image.
    """

    def __init__(
        self,
        image: RasterImage,
        palette: RgbaPalette,
        config: SearchConfig,
        kept: np.ndarray | None = None,
    ) -> None:
        """Begin with the nearest entry for each pixel.

        Args:
            image: with or without alpha.
            palette: the entries, such as those by k-means.
            config: from `rgba_config`.
            kept: (H, W) indices of pixels that stay, -1 for all others; None if none stays.
        """
        self.palette = palette
        still = None if kept is None else kept >= 0
        self.image = rgba_views.prepare_rgba(rgba_codes(image), still)
        self.indices = rgba_views.nearest_indices(self.image, self.palette)
        if kept is not None:
            self.indices = np.where(kept >= 0, kept, self.indices).astype(np.uint8)
        self._config = config
        self._bits: MatchBits | None = None

    def improve(self, bit_weight: float, *, refits: bool = True) -> float:
        """Do a pass, and refit the entries; return an estimate of the bits of the pixels."""
        state = rgba_views.init(self.indices, self.palette, self.image, self._config, self._bits)
        light = rgba_views.seen(self.palette.colors)
        state, info = match_search.step(state, light, self._config, bit_weight)
        self._bits, self.indices = state.bits, state.indices
        if refits:
            colors = rgba_views.refit(self.indices, self.palette, self.image, self._config)
            self.palette = RgbaPalette(colors)
        return info.bits

    def improve_in_passes(
        self, colors: int, passes: int, on_progress: OnProgress, *, refits: bool = True
    ) -> None:
        """Do passes without a wanted size; the weight of a bit follows the error.

        Args:
            colors: number of entries that was asked for.
            passes: number of passes.
            on_progress: called after each.
            refits: whether the entries change too.
        """
        for number in range(passes):
            weight = _between(_LEAST_WEIGHTS, colors)
            if number > 0:
                share = _between(_WEIGHT_SHARES, colors)
                weight = max(weight, share * self.blurred_error())
            self.improve(weight, refits=refits)
            on_progress((number + 1) / passes, f"pass {number + 1}")

    def blurred_error(self) -> float:
        """Return the squared blurred error per pixel that is not hidden, in OKLab, of all views."""
        total = 0.0
        lights = rgba_views.seen(self.palette.colors)
        for light, view in zip(lights, self.image.views, strict=True):
            errors = pixel_errors(self.indices, light, view, self._config)
            total += float(np.vdot(error_field(errors.copy(), self._config), errors))
        return total / max(1, np.count_nonzero(self.image.colors[self.image.places][..., 3]))

    def result(self) -> OptimizedRgba:
        """Return the entries that pixels have, each once and in order, and the pixels."""
        palette, (indices,) = tidied(self.palette, [self.indices])
        return OptimizedRgba(palette, indices)


def tidied(
    palette: RgbaPalette, frames: Sequence[np.ndarray]
) -> tuple[RgbaPalette, list[np.ndarray]]:
    """Return the entries that pixels have, each once and in order, and the pixels.

    Args:
        palette: the entries, of which some may be equal.
        frames: (H, W) uint8 each.
    """
    used = np.unique(np.concatenate([np.unique(indices) for indices in frames]))
    colors, rank = np.unique(palette.colors[used], axis=0, return_inverse=True)
    order = np.lexsort((colors[:, :3].sum(axis=1), colors[:, 3]))
    places = np.zeros(256, np.uint8)
    places[used] = np.argsort(order)[rank.ravel()]
    return RgbaPalette(colors[order]), [places[indices] for indices in frames]


def rgba_config(colors: int, preset: Preset = "balanced") -> SearchConfig:
    """Return the options of the search for a number of colours."""
    penalty = _between(_PENALTIES[preset], colors)
    return SearchConfig(
        sigma=1.0, lightness_penalty=penalty, color_penalty=penalty / 4, mean_weight=0.0
    )


def optimize_rgba(
    image: RasterImage,
    colors: int,
    *,
    preset: Preset = "balanced",
    seed: int = 0,
    on_progress: OnProgress = no_progress,
) -> OptimizedRgba:
    """Find a palette with alpha for an image, and dither the image to it.

    Opaque pixels get opaque entries, and fully transparent ones a transparent entry, which counts.

    Args:
        image: with alpha; more than 8 bits are rounded to 8.
        colors: number of entries, 2 to 256.
        preset: "balanced"; "smooth", for less error seen from afar; or "clean", for less grain.
        seed: of k-means, 0 or more.
        on_progress: called with the share of the work done, 0 to 1, and a short text.

    Returns:
        The entries and the indices; the image's own colours if there are no more than `colors`.

    Raises:
        InputError: `colors` is out of range, the image has no alpha, or numba is missing.

    Example:
        >>> alpha = np.linspace(0, 255, 64 * 64).astype(np.uint8).reshape(64, 64)
        >>> shade = RasterImage(np.zeros((64, 64), np.uint8), alpha)
        >>> found = optimize_rgba(shade, 8)  # doctest: +SKIP
        >>> len(found.palette)  # doctest: +SKIP
        8
    """
    if image.alpha is None:
        raise InputError("an image without alpha needs no palette with alpha; use optimize_palette")
    require_extra("optimizing pixels", "optimize", "numba")
    palette = learn_rgba([image], colors, seed=seed)
    search = RgbaSearch(image, palette, rgba_config(colors, preset))
    if len(search.image.colors) > len(palette):
        search.improve_in_passes(colors, PASSES, on_progress)
    return search.result()


def _between(pair: tuple[float, float], colors: int) -> float:
    """Return the number for a number of colours."""
    few, many = pair
    share = np.log(np.clip(colors, _FEW, _MANY) / _FEW) / np.log(_MANY / _FEW)
    return float(few * (many / few) ** share)
