"""Device link: a table that maps the codes of images to colours that a palette can show.

The table holds the mapping of a rendering intent at 33 by 33 by 33 codes. A code between them is
interpolated between four nodes on a path from black to white, so that greys depend on greys alone.

Source: ICC.1:2022, device links; H. Kang, "Color Technology for Electronic Imaging Devices" (1997),
tetrahedral interpolation.
"""

import functools
import importlib.util
from collections.abc import Callable

import numpy as np

from dither.color import linear_to_srgb, srgb_to_linear
from dither.gamut.exact_colors import ExactColors, exact_colors, keep_exact
from dither.gamut.gamut import Gamut
from dither.gamut.gamut_mapping import EQUAL, clip_to_gamut
from dither.gamut.intent import map_light
from dither.palettes.palette import Intent, Palette
from dither.palettes.palette_like import PaletteLike, as_palette
from dither.samples import as_color, checked_image, eight_bit_colors

# Steps of the grid along each channel, and the code of white.
STEPS, WHITE = 32, 65535
_NODES = np.indices((STEPS + 1,) * 3).reshape(3, -1).T
# From this size on, the compiled loops are faster, although they must be loaded.
_COMPILED_PIXELS = 1 << 17
# Pixels that are interpolated at a time, to limit memory.
_PIXELS_AT_ONCE = 1 << 16


def map_to_palette(
    image: np.ndarray, palette: PaletteLike, intent: Intent | None = None
) -> np.ndarray:
    """Map an image to colours that mixtures of a palette can show, to be dithered with "absolute".

    Args:
        image: (H, W), (H, W, 1) or (H, W, 3); uint8, uint16, bool, or float32/float64 in 0..1, as sRGB
            codes.
        palette: the palette, or its name, file or (K, 3) colours.
        intent: rendering intent; the palette's own if None.

    Returns:
        (H, W, 3) uint16 sRGB codes; or the image unchanged, as (H, W, 3), if the palette can show all
        colours. Pixels with a saturated colour of the palette or its device get that entry's colour.

    Raises:
        InputError: the image does not have 1 or 3 channels or is out of range, or there is no such
            intent.

    Example:
        >>> panel = Palette.from_hex("000000 a1a4a5 d0be47")
        >>> (map_to_palette(np.full((1, 1), 255, np.uint8), panel) // 257).tolist()
        [[[161, 164, 165]]]
    """
    color = as_color(checked_image(image))
    mapping = palette_mapping(color, as_palette(palette), intent)
    return color if mapping is None else mapping(color)


def palette_mapping(
    color: np.ndarray, palette: Palette, intent: Intent | None = None
) -> Callable[[np.ndarray], np.ndarray] | None:
    """Return the function that maps any rows of an image, as `map_to_palette` does the whole.

    Args:
        color: (H, W, 3), checked.
        palette: the palette.
        intent: rendering intent; the palette's own if None.

    Returns:
        The function, from rows of the image to (rows, W, 3) uint16; None if the palette can show all
        colours.
    """
    intent = intent or palette.intent
    link = device_link(palette, intent)
    if link is None:
        return None
    pixels = color.size // 3
    if not pixels:
        return lambda rows: np.empty(rows.shape, np.uint16)
    interpolate = _interpolation(link.table_for(_cells(color, pixels)), pixels)
    keep = _exact_writer(exact_colors(palette, intent), palette.colors * np.uint16(257), pixels)

    def mapped(rows: np.ndarray) -> np.ndarray:
        out = np.empty(rows.shape, np.uint16)
        for part in _parts(rows):
            shown = out[part].reshape(-1, 3)
            interpolate(rows[part], shown)
            keep(eight_bit_colors(rows[part]).reshape(-1, 3), shown)
        return out

    return mapped


class DeviceLink:
    """Nodes of a device link, mapped when an image needs them: all take longer than most images."""

    def __init__(self, palette: Palette, intent: Intent) -> None:
        self._palette = palette
        self._intent: Intent = intent
        self._table = np.zeros((len(_NODES), 3), np.uint16)
        self._known = np.zeros(len(_NODES), bool)

    def table_for(self, cells: np.ndarray) -> np.ndarray:
        """Return the table of `link_table`, in which the nodes around some cells are valid.

        Args:
            cells: (33, 33, 33) bool, whether a code is between this node and the next ones.
        """
        rows = np.flatnonzero(_corners(cells) & ~self._known)
        if len(rows):
            mapped = _map_nodes(_NODES[rows] / STEPS, self._palette, self._intent)
            # Half of white is a code and a half: rounded up with a margin, whatever the last bit of the
            # powers.
            self._table[rows] = np.floor(mapped * WHITE + 0.500001)
            self._known[rows] = True
        return self._table


@functools.lru_cache(maxsize=4)
def device_link(palette: Palette, intent: Intent) -> DeviceLink | None:
    """Return the device link of a palette, or None if it changes no colour."""
    coarse = _NODES[(_NODES % 8 == 0).all(axis=1)]
    for nodes in (coarse / STEPS, _NODES / STEPS):
        if abs(_map_nodes(nodes, palette, intent) - nodes).max() >= 0.5 / WHITE:
            return DeviceLink(palette, intent)
    return None


class ClipLink:
    """Device link that moves colours to the nearest in a gamut; nodes are mapped when they are needed.

    One object serves several images, such as the frames of a clip, and maps each node once.

    Example:
        >>> from dither.gamut.gamut import mixture_gamut
        >>> black_and_white = np.array([[0.0, 0, 0], [1, 1, 1]])
        >>> red = np.full((1, 1, 3), [65535, 0, 0], np.uint16)
        >>> ClipLink(mixture_gamut(black_and_white)).clip(red).round(-3).tolist()
        [[[35000, 35000, 35000]]]
    """

    def __init__(self, gamut: Gamut) -> None:
        self._gamut = gamut
        self._table = np.zeros((len(_NODES), 3), np.uint16)
        self._known = np.zeros(len(_NODES), bool)
        self._moved = np.zeros(len(_NODES), bool)
        self._pixels = 0

    def clip(self, codes: np.ndarray) -> np.ndarray:
        """Move the colours of an image.

        Args:
            codes: (H, W, 3) uint16 sRGB codes.

        Returns:
            (H, W, 3) uint16; `codes` itself if all nodes around its colours are inside.
        """
        # The images count together: the compiled loops are loaded once for all.
        self._pixels += codes.size // 3
        corners = _corners(_cells(codes, self._pixels))
        self._map(np.flatnonzero(corners & ~self._known))
        if not self._moved[corners].any():
            return codes
        out = np.empty(codes.shape, np.uint16)
        interpolate = _interpolation(self._table, self._pixels)
        for part in _parts(codes):
            interpolate(codes[part], out[part].reshape(-1, 3))
        return out

    def _map(self, rows: np.ndarray) -> None:
        """Map the nodes with these numbers."""
        wanted = srgb_to_linear(_NODES[rows] / STEPS)
        shown = clip_to_gamut(wanted, self._gamut, EQUAL).clip(0, 1)
        self._table[rows] = np.rint(linear_to_srgb(shown) * WHITE)
        self._moved[rows] = (abs(shown - wanted) >= 0.5 / WHITE).any(axis=1)
        self._known[rows] = True


@functools.lru_cache(maxsize=4)
def link_table(palette: Palette, intent: Intent) -> np.ndarray | None:
    """Return the table of a palette's device link, or None if it changes no colour.

    Returns:
        (33^3, 3) uint16 sRGB codes, read-only; node (red, green, blue) is in row
        (33 red + green) 33 + blue, and stands for the codes 65535/32 times red, green and blue.
    """
    link = device_link(palette, intent)
    if link is None:
        return None
    table = link.table_for(np.ones((STEPS + 1,) * 3, bool)).view()
    table.flags.writeable = False
    return table


def _map_nodes(codes: np.ndarray, palette: Palette, intent: Intent) -> np.ndarray:
    """Map (N, 3) sRGB codes, 0 to 1."""
    return linear_to_srgb(map_light(srgb_to_linear(codes), palette, intent))


def _parts(color: np.ndarray) -> list[slice]:
    """Return the rows of an image that are mapped at a time."""
    rows = max(1, _PIXELS_AT_ONCE // color.shape[1])
    return [slice(start, start + rows) for start in range(0, len(color), rows)]


def _cells(color: np.ndarray, pixels: int) -> np.ndarray:
    """Return (33, 33, 33) bool: the nodes at or below the codes of an image; `pixels` as below."""
    side = STEPS + 1
    cells = np.zeros(side**3, bool)
    if _is_compiled(pixels):
        from dither.gamut.device_link_loop import mark_nodes, mark_nodes_of_bytes, steps_of_bytes

        if color.dtype == np.uint8:
            steps = steps_of_bytes()
            for part in _parts(color):
                rows = np.ascontiguousarray(color[part]).reshape(-1, 3)
                mark_nodes_of_bytes(rows, steps, cells)
        else:
            for part in _parts(color):
                mark_nodes(_sixteen_bits(color[part]).reshape(-1, 3), cells)
        return cells.reshape(side, side, side)
    # All 33^3 places fit 16 bits.
    of_code = (np.arange(256) * STEPS // 255).astype(np.uint16)
    steps = [of_code * np.uint16(stride) for stride in (side * side, side, 1)]
    for part in _parts(color):
        if color.dtype == np.uint8:
            places = steps[0].take(color[part][..., 0])
            places += steps[1].take(color[part][..., 1])
            places += steps[2].take(color[part][..., 2])
            cells[places] = True
        else:
            codes = _sixteen_bits(color[part]).astype(np.int64)
            red, green, blue = np.moveaxis(codes * STEPS // WHITE, 2, 0)
            cells[(red * side + green) * side + blue] = True
    return cells.reshape(side, side, side)


def _corners(cells: np.ndarray) -> np.ndarray:
    """Return (33^3,) bool: the nodes around some cells, (33, 33, 33) bool."""
    needed = cells
    for axis in range(3):
        above = np.zeros_like(needed)
        np.moveaxis(above, axis, 0)[1:] = np.moveaxis(needed, axis, 0)[:-1]
        needed = needed | above
    return needed.ravel()


def _is_compiled(pixels: int) -> bool:
    """Return whether so many pixels are mapped by compiled loops: large images, if numba is there."""
    return pixels >= _COMPILED_PIXELS and importlib.util.find_spec("numba") is not None


def _interpolation(table: np.ndarray, pixels: int) -> Callable[[np.ndarray, np.ndarray], None]:
    """Return the function that maps rows of an image of so many pixels to (N, 3) uint16 codes."""
    if not _is_compiled(pixels):
        return lambda rows, out: _interpolate(_sixteen_bits(rows).reshape(-1, 3), table, out)
    from dither.gamut.device_link_loop import (
        interpolate,
        interpolate_bytes,
        packed_nodes,
        steps_of_bytes,
    )

    nodes, steps = packed_nodes(table), steps_of_bytes()

    def mapped(rows: np.ndarray, out: np.ndarray) -> None:
        if rows.dtype == np.uint8:
            interpolate_bytes(np.ascontiguousarray(rows).reshape(-1, 3), steps, nodes, out)
        else:
            interpolate(_sixteen_bits(rows).reshape(-1, 3), nodes, out)

    return mapped


def _exact_writer(
    exact: ExactColors, values: np.ndarray, pixels: int
) -> Callable[[np.ndarray, np.ndarray], None]:
    """Return the function that writes the values of exact colours among so many pixels."""
    if not _is_compiled(pixels):
        return lambda image, out: keep_exact(image, exact, values, out)
    from dither.gamut import device_link_loop

    lookup = exact.keys, exact.indices, int(exact.factor), int(exact.shift)

    def write(image: np.ndarray, out: np.ndarray) -> None:
        device_link_loop.keep_exact(np.ascontiguousarray(image), *lookup, values, out)

    return write


def _sixteen_bits(color: np.ndarray) -> np.ndarray:
    """Return samples as contiguous uint16 codes."""
    if color.dtype == np.uint8:
        return np.multiply(color, 257, dtype=np.uint16, order="C")
    if color.dtype == np.uint16:
        return np.ascontiguousarray(color)
    return np.rint(np.clip(color, 0, 1) * WHITE).astype(np.uint16, order="C")


def _interpolate(codes: np.ndarray, table: np.ndarray, out: np.ndarray) -> None:
    """Interpolate between the nodes of the tetrahedron around each code.

    The path from the node below a code to the one above takes the steps of the channels in the order of
    their fractions, the largest first.

    Args:
        codes: (N, 3) uint16.
        table: from `link_table`.
        out: (N, 3) uint16, written.
    """
    side = STEPS + 1
    node, fraction = np.divmod(codes.astype(np.int64) * STEPS, WHITE)
    order = np.argsort(-fraction, axis=1, kind="stable")
    fraction = np.take_along_axis(fraction, order, axis=1)
    step = np.array([side * side, side, 1])[order]
    place = (node[:, 0] * side + node[:, 1]) * side + node[:, 2]
    total = table[place] * (WHITE - fraction[:, :1])
    for number in range(3):
        # White has no node above; the fraction there is 0.
        place = np.minimum(place + step[:, number], len(table) - 1)
        below = fraction[:, number + 1] if number < 2 else 0
        total += table[place] * (fraction[:, number] - below)[:, None]
    out[...] = (total + WHITE // 2) // WHITE
