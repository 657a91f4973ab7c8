"""Compiled interpolation in a device link, for large images."""

import numpy as np

from dither.native.loop import compiled

_SIDE, _STEPS, _WHITE = 33, 32, 65535


@compiled(inline=True)
def over_white(number: int) -> int:
    """Return number // 65535, for 0 to 2^32 - 2, with two shifts."""
    return (number + (number >> 16) + 1) >> 16


@compiled
def interpolate(codes: np.ndarray, table: np.ndarray, out: np.ndarray) -> None:
    """Interpolate each code; the same as `dither.palettes.device_link._interpolate`."""
    for pixel in range(len(codes)):
        red, green, blue = codes[pixel, 0], codes[pixel, 1], codes[pixel, 2]
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
                table[place, channel] * (_WHITE - most)
                + table[first, channel] * (most - middle)
                + table[second, channel] * (middle - least)
                + table[third, channel] * least
            )
            out[pixel, channel] = over_white(total + _WHITE // 2)
