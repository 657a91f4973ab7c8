"""Row-by-row scans: split the image into blocks of rows and call the compiled loop that fits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dither.diffusion.plan import ScanPlan
from dither.diffusion.thresholds import ThresholdModulation
from dither.diffusion.tone_kernels import tones
from dither.diffusion.wavefront import run_wavefront

# Rows that are prepared at a time.
_BLOCK_ROWS = 64
# Images are cut into bands between two calls at multiples of this many rows only.
BAND_MULTIPLE = 64
# Narrower images are scanned pixel by pixel: their parts would be shorter than what is scanned twice.
_NARROW = 64
# Steps after which a thread checks the others; a multiple of both chunks of the raster loops.
_PART = 6 * 128


@dataclass
class ScanState:
    """Errors that the rows of a channel, or of an image, pass to those below; changed by each scan.

    Attributes:
        row: number of the next row.
        past: errors of the last rows, in the form of the scan; None before the first row.
    """

    row: int = 0
    past: np.ndarray | None = None


def scan_serpentine(
    plan: ScanPlan, taps: np.ndarray, modulation: ThresholdModulation, state: ScanState
) -> None:
    """Diffuse the next rows in serpentine order.

    Args:
        plan: the rows.
        taps: (n, 3) int64: rows down, columns ahead, share in 1/65536.
        modulation: of the thresholds.
        state: of the rows above.
    """
    from dither.diffusion.compiled import serpentine, serpentine_levels
    from dither.diffusion.compiled.serpentine_lanes import fraction_bits

    height, width = plan.samples.shape[:2]
    if plan.to_palette and not modulation.varies:
        bits = fraction_bits(taps, plan.bounds)
        if bits >= 0:
            _scan_in_lanes(plan, taps, bits, state)
            return
    if not plan.to_palette and not modulation.varies and width >= _NARROW:
        table, shift = serpentine_levels.level_steps(plan.target.lights)
        if len(table):
            _scan_in_parts(plan, taps, table, shift, state)
            return
    reach = max(0, *abs(taps[:, 1])) if len(taps) else 0
    ring = 1 + max(0, *taps[:, 0]) if len(taps) else 1
    if state.past is None:
        state.past = np.zeros((3,) * plan.to_palette + (ring, width + 2 * reach), np.int32)
    loop: Callable[..., None] = serpentine.serpentine_to_levels
    if plan.to_palette:
        loop = serpentine.serpentine_to_palette
    settings = plan.target, modulation, plan.channel, plan.bounds
    for y0 in range(0, height, _BLOCK_ROWS):
        rows = *plan.rows(y0, y0 + _BLOCK_ROWS), plan.codes[y0 : y0 + _BLOCK_ROWS]
        loop(*rows, state.past, state.row + y0, taps, *settings)
    state.row += height


def _scan_in_parts(
    plan: ScanPlan, taps: np.ndarray, table: np.ndarray, shift: int, state: ScanState
) -> None:
    """Diffuse to levels in serpentine order, in 32 bits; `table` and `shift` of `level_steps`."""
    from dither.diffusion.compiled import serpentine_levels as loops
    from dither.diffusion.compiled.serpentine_lanes import FULL_BITS, lane_taps

    height, width = plan.samples.shape
    taps = lane_taps(taps, FULL_BITS)
    if state.past is None:
        state.past = np.zeros((1 + taps[:, 0].max(), loops.row_size(width)), np.int32)
    past = state.past
    settings = taps, table.reshape(-1), shift, plan.target.lights, plan.bounds
    for y0 in range(0, height, _BLOCK_ROWS):
        samples, units = plan.rows(y0, y0 + _BLOCK_ROWS)
        if not len(units):
            units = np.ones(1, np.int32)
        elif plan.light == "encoded":
            # Light is proportional to codes.
            units = units[1:2]
        loops.serpentine_levels(
            *(samples, units << loops.HIGH_BITS, plan.codes[y0 : y0 + _BLOCK_ROWS]),
            *(past.reshape(-1), len(past), state.row + y0, *settings),
        )
    state.row += height


def _scan_in_lanes(plan: ScanPlan, taps: np.ndarray, bits: int, state: ScanState) -> None:
    """Diffuse to a palette in serpentine order, in 32 bits; `bits` of `fraction_bits`."""
    from dither.diffusion.compiled import serpentine_lanes as loops

    height, width = plan.samples.shape[:2]
    taps = loops.lane_taps(taps, bits)
    reach = abs(taps[:, 1]).max()
    if state.past is None:
        state.past = np.zeros((1 + taps[:, 0].max(), 4 * (width + 2 * reach)), np.int32)
    past = state.past
    lights, *lists = plan.target
    settings = taps, bits, loops.lane_colors(lights), *lists, plan.bounds
    half = np.int32((1 << bits >> 1) - (loops.MIDDLE << bits))
    for y0 in range(0, height, _BLOCK_ROWS):
        samples, units = plan.rows(y0, y0 + _BLOCK_ROWS)
        if len(units):
            units = (units << bits) + half
        else:
            samples = (samples << bits) + half
        loops.serpentine_lanes(
            *(samples, units, plan.codes[y0 : y0 + _BLOCK_ROWS]),
            *(past.reshape(-1), len(past), state.row + y0, *settings),
        )
    state.row += height


def scan_by_tone(
    plan: ScanPlan,
    shares: np.ndarray,
    serpentine: bool,
    modulation: ThresholdModulation,
    state: ScanState,
) -> None:
    """Diffuse the next rows of a channel by either order; `shares` are those of each tone."""
    from dither.diffusion.compiled.tone_dependent import tone_dependent_to_levels

    loop: Callable[..., None] = tone_dependent_to_levels
    height, width = plan.samples.shape
    if state.past is None:
        state.past = np.zeros((2, width + 2), np.int64)
    lights = plan.target.lights
    for y0 in range(0, height, _BLOCK_ROWS):
        samples, units = plan.rows(y0, y0 + _BLOCK_ROWS)
        if len(units):
            light, tone = units[samples], tones(units, lights)[samples]
        else:
            light, tone = samples, tones(samples, lights)
        rows = light, tone, plan.codes[y0 : y0 + _BLOCK_ROWS]
        settings = plan.target, modulation, plan.channel, plan.bounds
        loop(*rows, state.past, state.row + y0, serpentine, shares, *settings)
    state.row += height


def scan_raster(
    plan: ScanPlan,
    taps: np.ndarray,
    modulation: ThresholdModulation,
    threads: int,
    state: ScanState,
) -> None:
    """Diffuse the next rows in raster order, in blocks of rows; arguments as in `scan_serpentine`."""
    from dither.diffusion.compiled.raster import CHUNK, COLOR_CHUNK, ROWS

    height, width = plan.samples.shape[:2]
    downs, aheads = taps[:, 0], taps[:, 1]
    lead = max([1, *downs])
    below = downs > 0
    # Errors are read at least one step after they are written, and two where possible: less waiting.
    skew = max([1, *(-((aheads[below] - 2) // downs[below]))])
    back = max([1, *(aheads + skew * downs)])
    lanes, chunk = (3, COLOR_CHUNK) if plan.to_palette else (1, CHUNK)
    steps = width + skew * (ROWS - 1)
    blocks = -(-height // ROWS)
    if state.past is None:
        ring = min(threads, blocks) + 1
        # Block b - threads is finished before b starts on the same thread, so a ring suffices.
        state.past = np.zeros((ring, lanes, lead, width), np.int32)
    passed = state.past
    threads = min(len(passed) - 1, blocks)
    first = state.row // ROWS
    part = steps if threads == 1 else _PART
    fields = np.zeros((threads, lanes, back + chunk, lead + ROWS), np.int32)
    rows: list[Any] = [None] * threads
    loop = _raster_loop(plan, taps, modulation)
    settings = plan.target, modulation, plan.channel, plan.bounds

    def work(block: int, number: int) -> None:
        y0, own = block * ROWS, block % threads
        if number == 0:
            fields[own] = 0
            rows[own] = plan.rows(y0, y0 + ROWS)
        span = (number * part, min(steps, (number + 1) * part))
        # The first block of an image reads the last slot of the ring, which is still zero.
        slot = first + block
        errors = fields[own], passed[(slot - 1) % len(passed)], passed[slot % len(passed)]
        codes = plan.codes[y0 : y0 + ROWS]
        loop(*rows[own], codes, errors, span, taps, skew, state.row + y0, *settings)

    lag = -(-skew * (ROWS + lead) // part)
    run_wavefront(blocks, -(-steps // part), lag, threads, work)
    state.row += height


def _raster_loop(
    plan: ScanPlan, taps: np.ndarray, modulation: ThresholdModulation
) -> Callable[..., None]:
    """Return the fastest loop that gives exact results; all take the same arguments."""
    from dither.diffusion.compiled import raster, raster_one_bit, raster_small_palette

    if plan.to_palette:
        if raster_small_palette.fits(taps, modulation.varies, plan.bounds[0]):
            return raster_small_palette.raster_small_palette
        return raster.raster_to_palette
    if raster_one_bit.fits(taps, len(plan.target.lights), modulation.varies, plan.bounds[0]):
        return raster_one_bit.raster_one_bit
    return raster.raster_to_levels
