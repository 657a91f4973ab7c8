"""Which hues of a picture are gone from the dithered one."""

import numpy as np

from dither.color import linear_to_oklab
from dither.errors import InputError
from dither.metrics.blur import gaussian_blurred
from dither.metrics.light import linear_lights

# OKLab chroma from which a colour has a hue worth naming: about a sixth of what pure red has.
_LEAST_CHROMA = 0.04
# A pixel keeps its hue with half its chroma or more, and a hue lives on in a fifth of its pixels.
_KEPT_CHROMA, _KEPT_PIXELS = 0.5, 0.2


def lost_hues(
    original: np.ndarray,
    dithered: np.ndarray,
    *,
    sectors: int = 12,
    least_share: float = 0.005,
    sigma: float = 2.5,
) -> tuple[float, ...]:
    """The hues that the original shows and the dithered picture no longer does, at the same places.

    Both pictures are blurred in linear light and compared in OKLab. The circle of hues is cut into
    equal sectors. A pixel of the original has a hue if its chroma is 0.04 or more, before the blur and
    after: the hue before it, since the blur mixes others at edges. A hue counts if at least
    `least_share` of all pixels have it. A pixel keeps its hue if the blurred dithered picture has there
    at least half the chroma of the blurred original, and a hue at most a sector's width away. A hue is
    lost if fewer than a fifth of its pixels keep it.

    Args:
        original: (H, W) or (H, W, 3) sRGB codes, as for `image_errors`.
        dithered: as many rows and columns.
        sectors: how many hues are told apart, 3 to 72; the first begins at 0 degrees.
        least_share: the share of the picture from which a hue counts, above 0, to 1.
        sigma: of the blur, in pixels; dots that lie side by side are seen as their mixture.

    Returns:
        The middles of the lost sectors in degrees of OKLab, ascending: red is near 30, yellow 110,
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
    chromatic = np.minimum(np.abs(sharp), np.abs(before)) >= _LEAST_CHROMA
    had, has = before[chromatic], after[chromatic]
    sector = (np.angle(sharp[chromatic]) % (2 * np.pi) // width).astype(int) % sectors
    turned = np.abs(np.angle(has * had.conj()))
    kept = (turned <= width) & (np.abs(has) >= _KEPT_CHROMA * np.abs(had))
    pixels = np.bincount(sector, minlength=sectors)
    keeping = np.bincount(sector, kept, sectors)
    lost = (pixels >= least_share * before.size) & (keeping < _KEPT_PIXELS * pixels)
    return tuple(float(degrees) for degrees in (np.flatnonzero(lost) + 0.5) * (360 / sectors))


def _chroma_plane(light: np.ndarray) -> np.ndarray:
    """(H, W) complex a + ib of OKLab: its magnitude is the chroma, its angle the hue."""
    lab = linear_to_oklab(light)
    return lab[..., 1] + 1j * lab[..., 2]
