"""Compiled loops of a device link, for large images: the nodes that it needs, and interpolation."""

import numpy as np

from dither.native.loop import compiled

_SIDE, _STEPS, _WHITE = np.uint32(33), np.uint32(32), np.uint32(65535)
# Two numbers of 16 bits, 32 bits apart; 1 in each place, and half of white in each.
_PAIR, _ONES = np.uint64(0x0000FFFF0000FFFF), np.uint64(0x0000000100000001)
_HALF, _HALVES = np.uint64(0x00007FFF), np.uint64(0x00007FFF00007FFF)
_16, _32, _48 = np.uint32(16), np.uint64(32), np.uint64(48)
# From the node below a code to the one above it.
_DIAGONAL = np.uint64(33 * 33 + 33 + 1)


def _paths() -> np.ndarray:
    """Return (8, 2) uint64: steps to the nodes between, by the comparisons of fractions in `_mix`."""
    strides = (33 * 33, 33, 1)
    paths = np.zeros((8, 2), np.uint64)
    for fractions in ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)):
        one, two, three = fractions
        number = 4 * (one >= two) + 2 * (two >= three) + (one >= three)
        first, second = sorted(range(3), key=fractions.__getitem__)[:0:-1]
        paths[number] = strides[first], strides[first] + strides[second]
    return paths


_PATHS = _paths()


def packed_nodes(table: np.ndarray) -> np.ndarray:
    """Return the nodes of `link_table`, each in a word: from the lowest bits red, none, green, blue.

    Behind white lie empty nodes, which a code of white reaches, and where it has no weight.

    Returns:
        (33^3 + 1123,) uint64.

    Example:
        >>> [f"{word:016x}" for word in packed_nodes(np.array([[1, 2, 3]], np.uint16))[:2].tolist()]
        ['0003000200000001', '0000000000000000']
    """
    nodes = np.zeros(len(table) + int(_DIAGONAL), np.uint64)
    red, green, blue = table.T.astype(np.uint64)
    nodes[: len(table)] = red | green << _32 | blue << _48
    return nodes


def steps_of_bytes() -> np.ndarray:
    """Return the node at or below each 8-bit code, and the code's fraction above it in 1/65535.

    Returns:
        (2, 256) uint32.

    Example:
        >>> steps_of_bytes()[:, [0, 8, 255]].tolist()
        [[0, 1, 32], [0, 257, 0]]
    """
    codes = np.arange(256, dtype=np.uint32) * np.uint32(257)
    return np.stack(np.divmod(codes * _STEPS, _WHITE))


@compiled(inline=True)
def over_white(number):
    """Return number // 65535, for 0 to 2^32 - 2, with two shifts."""
    return (number + (number >> _16) + np.uint32(1)) >> _16


@compiled(inline=True)
def _place(red, green, blue):
    """Return the place of a node in the table."""
    return np.uint64((red * _SIDE + green) * _SIDE + blue)


@compiled(inline=True)
def _mix(nodes, paths, place, one, two, three, out, pixel):
    """Write the mean of the nodes of the tetrahedron around a code, weighted by its fractions.

    The path from the node below to the one above takes the steps of the channels in the order of their
    fractions, the largest first, and is read from a table, without branches. The order of equal
    fractions makes no difference: the node between has no weight. Red and green are added up together,
    in the halves of a word: weights add up to 65535, so that neither reaches the other.
    """
    greater, smaller = max(one, two), min(one, two)
    most, least = max(greater, three), min(smaller, three)
    middle = one + two + three - most - least
    path = np.uint64(
        np.uint32(one >= two) * np.uint32(4)
        + np.uint32(two >= three) * np.uint32(2)
        + np.uint32(one >= three)
    )
    below, above = nodes[place], nodes[place + _DIAGONAL]
    first = nodes[place + paths[path, np.uint64(0)]]
    second = nodes[place + paths[path, np.uint64(1)]]
    of_below, of_first = np.uint64(_WHITE - most), np.uint64(most - middle)
    of_second, of_above = np.uint64(middle - least), np.uint64(least)
    pair = (below & _PAIR) * of_below + (first & _PAIR) * of_first + _HALVES
    pair += (second & _PAIR) * of_second + (above & _PAIR) * of_above
    blue = (below >> _48) * of_below + (first >> _48) * of_first + _HALF
    blue += (second >> _48) * of_second + (above >> _48) * of_above
    # Both divisions by 65535, as in `over_white`.
    pair += ((pair >> _16) & _PAIR) + _ONES
    out[pixel, 0] = np.uint16((pair >> _16) & _PAIR)
    out[pixel, 1] = np.uint16(pair >> _48)
    out[pixel, 2] = np.uint16(over_white(blue))


@compiled
def mark_nodes(codes: np.ndarray, cells: np.ndarray) -> None:
    """Set (33^3,) cells where the node at or below one of the (N, 3) uint16 codes is."""
    for pixel in range(len(codes)):
        red = over_white(np.uint32(codes[pixel, 0]) * _STEPS)
        green = over_white(np.uint32(codes[pixel, 1]) * _STEPS)
        blue = over_white(np.uint32(codes[pixel, 2]) * _STEPS)
        cells[_place(red, green, blue)] = True


@compiled
def mark_nodes_of_bytes(codes: np.ndarray, steps: np.ndarray, cells: np.ndarray) -> None:
    """Do the same for (N, 3) uint8 codes, with the `steps_of_bytes`."""
    for pixel in range(len(codes)):
        red, green, blue = codes[pixel, 0], codes[pixel, 1], codes[pixel, 2]
        cells[_place(steps[0, red], steps[0, green], steps[0, blue])] = True


@compiled
def interpolate(codes: np.ndarray, nodes: np.ndarray, out: np.ndarray) -> None:
    """Interpolate each code; the same as `dither.gamut.device_link._interpolate`.

    Args:
        codes: (N, 3) uint16.
        nodes: of `packed_nodes`.
        out: (N, 3) uint16, written.
    """
    for pixel in range(len(codes)):
        red = np.uint32(codes[pixel, 0]) * _STEPS
        green = np.uint32(codes[pixel, 1]) * _STEPS
        blue = np.uint32(codes[pixel, 2]) * _STEPS
        node_red, node_green, node_blue = over_white(red), over_white(green), over_white(blue)
        place = _place(node_red, node_green, node_blue)
        one, two = red - node_red * _WHITE, green - node_green * _WHITE
        _mix(nodes, _PATHS, place, one, two, blue - node_blue * _WHITE, out, pixel)


@compiled
def interpolate_bytes(
    codes: np.ndarray, steps: np.ndarray, nodes: np.ndarray, out: np.ndarray
) -> None:
    """Do the same for (N, 3) uint8 codes, with the `steps_of_bytes`."""
    for pixel in range(len(codes)):
        red, green, blue = codes[pixel, 0], codes[pixel, 1], codes[pixel, 2]
        place = _place(steps[0, red], steps[0, green], steps[0, blue])
        one, two, three = steps[1, red], steps[1, green], steps[1, blue]
        _mix(nodes, _PATHS, place, one, two, three, out, pixel)


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
