"""Compiled loops that convert an image to cones, OKLab and slopes for the pixel search."""

import numpy as np

from dither.native.loop import compiled
from dither.optimizer.search_loops import INDEX, ONE, ORIGINAL, ROW, SETTLED

# Pixels that are converted at a time: their values stay in the nearest cache.
_AT_ONCE = 256


@compiled(fastmath=True, zero_division=False)
def convert_original(
    light: np.ndarray,
    to_cones: np.ndarray,
    to_oklab: np.ndarray,
    steps: np.ndarray,
    boundaries: np.ndarray,
    lab: np.ndarray,
    cells: np.ndarray,
) -> None:
    """Convert linear light to OKLab, and round it to the cells of the candidates.

    Args:
        light: (N, 3) float32, 0 to 1.
        to_cones: (3, 3) float32, linear light to cone responses.
        to_oklab: (3, 3) float32, their cube roots to OKLab.
        steps: (S + 1,) uint16, the level of the square of each step of 0 to 1; no step has two
            boundaries.
        boundaries: (levels,) float32, the light at which the next level begins; the last is above 1.
        lab: (N, 3) float32; written.
        cells: (N,) uint16, the levels of red, green and blue; written.
    """
    roots = np.empty(3 * _AT_ONCE, np.float32)
    whole, levels = np.float32(len(steps) - 1), len(boundaries)
    for start in range(0, len(light), _AT_ONCE):
        count = min(_AT_ONCE, len(light) - start)
        for n in range(count):
            red, green, blue = light[start + n, 0], light[start + n, 1], light[start + n, 2]
            for i in range(3):
                roots[i * _AT_ONCE + n] = (
                    to_cones[i, 0] * red + to_cones[i, 1] * green + to_cones[i, 2] * blue
                )
        take_cube_roots(roots)
        for n in range(count):
            long, medium, short = roots[n], roots[_AT_ONCE + n], roots[2 * _AT_ONCE + n]
            for i in range(3):
                lab[start + n, i] = (
                    to_oklab[i, 0] * long + to_oklab[i, 1] * medium + to_oklab[i, 2] * short
                )
        for n in range(start, start + count):
            cell = 0
            for i in range(3):
                value = min(max(light[n, i], np.float32(0)), np.float32(1))
                level = np.int64(steps[np.int64(np.sqrt(value) * whole)])
                if value >= boundaries[level]:
                    level += 1
                cell = cell * levels + level
            cells[n] = cell


@compiled(fastmath=True)
def encode(light: np.ndarray, table: np.ndarray, out: np.ndarray) -> None:
    """Convert linear light to codes, interpolated between the rows of a table.

    Args:
        light: (N,) float32; values outside 0 to 1 count as 0 or 1.
        table: (S + 2,) float32, the code of the square of each step of 0 to 1; the last is any number.
        out: (N,) uint16, rounded; written.
    """
    steps = len(table) - 2
    for n in range(len(light)):
        value = min(max(light[n], np.float32(0)), np.float32(1))
        place = np.sqrt(value) * np.float32(steps)
        step = np.int64(place)
        share = place - np.float32(step)
        code = table[step] + share * (table[step + 1] - table[step])
        out[n] = np.int64(code + np.float32(0.5))


@compiled(fastmath=True)
def convert_target(
    light: np.ndarray, to_cones: np.ndarray, cones: np.ndarray, planes: np.ndarray
) -> None:
    """Convert linear light to cone responses, with the channels together and in planes.

    Args:
        light: (N, 3) float32.
        to_cones: (3, 3) float32.
        cones: (N, 3) float32; written.
        planes: (3, N) float32; written.
    """
    for n in range(len(light)):
        red, green, blue = light[n, 0], light[n, 1], light[n, 2]
        for i in range(3):
            value = to_cones[i, 0] * red + to_cones[i, 1] * green + to_cones[i, 2] * blue
            cones[n, i], planes[i, n] = value, value


@compiled(fastmath=True, zero_division=False)
def take_slopes(planes: np.ndarray, darkest: float, slopes: np.ndarray) -> None:
    """Write the derivative of the cube root of values, which is 1 / (3 root^2).

    Args:
        planes: (3, N) float32.
        darkest: lower values count as this one, which is above 0.
        slopes: (N, 3) float32; written.
    """
    roots, least = np.empty(3 * _AT_ONCE, np.float32), np.float32(darkest)
    for start in range(0, len(slopes), _AT_ONCE):
        count = min(_AT_ONCE, len(slopes) - start)
        for i in range(3):
            for n in range(count):
                roots[i * _AT_ONCE + n] = max(planes[i, start + n], least)
        take_cube_roots(roots)
        for n in range(count):
            for i in range(3):
                root = roots[i * _AT_ONCE + n]
                slopes[start + n, i] = np.float32(1 / 3) / (root * root)


@compiled(inline=True, fastmath=True, zero_division=False)
def take_cube_roots(values: np.ndarray) -> None:
    """Replace float32 values, 0 or more, by their cube roots, which are within 1e-6 of the exact ones.

    The first guess has a third of the logarithm, which the bits of a float are nearly; the rest are
    steps of Halley's method.

    Source: E. Halley, "Methodus nova accurata et facilis" (1694); for the guess, `s_cbrtf.c` of the C
    library of FreeBSD.
    """
    guesses = np.empty(len(values), np.float32)
    value_bits, guess_bits = values.view(np.int32), guesses.view(np.int32)
    for n in range(len(values)):
        # Above 0, so that no quotient is 0 / 0.
        values[n] = max(values[n], np.float32(1e-20))
    for n in range(len(values)):
        guess_bits[n] = np.float32(value_bits[n]) * np.float32(1 / 3) + np.float32(709921077)
    for n in range(len(values)):
        value, root = values[n], guesses[n]
        for _ in range(2):
            cube = root * root * root
            root *= (cube + value + value) / (cube + cube + value)
        values[n] = root


@compiled(fastmath=True)
def pack(
    indices: np.ndarray,
    original: np.ndarray,
    slopes: np.ndarray,
    rows: np.ndarray,
    fixed: np.ndarray,
    pixels: np.ndarray,
    places: np.ndarray,
) -> None:
    """Write the pixels of a search, none of which has been decided.

    Args:
        indices: (N,) uint8.
        original: (N, 3) float32, -1 to 1.
        slopes: (N, 3) float32.
        rows: (N,) uint16, below 32768, the row of the candidates of each pixel.
        fixed: (N,) bool, True for pixels that keep their index.
        pixels: (16 N,) int16, as in `dither.optimizer.search_loops.visit`; written.
        places: (8 N,) float32, the same memory.
    """
    units = np.float32(ONE)
    for n in range(len(indices)):
        place = 16 * n
        for i in range(3):
            places[8 * n + i] = slopes[n, i]
            pixels[place + ORIGINAL + i] = np.int64(np.rint(units * original[n, i]))
        pixels[place + ROW] = -1 if fixed[n] else rows[n]
        pixels[place + INDEX] = indices[n]
        for i in range(SETTLED, 16):
            pixels[place + i] = 0


@compiled
def interleave(planes: np.ndarray, begin: int, out: np.ndarray) -> None:
    """Write some rows of planes with the channels of each pixel together.

    Args:
        planes: (3, N, W) float32.
        begin: first row of those that are written.
        out: (H, 3 W) float32, which may be part of a larger array; written.
    """
    height, width = len(out), planes.shape[2]
    for y in range(height):
        first, second, third = planes[0, begin + y], planes[1, begin + y], planes[2, begin + y]
        row = out[y]
        for x in range(width):
            row[3 * x], row[3 * x + 1], row[3 * x + 2] = first[x], second[x], third[x]
