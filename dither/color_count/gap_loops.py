"""Compiled loops of the Gap statistic: the loss of Floyd-Steinberg dithering in raster order.

Errors are in sRGB codes, 0 to 255, and are not clipped. The error of a pixel goes to the right (7/16)
and to the row below (3/16, 5/16 and 1/16 from left to right); what leaves the image is lost.
"""

import numpy as np

from dither.native.loop import compiled

# Nearest colours are looked up in a grid of cells: width of a cell and lowest value in codes, and cells
# per side. For values outside the grid all colours are compared.
_CELL, _LOWEST, _SIDE = 16.0, -128.0, 32


@compiled
def grid_loss(codes: np.ndarray, width: int, levels: int) -> float:
    """Return the squared error of an image dithered to all colours of evenly spaced levels.

    The nearest colour of such a grid has the nearest level in each channel; the lower of two.

    Args:
        codes: (H * W,) int32, each pixel as 0xRRGGBB.
        width: of the image.
        levels: of each channel, 2 or more.
    """
    # Codes times `steps`, so that levels are whole numbers: 255 apart.
    steps = levels - 1.0
    errors, received = np.zeros((width + 2, 3)), np.zeros((width, 3))
    loss = 0.0
    for start in range(0, len(codes), width):
        for x in range(width):
            square = 0.0
            for channel in range(3):
                code = codes[start + x] >> (16 - 8 * channel) & 255
                old = code * steps + received[x, channel] + 7 / 16 * errors[x, channel]
                level = min(max(np.ceil(old / 255 - 0.5), 0.0), steps)
                error = old - level * 255
                errors[x + 1, channel] = error
                square += error * error
            loss += square
        _diffuse_down(errors, received)
    return loss / steps**2


@compiled
def palette_loss(
    codes: np.ndarray, width: int, colors: np.ndarray, starts: np.ndarray, members: np.ndarray
) -> float:
    """Return the squared error of an image dithered to a palette.

    Args:
        codes: (H * W,) int32, each pixel as 0xRRGGBB.
        width: of the image.
        colors: (K, 3) float64 sRGB codes.
        starts: from `candidate_lists`.
        members: from `candidate_lists`.
    """
    everything = np.arange(len(colors)).astype(members.dtype)
    errors, received = np.zeros((width + 2, 3)), np.zeros((width, 3))
    loss = 0.0
    for start in range(0, len(codes), width):
        for x in range(width):
            code = codes[start + x]
            red = (code >> 16) + received[x, 0] + 7 / 16 * errors[x, 0]
            green = (code >> 8 & 255) + received[x, 1] + 7 / 16 * errors[x, 1]
            blue = (code & 255) + received[x, 2] + 7 / 16 * errors[x, 2]
            cell = _cell(red, green, blue)
            offered = everything if cell < 0 else members[starts[cell] : starts[cell + 1]]
            best, nearest = np.inf, 0
            for index in offered:
                off_red = red - colors[index, 0]
                off_green = green - colors[index, 1]
                off_blue = blue - colors[index, 2]
                square = off_red * off_red + off_green * off_green + off_blue * off_blue
                if square < best:
                    best, nearest = square, index
            loss += best
            errors[x + 1, 0] = red - colors[nearest, 0]
            errors[x + 1, 1] = green - colors[nearest, 1]
            errors[x + 1, 2] = blue - colors[nearest, 2]
        _diffuse_down(errors, received)
    return loss


@compiled(inline=True)
def _diffuse_down(errors: np.ndarray, received: np.ndarray) -> None:
    """Write what the next row receives from the errors of a row, which has a zero at both ends."""
    for x in range(len(received)):
        for channel in range(3):
            received[x, channel] = (
                errors[x, channel] / 16
                + 5 / 16 * errors[x + 1, channel]
                + 3 / 16 * errors[x + 2, channel]
            )


@compiled(inline=True)
def _cell(red: float, green: float, blue: float) -> int:
    """Return the number of the cell that holds a value; -1 outside the grid."""
    r, g, b = (red - _LOWEST) / _CELL, (green - _LOWEST) / _CELL, (blue - _LOWEST) / _CELL
    if min(r, min(g, b)) < 0 or max(r, max(g, b)) >= _SIDE:
        return -1
    return (int(r) * _SIDE + int(g)) * _SIDE + int(b)


def candidate_lists(colors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each cell the colours that can be nearest to a value in it, in rising order.

    A colour can be nearest if its smallest distance to the cell is at most the smallest of all colours'
    largest distances.

    Args:
        colors: (K, 3) float64 sRGB codes, at most 256.

    Returns:
        starts, (cells + 1,) int32, where the list of each cell starts; and members, the indices of all
        lists as int16.
    """
    starts = np.empty(_SIDE**3 + 1, np.int32)
    members = np.empty(1 << 18, np.int16)
    used = write_lists(colors, starts, members)
    if used > len(members):
        members = np.empty(used, np.int16)
        write_lists(colors, starts, members)
    return starts, members[:used]


@compiled
def write_lists(colors: np.ndarray, starts: np.ndarray, members: np.ndarray) -> int:
    """Write the arrays of `candidate_lists`; return the number of members, of which those fit."""
    smallest = np.empty(len(colors))
    starts[0] = 0
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
            smallest[index] = near
            limit = min(limit, far)
        for index in range(len(colors)):
            if smallest[index] <= limit:
                if used < len(members):
                    members[used] = index
                used += 1
        starts[cell + 1] = used
    return used
