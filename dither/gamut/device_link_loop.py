"""Compiled loops of a device link, for large images: the nodes that it needs, and interpolation."""

import numpy as np

from dither.native.loop import compiled

_SIDE, _STEPS, _WHITE = 33, 32, 65535


@compiled(inline=True)
def over_white(number: int) -> int:
    """Return number // 65535, for 0 to 2^32 - 2, with two shifts."""
    return (number + (number >> 16) + 1) >> 16


@compiled
def mark_nodes(codes: np.ndarray, cells: np.ndarray) -> None:
    """Set (33^3,) cells where the node at or below one of the (N, 3) uint16 codes is."""
    for pixel in range(len(codes)):
        red, green, blue = (
            np.int64(codes[pixel, 0]),
            np.int64(codes[pixel, 1]),
            np.int64(codes[pixel, 2]),
        )
        place = over_white(red * _STEPS) * _SIDE + over_white(green * _STEPS)
        cells[place * _SIDE + over_white(blue * _STEPS)] = True


@compiled
def interpolate(codes: np.ndarray, table: np.ndarray, out: np.ndarray) -> None:
    """Interpolate each code; the same as `dither.gamut.device_link._interpolate`."""
    for pixel in range(len(codes)):
        red, green, blue = (
            np.int64(codes[pixel, 0]),
            np.int64(codes[pixel, 1]),
            np.int64(codes[pixel, 2]),
        )
        red, green, blue = red * _STEPS, green * _STEPS, blue * _STEPS
        node_red, node_green, node_blue = over_white(red), over_white(green), over_white(blue)
        place = (node_red * _SIDE + node_green) * _SIDE + node_blue
        one, two, three = (
            red - node_red * _WHITE,
            green - node_green * _WHITE,
            blue - node_blue * _WHITE,
        )
        # The steps in the order of the fractions, the largest first, without branches. The order of
        # equal fractions makes no difference: the node between has no weight.
        most, least = max(one, two, three), min(one, two, three)
        middle = one + two + three - most - least
        step_most = _SIDE * _SIDE if one == most else (_SIDE if two == most else 1)
        step_least = 1 if three == least else (_SIDE if two == least else _SIDE * _SIDE)
        last = len(table) - 1
        third = place + _SIDE * _SIDE + _SIDE + 1
        first, second = min(place + step_most, last), min(third - step_least, last)
        third = min(third, last)
        for channel in range(3):
            total = (
                np.int64(table[place, channel]) * (_WHITE - most)
                + np.int64(table[first, channel]) * (most - middle)
                + np.int64(table[second, channel]) * (middle - least)
                + np.int64(table[third, channel]) * least
            )
            out[pixel, channel] = over_white(total + _WHITE // 2)


@compiled
def keep_exact(image, keys, indices, factor, shift, values, out):
    """Write the value of the entry whose colour a pixel has, like `exact_colors.keep_exact`.

    Args:
        image: (N, 3) uint8.
        keys: of the `ExactColors`, like `indices`.
        indices: as `keys`.
        factor: of the `ExactColors`, int64, like `shift`.
        shift: as `factor`.
        values: (K, 3) uint16.
        out: (N, 3) uint16.
    """
    for pixel in range(len(image)):
        red, green, blue = image[pixel, 0], image[pixel, 1], image[pixel, 2]
        code = np.uint32(red) << np.uint32(16) | np.uint32(green) << np.uint32(8) | np.uint32(blue)
        slot = np.uint64(np.uint32(code * np.uint32(factor)) >> np.uint32(shift))
        if keys[slot] == code:
            for channel in range(3):
                out[pixel, channel] = values[indices[slot], channel]
