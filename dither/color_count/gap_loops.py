"""The loops of `gap_statistic`, compiled: Floyd-Steinberg in raster order, only its loss kept.

Errors are those of sRGB codes, 0 to 255, and are never clipped. The error of a pixel goes on to the
right (7/16) and to the row below (3/16, 5/16 and 1/16 from left to right); what leaves the image is
lost. One row of received errors is kept: what a pixel has received is used up before the pixel to its
right writes there what the row below receives.
"""

import numpy as np
from numba import njit

# The cells in which the nearest colours are looked up: as wide as so many codes, so many a side, from
# so many codes below black. Beyond them all colours are compared.
_CELL, _SIDE, _LOWEST = 16.0, 32, -128.0


@njit(cache=True, nogil=True)
def grid_loss(codes, width, levels):
    """The squared error of an image dithered to all colours of evenly spaced levels.

    Such a grid's nearest colour has the nearest level in each channel; of two the lower one.

    Args:
        codes: (H * W,) int32, each pixel as 0xRRGGBB.
        width: of the image.
        levels: of each channel, 2 or more.
    """
    # Codes times `most`, so that levels are whole numbers: 255 apart.
    most = levels - 1.0
    received = np.zeros((width, 3))
    loss = 0.0
    for start in range(0, len(codes), width):
        # The errors of the pixel to the left, and of the one before.
        red = green = blue = red_2 = green_2 = blue_2 = 0.0
        for x in range(width):
            code = codes[start + x]
            red_0 = _off_level((code >> 16) * most + received[x, 0] + 7 / 16 * red, most)
            green_0 = _off_level((code >> 8 & 255) * most + received[x, 1] + 7 / 16 * green, most)
            blue_0 = _off_level((code & 255) * most + received[x, 2] + 7 / 16 * blue, most)
            loss += red_0 * red_0 + green_0 * green_0 + blue_0 * blue_0
            if x > 0:
                received[x - 1, 0] = _below(red_2, red, red_0)
                received[x - 1, 1] = _below(green_2, green, green_0)
                received[x - 1, 2] = _below(blue_2, blue, blue_0)
            red_2, green_2, blue_2 = red, green, blue
            red, green, blue = red_0, green_0, blue_0
        received[width - 1, 0] = _below(red_2, red, 0.0)
        received[width - 1, 1] = _below(green_2, green, 0.0)
        received[width - 1, 2] = _below(blue_2, blue, 0.0)
    return loss / most**2


@njit(inline="always")
def _off_level(old, most):
    """How far a value is from the nearest level, of 0 to `most` times 255."""
    level = min(max(np.ceil(old / 255 - 0.5), 0.0), most)
    return old - level * 255


@njit(inline="always")
def _below(left, middle, right):
    """What a pixel receives from the three above it."""
    return left / 16 + 5 / 16 * middle + 3 / 16 * right


@njit(cache=True, nogil=True)
def palette_loss(codes, width, colors, starts, members):
    """The squared error of an image dithered to a palette.

    Args:
        codes: (H * W,) int32, each pixel as 0xRRGGBB.
        width: of the image.
        colors: (K, 3) float64 sRGB codes.
        starts: of `candidates`.
        members: of `candidates`.
    """
    everything = np.arange(len(colors)).astype(members.dtype)
    received = np.zeros((width, 3))
    loss = 0.0
    for start in range(0, len(codes), width):
        red = green = blue = red_2 = green_2 = blue_2 = 0.0
        for x in range(width):
            code = codes[start + x]
            old_red = (code >> 16) + received[x, 0] + 7 / 16 * red
            old_green = (code >> 8 & 255) + received[x, 1] + 7 / 16 * green
            old_blue = (code & 255) + received[x, 2] + 7 / 16 * blue
            cell = _cell(old_red, old_green, old_blue)
            offered = everything if cell < 0 else members[starts[cell] : starts[cell + 1]]
            best, nearest = np.inf, 0
            for index in offered:
                off_red, off_green, off_blue = (
                    old_red - colors[index, 0],
                    old_green - colors[index, 1],
                    old_blue - colors[index, 2],
                )
                square = off_red * off_red + off_green * off_green + off_blue * off_blue
                if square < best:
                    best, nearest = square, index
            loss += best
            red_0, green_0, blue_0 = (
                old_red - colors[nearest, 0],
                old_green - colors[nearest, 1],
                old_blue - colors[nearest, 2],
            )
            if x > 0:
                received[x - 1, 0] = _below(red_2, red, red_0)
                received[x - 1, 1] = _below(green_2, green, green_0)
                received[x - 1, 2] = _below(blue_2, blue, blue_0)
            red_2, green_2, blue_2 = red, green, blue
            red, green, blue = red_0, green_0, blue_0
        received[width - 1, 0] = _below(red_2, red, 0.0)
        received[width - 1, 1] = _below(green_2, green, 0.0)
        received[width - 1, 2] = _below(blue_2, blue, 0.0)
    return loss


@njit(inline="always")
def _cell(red, green, blue):
    """The number of the cell that holds a value; -1 for none."""
    r, g, b = (red - _LOWEST) / _CELL, (green - _LOWEST) / _CELL, (blue - _LOWEST) / _CELL
    if min(r, min(g, b)) < 0 or max(r, max(g, b)) >= _SIDE:
        return -1
    return (int(r) * _SIDE + int(g)) * _SIDE + int(b)


@njit(cache=True, nogil=True)
def candidates(colors):
    """The colours that can be the nearest to a value, for each cell of values, their indices rising.

    A colour can be, if its least distance to the cell is no more than the least of all colours'
    greatest distances.

    Args:
        colors: (K, 3) float64 sRGB codes, at most 256.

    Returns:
        starts, (cells + 1,) int32, where each cell's list begins, and members, their indices as int16.
    """
    starts = np.zeros(_SIDE**3 + 1, np.int32)
    members = np.empty(1 << 16, np.int16)
    least = np.empty(len(colors))
    used = 0
    for cell in range(_SIDE**3):
        low = (
            _LOWEST + _CELL * (cell // _SIDE**2),
            _LOWEST + _CELL * (cell // _SIDE % _SIDE),
            _LOWEST + _CELL * (cell % _SIDE),
        )
        limit = np.inf
        for index in range(len(colors)):
            near = far = 0.0
            for channel in range(3):
                below = low[channel] - colors[index, channel]
                above = colors[index, channel] - low[channel] - _CELL
                near += max(below, above, 0.0) ** 2
                far += min(below, above) ** 2
            least[index] = near
            limit = min(limit, far)
        if used + len(colors) > len(members):
            members = np.concatenate((members, np.empty_like(members)))
        for index in range(len(colors)):
            if least[index] <= limit:
                members[used] = index
                used += 1
        starts[cell + 1] = used
    return starts, members[:used]
