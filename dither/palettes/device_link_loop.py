"""Compiled interpolation in a device link, for large images."""

import numpy as np

from dither.native.loop import compiled

_SIDE, _STEPS, _WHITE = 33, 32, 65535


@compiled
def interpolate(codes: np.ndarray, table: np.ndarray, out: np.ndarray) -> None:
    """Interpolate each code; the same as `dither.palettes.device_link._interpolate`."""
    for pixel in range(len(codes)):
        red, green, blue = codes[pixel, 0], codes[pixel, 1], codes[pixel, 2]
        red, green, blue = red * _STEPS, green * _STEPS, blue * _STEPS
        place = (red // _WHITE * _SIDE + green // _WHITE) * _SIDE + blue // _WHITE
        one, two, three = red % _WHITE, green % _WHITE, blue % _WHITE
        step_one, step_two, step_three = _SIDE * _SIDE, _SIDE, 1
        # Sorted by three comparisons that keep the order of equal fractions.
        if one < two:
            one, two, step_one, step_two = two, one, step_two, step_one
        if two < three:
            two, three, step_two, step_three = three, two, step_three, step_two
        if one < two:
            one, two, step_one, step_two = two, one, step_two, step_one
        last = len(table) - 1
        first = min(place + step_one, last)
        second = min(first + step_two, last)
        third = min(second + step_three, last)
        for channel in range(3):
            total = (
                table[place, channel] * (_WHITE - one)
                + table[first, channel] * (one - two)
                + table[second, channel] * (two - three)
                + table[third, channel] * three
            )
            out[pixel, channel] = (total + _WHITE // 2) // _WHITE
