"""Error diffusion along Hilbert's curve: grain without any direction."""

from fractions import Fraction

import numpy as np

from dither.diffusion.plan import Clamp, Palette, jobs_of, require_numba
from dither.errors import InputError
from dither.samples import Light


def riemersma_dither(
    image: np.ndarray,
    *,
    levels: int | None = None,
    palette: np.ndarray | Palette | None = None,
    light: Light = "encoded",
    clamp: Clamp | None = None,
    queue: int = 16,
    ratio: float = 16,
) -> np.ndarray:
    """The level of every sample, or the palette's colour of every pixel, by Riemersma's method.

    Each pixel along the curve receives the errors of the last ones, the older the less. No error is
    lost, but for those of the last pixels, and nothing goes far: a picture's parts hardly depend on one
    another.

    Source: T. Riemersma, "A balanced dithering technique", C/C++ Users Journal 16(12), 1998. There the
    errors are those of the output alone, which loses the greys next to black and white; here a pixel's
    error is what it received too, and the shares sum to 1, so that every grey keeps its mean.

    Args:
        image: as in `error_diffuse`.
        levels: as in `error_diffuse`.
        palette: as in `error_diffuse`.
        light: as in `error_diffuse`.
        clamp: as in `error_diffuse`.
        queue: 1 to 256, the pixels whose errors are received.
        ratio: 1 to 1,000,000, how many times the newest error's share is the oldest's.

    Returns:
        As `error_diffuse`; the same bytes on every machine.

    Raises:
        InputError: as `error_diffuse`, or the queue or the ratio is out of range.

    Example:
        >>> int(riemersma_dither(np.full((64, 64), 64, np.uint8)).sum())  # 64/255 of 4096 pixels: 1028
        1027
    """
    if not (isinstance(queue, int | np.integer) and 1 <= queue <= 256):
        raise InputError(f"queue is {queue}; it must be a whole number from 1 to 256")
    if not 1 <= ratio <= 1_000_000:
        raise InputError(f"ratio is {ratio}; it must be from 1 to 1000000")
    codes, jobs = jobs_of(
        image,
        levels=levels,
        palette=palette,
        light=light,
        clamp=clamp,
        taps=queue_shares(int(queue), float(ratio)),
    )
    require_numba()
    from dither.diffusion.compiled import hilbert as loops

    for job in jobs:
        samples, units = job.rows(0, len(job.samples))
        loop = loops.curve_palette if job.channel is None else loops.curve_levels
        loop(samples, units, job.codes, job.taps, job.target, job.low, job.high)
    return codes


def queue_shares(queue: int, ratio: float) -> np.ndarray:
    """(queue,) int64: the shares of the errors, the oldest first, in 1/65536; they sum to 1.

    They rise like a geometric series, and are rounded down; the newest takes the rest.

    Example:
        >>> queue_shares(2, 3).tolist()
        [16384, 49152]
    """
    weights = [Fraction(ratio ** (item / max(1, queue - 1))) for item in range(queue)]
    shares = [int(weight * 65536 / sum(weights)) for weight in weights]
    shares[-1] += 65536 - sum(shares)
    return np.array(shares, np.int64)
