"""Lost hues: hues of the original that are missing in the dithered picture."""

import numpy as np

from dither.color import linear_to_oklab
from dither.errors import InputError
from dither.metrics.blur import gaussian_blurred
from dither.metrics.light import linear_lights

# OKLab chroma from which a colour has a visible hue: about a sixth of that of pure red.
_MIN_CHROMA = 0.04
# A pixel keeps its hue with at least half its chroma; a hue is kept if a fifth of its pixels keep it.
_KEPT_CHROMA, _KEPT_PIXELS = 0.5, 0.2


def lost_hues(
    original: np.ndarray,
    dithered: np.ndarray,
    *,
    sectors: int = 12,
    least_share: float = 0.005,
    sigma: float = 2.5,
) -> tuple[float, ...]:
    """Return the hues that the dithered picture lacks where the original has them; fewer is better.

    Both pictures are blurred in linear light and compared in OKLab, with the hue circle cut into equal
    sectors. A pixel of the original has a hue if its chroma is at least 0.04 both before and after the
    blur; its hue is the one before, since the blur mixes new hues at edges. A hue counts if at least
    `least_share` of all pixels have it. A pixel keeps its hue if the blurred dithered picture has at
    least half the chroma of the blurred original there, and a hue at most one sector's width away. If
    fewer than a fifth of its pixels keep it, a hue is lost.

    Args:
        original: (H, W) or (H, W, 3) sRGB codes, as in `image_errors`.
        dithered: same rows and columns.
        sectors: number of hues, 3 to 72; the first sector begins at 0 degrees.
        least_share: smallest share of the picture at which a hue counts, above 0, up to 1.
        sigma: standard deviation of the blur in pixels, 0 to 1000.

    Returns:
        Centres of the lost sectors in degrees of OKLab hue, ascending: red is near 30, yellow 110,
        green 140, cyan 195, blue 265, magenta 330.

    Raises:
        InputError: as `image_errors`, or a number is out of range.

    Example:
        >>> half = np.zeros((20, 20, 3), np.uint8)
        >>> half[:10], half[10:] = [255, 0, 0], [0, 0, 255]
        >>> lost_hues(half, half)
        ()
        >>> red = half.copy()
        >>> red[10:] = [90, 90, 90]
        >>> lost_hues(half, red)
        (255.0,)
    """
    if not isinstance(sectors, int | np.integer) or not 3 <= sectors <= 72:
        raise InputError(f"sectors is {sectors}; it must be a whole number from 3 to 72")
    if not 0 < least_share <= 1:
        raise InputError(f"least_share is {least_share}; it must be above 0 and at most 1")
    lights = linear_lights(original, dithered)
    sharp = _chroma_plane(lights[0])
    before, after = (_chroma_plane(gaussian_blurred(light, sigma)) for light in lights)
    width = 2 * np.pi / sectors
    chromatic = np.minimum(np.abs(sharp), np.abs(before)) >= _MIN_CHROMA
    had, has = before[chromatic], after[chromatic]
    sector = (np.angle(sharp[chromatic]) % (2 * np.pi) // width).astype(int) % sectors
    turned = np.abs(np.angle(has * had.conj()))
    kept = (turned <= width) & (np.abs(has) >= _KEPT_CHROMA * np.abs(had))
    pixels = np.bincount(sector, minlength=sectors)
    keeping = np.bincount(sector, kept, sectors)
    lost = (pixels >= least_share * before.size) & (keeping < _KEPT_PIXELS * pixels)
    return tuple(float(degrees) for degrees in (np.flatnonzero(lost) + 0.5) * (360 / sectors))


def _chroma_plane(light: np.ndarray) -> np.ndarray:
    """Return (H, W) complex a + ib of OKLab; the magnitude is the chroma, the angle the hue."""
    lab = linear_to_oklab(light)
    return lab[..., 1] + 1j * lab[..., 2]
