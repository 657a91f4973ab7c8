"""The orders in which an image is scanned row by row, and which compiled loop does it."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from dither.diffusion.plan import Job
from dither.diffusion.tone_kernels import VariableKernel, tones
from dither.diffusion.wavefront import in_wavefront

# Rows whose light is worked out at a time, where the loops do not.
_LIGHT_ROWS = 64
# Steps between a thread's looks at the others, which are whole chunks of either loop.
_PART = 6 * 128


def to_and_fro(job: Job) -> None:
    """Diffuse in serpentine order."""
    from dither.diffusion.compiled import serpentine as loops

    height, width = job.samples.shape[:2]
    reach = max(0, *abs(job.taps[:, 1])) if len(job.taps) else 0
    ring = 1 + max(0, *job.taps[:, 0]) if len(job.taps) else 1
    colored = job.channel is None
    past = np.zeros((3,) * colored + (ring, width + 2 * reach), np.int32)
    block = _LIGHT_ROWS if np.issubdtype(job.samples.dtype, np.floating) else height
    for y0 in range(0, height, block):
        samples, units = job.rows(y0, y0 + block)
        common = (samples, units, job.codes[y0 : y0 + block], past, y0, job.taps, job.target)
        if colored:
            loops.serpentine_palette(*common, job.varied, job.low, job.high)
        else:
            loops.serpentine_levels(*common, job.varied, job.channel, job.low, job.high)


def by_tone(job: Job, kernel: VariableKernel, serpentine: bool) -> None:
    """Diffuse with shares that follow the tone; the job's taps are not looked at."""
    from dither.diffusion.compiled import tone_dependent as loops

    shares = kernel.shares
    height, width = job.samples.shape
    past = np.zeros((2, width + 2), np.int64)
    lights = job.target.lights
    for y0 in range(0, height, _LIGHT_ROWS):
        samples, units = job.rows(y0, y0 + _LIGHT_ROWS)
        if len(units):
            light, tone = units[samples], tones(units, lights)[samples]
        else:
            light, tone = samples, tones(samples, lights)
        codes = job.codes[y0 : y0 + _LIGHT_ROWS]
        common = (light, tone, codes, past, y0, serpentine, shares, job.target, job.varied)
        loops.variable_levels(*common, job.channel, job.low, job.high)


def in_blocks(job: Job, threads: int) -> None:
    """Diffuse in raster order, in blocks of rows, on one thread or more."""
    from dither.diffusion.compiled import raster as loops

    height, width = job.samples.shape[:2]
    downs, aheads = job.taps[:, 0], job.taps[:, 1]
    lead = max([1, *downs])
    below = downs > 0
    # What is needed is at least one step old, and where it can be two, which spares a wait.
    skew = max([1, *(-((aheads[below] - 2) // downs[below]))])
    back = max([1, *(aheads + skew * downs)])
    colored = job.channel is None
    lanes, chunk = (3, loops.COLOR_CHUNK) if colored else (1, loops.CHUNK)
    steps = width + skew * (loops.ROWS - 1)
    part = steps if threads == 1 else _PART
    blocks = -(-height // loops.ROWS)
    # Thread b % threads is done with block b - threads when it starts b: so many are alive.
    passed = np.zeros((threads + 1, lanes, lead, width), np.int32)
    fields = np.zeros((threads, lanes, back + chunk, lead + loops.ROWS), np.int32)
    rows: list[Any] = [None] * threads
    advance = _raster_loop(job, loops)

    def work(block: int, number: int) -> None:
        y0, own = block * loops.ROWS, block % threads
        if number == 0:
            fields[own] = 0
            rows[own] = job.rows(y0, y0 + loops.ROWS)
        samples, units = rows[own]
        span = (number * part, min(steps, (number + 1) * part))
        codes = job.codes[y0 : y0 + loops.ROWS]
        # The first block looks at the last of the ring, which is still zero.
        above, under = passed[(block - 1) % (threads + 1)], passed[block % (threads + 1)]
        advance(y0, samples, units, codes, fields[own], above, under, span, job.taps, skew)

    lag = -(-skew * (loops.ROWS + lead) // part)
    in_wavefront(blocks, -(-steps // part), lag, threads, work)


def _raster_loop(job: Job, loops: ModuleType) -> Callable[..., None]:
    """The fastest loop that the job allows, called with the block's first row and what all share."""
    target, varied, low, high = job.target, job.varied, job.low, job.high
    loop: Callable[..., None]
    if job.channel is None:
        from dither.diffusion.compiled import raster_small_palette

        if raster_small_palette.fits(job.taps, varied.varied, low):
            loop = raster_small_palette.raster_few
            return lambda _, *common: loop(*common, target)
        loop = loops.raster_palette
        return lambda y0, *common: loop(*common, y0, target, varied, low, high)
    from dither.diffusion.compiled import raster_one_bit

    if raster_one_bit.fits(job.taps, len(target.lights), varied.varied, low):
        loop = raster_one_bit.raster_bits
        return lambda _, *common: loop(*common)
    loop, channel = loops.raster_levels, job.channel
    return lambda y0, *common: loop(*common, y0, target, varied, channel, low, high)
