"""Scan plans: one per channel for levels, one for the whole image for a palette."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

from dither.diffusion.light import WHITE, light_of_codes, light_of_floats, light_of_levels
from dither.errors import InputError
from dither.extras import require_extra
from dither.gamut.device_link import palette_mapping
from dither.palettes.palette import Intent, Palette
from dither.palettes.palette_like import as_colors, as_palette, names_palette
from dither.samples import (
    Levels,
    Light,
    as_color,
    check_light,
    checked_image,
    levels_of,
)

Clamp = Literal["none", "range"]

# With a palette that lacks a colour errors grow without bound; they are clipped at this many whites.
_MAX_WHITES = 16
# In place of the light of codes where the rows are light already; read-only as `light_of_codes`.
_NO_UNITS = np.empty(0, np.int32)
_NO_UNITS.flags.writeable = False


class HasColors(Protocol):
    """A `Palette`, to which images are mapped, or other colours, for which they stay as they are."""

    @property
    def colors(self) -> np.ndarray:
        """(K, 3) uint8 sRGB codes."""
        ...


@dataclass(frozen=True)
class ScanPlan:
    """One image or channel, ready for the compiled loops.

    Attributes:
        samples: (H, W) of a channel or (H, W, 3) of an image; codes or floats.
        codes: (H, W), the output.
        light: scale on which errors are measured.
        target: `LevelTable` or `PaletteTable` of `dither.diffusion.compiled.quantize`.
        to_palette: whether the target is a palette.
        channel: number of the channel, for the noise; 0 for a palette.
        bounds: (low, high) to which light with its errors is clipped.
        mapping: maps rows to what the palette can show, if they are mapped: a mapped image would need
            more memory than the image, and the time to allocate it.
    """

    samples: np.ndarray
    codes: np.ndarray
    light: Light
    target: Any
    to_palette: bool
    channel: int
    bounds: tuple[int, int]
    mapping: Callable[[np.ndarray], np.ndarray] | None = None

    def rows(self, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
        """Return some rows and the light of each code; the latter is empty if the rows are light.

        Both arrays have the same memory layout for every image, so that each loop is compiled once for
        each depth, not again for strided or read-only images.
        """
        rows = self.samples[start:stop]
        if self.mapping is not None:
            rows = self.mapping(rows)
        if np.issubdtype(rows.dtype, np.floating):
            return light_of_floats(np.ascontiguousarray(rows), self.light), _NO_UNITS
        return np.array(rows, order="C"), light_of_codes(rows.dtype, self.light)


def plan_scans(
    image: np.ndarray,
    *,
    levels: Levels | None,
    palette: np.ndarray | HasColors | None,
    light: Light | None,
    clamp: Clamp | None,
    intent: Intent | None,
) -> tuple[np.ndarray, list[ScanPlan]]:
    """Check the arguments of a diffusion, allocate its output and list the scans that fill it.

    Args:
        image: as in `error_diffuse`, like all the others.
        levels: 2 if there is no palette either.
        palette: colours to diffuse to.
        light: scale on which errors are measured; "linear" for palettes and "encoded" for levels if
            not given.
        clamp: clipping of the light; if not given, "range" for colours to which the image is not
            mapped, and "none" for palettes and levels.
        intent: rendering intent; if not given, that of a `Palette`, and none for other colours.

    Returns:
        (H, W) or (H, W, C) codes, not contiguous with channels, and the plans that fill them; no plans
        if the image has no pixels.

    Raises:
        InputError: an argument is out of range, levels and a palette are both given, or numba is
            missing.
    """
    if levels is not None and palette is not None:
        raise InputError("give either levels or a palette, not both")
    if clamp not in (None, "none", "range"):
        raise InputError(f"clamp is {clamp!r}; it must be 'none' or 'range'")
    if palette is None and intent is not None:
        raise InputError(f"intent is {intent!r}; it needs a palette")
    palette = named_palette(palette)
    light = light or ("encoded" if palette is None else "linear")
    check_light(light)
    image = checked_image(image)
    require_extra("error diffusion", "diffuse", "numba")

    mapped = isinstance(palette, Palette) or intent is not None
    clipped = clamp == "range" or (clamp is None and palette is not None and not mapped)
    bounds = (0, WHITE) if clipped else (-_MAX_WHITES * WHITE, (_MAX_WHITES + 1) * WHITE)
    if palette is not None:
        colors = palette_colors(palette)
        image, mapping = as_color(image), None
        if intent is not None and not isinstance(palette, Palette):
            palette = Palette(colors)
        if isinstance(palette, Palette):
            mapping = palette_mapping(image, palette, intent)
        codes = np.empty(image.shape[:2], np.uint8)
        target = _palette_target(colors.tobytes(), light)
        plans = [ScanPlan(image, codes, light, target, True, 0, bounds, mapping)]
    else:
        channels = np.moveaxis(image, 2, 0) if image.ndim == 3 else image[None]
        counts = levels_of(2 if levels is None else levels, len(channels))
        dtype = np.uint8 if max(counts, default=2) <= 256 else np.uint16
        targets = [_level_target(count, image.dtype, light) for count in counts]
        # Each channel is filled by itself, and lies together for that.
        outputs = np.empty(channels.shape, dtype)
        codes = np.moveaxis(outputs, 0, 2) if image.ndim == 3 else outputs[0]
        plans = [
            ScanPlan(samples, out, light, target, False, channel, bounds)
            for channel, (samples, out, target) in enumerate(
                zip(channels, outputs, targets, strict=True)
            )
        ]
    return codes, plans if codes.size else []


def named_palette(palette: Any) -> Any:
    """Return the `Palette` of a name, a file, a panel or a list of colours; others as they are."""
    return as_palette(palette) if names_palette(palette) else palette


@functools.lru_cache(maxsize=4)
def _palette_target(colors: bytes, light: Light) -> Any:
    """Return the table of (K, 3) uint8 colours; it is made once for the bands of an image."""
    from dither.diffusion.compiled.quantize import palette_table

    codes = np.frombuffer(colors, np.uint8).reshape(-1, 3)
    return palette_table(light_of_codes(np.dtype(np.uint8), light)[codes])


@functools.lru_cache(maxsize=4)
def _level_target(levels: int, dtype: np.dtype, light: Light) -> Any:
    """Return the table of levels; it is made once for the bands of an image."""
    from dither.diffusion.compiled.quantize import level_table

    return level_table(light_of_levels(levels, dtype, light))


def palette_colors(palette: np.ndarray | HasColors) -> np.ndarray:
    """Return the (K, 3) uint8 colours of a palette.

    Raises:
        InputError: the palette has another shape or dtype, or not 1 to 256 colours.
    """
    colors = as_colors(named_palette(palette))
    if colors.dtype.kind not in "iu" or (
        colors.size and not 0 <= colors.min() <= colors.max() <= 255
    ):
        raise InputError(f"a palette holds integer sRGB codes from 0 to 255, not {colors.dtype}")
    colors = colors.astype(np.uint8, copy=False)
    if not 1 <= len(colors) <= 256:
        raise InputError(f"a palette must have 1 to 256 colours, not {len(colors)}")
    return colors
