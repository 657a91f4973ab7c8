"""Serpentine loop for levels, in 32 bits: a row is scanned in sixteen parts at once.

As in `dither.diffusion.compiled.serpentine_lanes`, a part starts some pixels early, with any errors,
and the errors where it starts are compared with those of the part before. If they differ, all parts are
scanned again, until none changes.

The pixels of all parts at the same step lie together: column x of a row is element
`PARTS` (`EARLY` + x % D) + x // D, where a part has D columns. Before and after its columns, a part has
`EARLY` of its neighbours, so that the errors that a pixel receives are always as far away.

Shares are u/16 + v/65536, where v < 4096, and errors are e = 4096 a + b, where 0 <= b < 4096. So the
received errors, times 65536, are 4096 sum(u e + v a) + sum(v b). Both sums fit 32 bits.
"""

import numpy as np

from dither.diffusion.compiled.lanes import at_least, at_most, if_less, minus, plus, shifted, times
from dither.diffusion.compiled.quantize import HALF
from dither.diffusion.compiled.sixteen import (
    less,
    looked_up_rows,
    masked,
    row_of,
    turned,
    written_row,
)
from dither.diffusion.light import WHITE
from dither.native.loop import compiled

# Parts of a row: the lanes of `row_of`.
PARTS = 16
# Pixels that a part starts early. In photos, 1 part in 10 needs more with 2 levels, 1 in 40 with 4.
EARLY = 32
# Pixels that are scanned again before the errors are compared; more than the columns of a kernel, at
# most 15 (`dither.diffusion.kernels`).
_AGAIN = 16
# Below this number of middles, comparing with each middle is faster than a table.
_FEW = 16
# Then the level is in the low bits of a number, and its light in those above.
_LEVEL_BITS = 5
# Bits of a share and of an error that are multiplied apart, and those above them.
_LOW_BITS, HIGH_BITS = 12, 4
_LOW = (1 << _LOW_BITS) - 1
# Lights are less than 2^22.
_WHITE_BITS = WHITE.bit_length()
# Elements before the columns of the parts, and after them.
_EDGE = EARLY * PARTS


def level_steps(lights: np.ndarray) -> tuple[np.ndarray, int]:
    """Return a table that finds the level of a light with one comparison, and the size of its cells.

    The light from -2^22 to 2^23 is cut into cells of 2^shift units. A row has the largest light that
    takes the lower level, the light of the lower level and of the upper, and the lower level.

    Args:
        lights: (levels,) int32, ascending from 0 to `WHITE`.

    Returns:
        (cells, 4) int32 and the shift. The table is empty if a cell could have three levels.
    """
    middles = lights[:-1] + (np.diff(lights) >> 1)
    for shift in (14, 12, 10):
        start = np.arange(-(1 << _WHITE_BITS), 2 << _WHITE_BITS, 1 << shift)
        lower = np.searchsorted(middles, start, side="left")
        upper = np.searchsorted(middles, start + (1 << shift) - 1, side="left")
        if (upper - lower).max() <= 1:
            lower = np.minimum(lower, len(middles) - 1)
            rows = middles[lower], lights[lower], lights[lower + 1], lower
            return np.stack(rows, axis=1).astype(np.int32), shift
    return np.empty((0, 4), np.int32), 10


def row_size(width: int) -> int:
    """Return the elements of a row of errors."""
    return PARTS * (max(EARLY, -(-width // PARTS)) + 2 * EARLY)


@compiled
def serpentine_levels(samples, units, codes, errors, ring, y0, taps, table, shift, lights, bounds):
    """Diffuse the rows from y0 of one channel to levels; updates `errors`.

    Args:
        samples: (rows, W); codes, or light like `units`.
        units: light of each code, times 16; or one factor, if light is proportional to the samples.
        codes: (rows, W), the output.
        errors: (ring `row_size`,) int32, those of row y from (y % ring) `row_size` on; zeros at first.
        ring: number of rows in `errors`.
        y0: first row.
        taps: (n, 3) int64 of `dither.diffusion.compiled.serpentine_lanes.lane_taps`, in 1/65536; none
            negative, and their sum at most 1.
        table: of `level_steps`, flat.
        shift: as `table`.
        lights: of the levels.
        bounds: bounds of the light.
    """
    rows, width = samples.shape
    size = len(errors) // ring
    columns = size // PARTS - 2 * EARLY
    # The last column's.
    part, step = (width - 1) // columns, (width - 1) % columns
    received, chosen = np.zeros(size, np.int32), np.empty(size, codes.dtype)
    given, out = np.zeros(PARTS * columns, samples.dtype), np.empty(PARTS * columns, codes.dtype)
    in_turn = np.empty(len(given), samples.dtype)
    saved = np.empty(PARTS * EARLY, np.int32)
    # For each tap: the distance of its error, u and v.
    shares = np.empty((len(taps), 3), np.int32)
    reach, far = 1, 1
    for tap in range(len(taps)):
        reach = max(reach, abs(taps[tap, 1]))
        far = max(far, taps[tap, 1] if taps[tap, 0] == 0 else 1)
        shares[tap, 1], shares[tap, 2] = taps[tap, 2] >> _LOW_BITS, taps[tap, 2] & _LOW
    heights = lights[1:] - lights[:-1]
    target = table, shift, lights[:-1] + (heights >> 1), (heights << _LEVEL_BITS) + 1, bounds
    for row in range(rows):
        y = y0 + row
        here, forward = y % ring * size, 1 - 2 * (y % 2)
        for tap in range(len(taps)):
            down, ahead = taps[tap, 0], taps[tap, 1]
            # The kernel is mirrored in rows that were scanned to the left.
            ahead *= 1 if (y - down) % 2 == 0 else -1
            shares[tap, 0] = (y - down) % ring * size - here - PARTS * ahead
        copy(samples[row], given)
        by_steps(given, in_turn, columns)
        receive(in_turn, received[_EDGE : size - _EDGE], units)
        widen(received, columns)
        now = errors[here : here + size]
        line = received, errors, here, chosen, forward, 0 if forward == 1 else columns - 1
        # Steps of the first part before the image.
        before = 0 if forward == 1 else columns - 1 - step
        scan(reach - EARLY, before, line, shares, target)
        drop(now, reach, part, step)
        scan(before, columns, line, shares, target)
        while joined(now, forward, far, part, columns):
            scan(0, before, line, shares, target)
            drop(now, reach, part, step)
            for begin in range(before, columns, _AGAIN):
                end = min(begin + _AGAIN, columns)
                # The last errors of the steps.
                place = PARTS * (EARLY + line[-1] + forward * end - (far if forward == 1 else -1))
                last = now[place : place + PARTS * far]
                copy(last, saved)
                scan(begin, end, line, shares, target)
                if are_same(last, saved):
                    break
        # Columns outside the image have no errors: neither those copied to neighbours nor the copies.
        drop(now, reach, part, step)
        widen(now, columns)
        drop(now, reach, part, step)
        by_parts(chosen[_EDGE:], out, columns)
        copy(out, codes[row])


@compiled
def copy(source, target):
    """Copy the elements that both arrays have; numba's slices are slower."""
    for place in range(min(len(source), len(target))):
        target[place] = source[place]


@compiled
def by_steps(source, target, columns):
    """Exchange the rows of (PARTS, columns) elements for columns; `by_parts` does the opposite."""
    for step in range(0, columns, PARTS):
        begin = min(step, columns - PARTS)
        turned(source, begin, columns, target, PARTS * begin, PARTS)


@compiled
def by_parts(source, target, columns):
    """Exchange the rows of (columns, PARTS) elements for columns."""
    for step in range(0, columns, PARTS):
        begin = min(step, columns - PARTS)
        turned(source, PARTS * begin, PARTS, target, begin, columns)


@compiled
def receive(samples, received, units):
    """Write the light of samples, times 16."""
    if len(units) == 1:
        for place in range(len(received)):
            received[place] = samples[place] * units[0]
    else:
        for place in range(len(received)):
            received[place] = units[samples[place]]


@compiled
def widen(values, columns):
    """Copy columns of each part's neighbours to before and after its own."""
    size, distance = len(values), PARTS * columns
    copy(values[distance - 1 : distance - 1 + _EDGE], values)
    copy(values[_EDGE + 1 : 2 * _EDGE + 1], values[size - _EDGE :])


@compiled
def scan(begin, end, line, shares, target):
    """Diffuse the pixels of each part from step `begin` to `end` in scan order.

    Args:
        begin: number of the first step.
        end: number of the step after the last.
        line: lights, times 16; errors; the place of the row's in them; codes; columns to the next
            pixel, 1 or -1; and the first column of a part.
        shares: (taps, 3) int32, how far the error of each tap is, u and v; first those of the pixel
            before.
        target: of `level_steps` the table and the shift, the middles between levels, what the light
            and the number of the level rise by at each, and the bounds.
    """
    received, errors, here, chosen, forward, first = line
    table, shift, middles, rises, bounds = target
    low, high = np.int32(bounds[0]), np.int32(bounds[1])
    below, cell_shift = np.int32(1 << _WHITE_BITS - shift), np.int32(shift)
    low_bits, mask = np.int32(_LOW_BITS), np.int32(_LOW)
    few, whole = len(middles) < _FEW, True
    for tap in range(len(shares)):
        whole &= shares[tap, 2] == 0
    place = PARTS * (EARLY + first + forward * begin)
    error = row_of(errors, here + place - PARTS * forward)
    zero = minus(error, error)
    for _ in range(begin, end):
        at = here + place
        total, rest = row_of(received, place), plus(zero, np.int32(HALF))
        for tap in range(1, len(shares)):
            other = row_of(errors, at + shares[tap, 0])
            total = plus(total, times(other, shares[tap, 1]))
            if not whole:
                total = plus(total, times(shifted(other, low_bits), shares[tap, 2]))
                rest = plus(rest, times(masked(other, mask), shares[tap, 2]))
        if not whole:
            total = plus(total, times(shifted(error, low_bits), shares[0, 2]))
            rest = plus(rest, times(masked(error, mask), shares[0, 2]))
        # The error of the pixel before is last, because it is late.
        total = plus(plus(total, shifted(rest, low_bits)), times(error, shares[0, 1]))
        value = shifted(total, np.int32(HIGH_BITS))
        error = at_most(at_least(value, low), high)
        if few:
            level_and_light = zero
            for each in range(len(middles)):
                level_and_light = plus(
                    level_and_light, masked(less(middles[each], value), rises[each])
                )
            code = masked(level_and_light, np.int32((1 << _LEVEL_BITS) - 1))
            error = minus(error, shifted(level_and_light, np.int32(_LEVEL_BITS)))
        else:
            middle, lower, upper, level = looked_up_rows(
                table, plus(shifted(value, cell_shift), below)
            )
            error = minus(error, if_less(middle, value, upper, lower))
            code = if_less(middle, value, plus(level, np.int32(1)), level)
        written_row(errors, at, error)
        written_row(chosen, place, code)
        place += PARTS * forward


@compiled
def drop(errors, reach, part, step):
    """Write zeros before the first column, and after the last, which is a part's column `step`."""
    for beside in range(1, reach + 1):
        errors[PARTS * (EARLY - beside)] = 0
        errors[PARTS * (EARLY + step + beside) + part] = 0


@compiled
def joined(errors, forward, far, last_part, columns):
    """Write the errors at the end of each part to where the next starts; return if any changes."""
    changed = False
    for back in range(1, far + 1):
        for part in range(last_part):
            if forward == 1:
                source, to = (
                    (EARLY + columns - back) * PARTS + part,
                    (EARLY - back) * PARTS + part + 1,
                )
            else:
                source = (EARLY + back - 1) * PARTS + part + 1
                to = (EARLY + columns + back - 1) * PARTS + part
            changed |= errors[to] != errors[source]
            errors[to] = errors[source]
    return changed


@compiled
def are_same(some, others):
    """Return whether all elements of an array are those of another."""
    same = True
    for place in range(len(some)):
        same &= some[place] == others[place]
    return same
