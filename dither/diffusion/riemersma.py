"""Riemersma dithering: error diffusion along a Hilbert curve, for grain without a direction."""

from fractions import Fraction

import numpy as np

from dither.diffusion.hidden import without_hidden
from dither.diffusion.plan import Clamp, HasColors, plan_scans
from dither.errors import InputError
from dither.palettes.palette import Intent
from dither.samples import Levels, Light


def riemersma_dither(
    image: np.ndarray,
    *,
    levels: Levels | None = None,
    palette: np.ndarray | HasColors | None = None,
    light: Light | None = None,
    clamp: Clamp | None = None,
    intent: Intent | None = None,
    queue: int = 16,
    ratio: float = 16,
) -> np.ndarray:
    """Dither by Riemersma's method and return codes: levels, or indices into a palette.

    Each pixel along the curve receives the errors of the last few pixels, the older the less. No error
    is lost except those of the last pixels, and none travels far: distant parts of an image hardly
    depend on one another.

    Source: T. Riemersma, "A balanced dithering technique", C/C++ Users Journal 16(12), 1998. His errors
    are those of the output alone, which loses the greys next to black and white; here a pixel's error
    includes what it received, and the shares sum to 1, so that every grey keeps its mean.

    Args:
        image: as in `error_diffuse`.
        levels: as in `error_diffuse`.
        palette: as in `error_diffuse`.
        light: as in `error_diffuse`.
        intent: as in `error_diffuse`.
        clamp: as in `error_diffuse`.
        queue: number of pixels whose errors are received, 1 to 256.
        ratio: the newest error's share divided by the oldest's, 1 to 1,000,000.

    Returns:
        As `error_diffuse`; the same bytes on every machine.

    Raises:
        InputError: as `error_diffuse`, or `queue` or `ratio` is out of range.

    Example:
        >>> int(riemersma_dither(np.full((64, 64), 64, np.uint8)).sum())  # of 64/255 * 4096 = 1028
        1027
    """
    if not (isinstance(queue, int | np.integer) and 1 <= queue <= 256):
        raise InputError(f"queue is {queue}; it must be a whole number from 1 to 256")
    if not 1 <= ratio <= 1_000_000:
        raise InputError(f"ratio is {ratio}; it must be from 1 to 1000000")
    shares = queue_shares(int(queue), float(ratio))
    codes, plans = plan_scans(
        without_hidden(image),
        levels=levels,
        palette=palette,
        light=light,
        clamp=clamp,
        intent=intent,
    )
    from dither.diffusion.compiled import hilbert

    for plan in plans:
        samples, units = plan.rows(0, len(plan.samples))
        loop = hilbert.hilbert_to_palette if plan.to_palette else hilbert.hilbert_to_levels
        loop(samples, units, plan.codes, shares, plan.target, plan.bounds)
    return np.ascontiguousarray(codes)


def queue_shares(queue: int, ratio: float) -> np.ndarray:
    """Return the (queue,) int64 shares of the errors, oldest first, in 1/65536; they sum to 1.

    They form a geometric series, rounded down; the newest takes the remainder.

    Example:
        >>> queue_shares(2, 3).tolist()
        [16384, 49152]
    """
    weights = [Fraction(ratio ** (item / max(1, queue - 1))) for item in range(queue)]
    shares = [int(weight * 65536 / sum(weights)) for weight in weights]
    shares[-1] += 65536 - sum(shares)
    return np.array(shares, np.int64)
