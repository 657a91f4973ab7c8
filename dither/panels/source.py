"""Write the buffer of a panel as source text of the language C."""

import re
from pathlib import PurePath

import numpy as np

from dither.images.c_source import c_source
from dither.panels.buffer import packed_planes
from dither.panels.panel import Panel
from dither.wording import counted

# With more parts, such as the tiles of a Game Boy, an array for each would be of no use.
_MAX_SECTIONS = 16


def panel_c_source(panel: Panel, indices: np.ndarray, path: PurePath | str) -> str:
    r"""Write the buffer of a picture as arrays in C, one for each plane and each of a few parts.

    The arrays are named after the file: `photo`, or `photo_black` and `photo_red`, or `photo_1` and
    `photo_2`. In a header (.h) they are static; in a .c file they have external linkage.

    Args:
        panel: the panel.
        indices: as in `pack_panel`.
        path: the file that will hold the text; only its name counts.

    Raises:
        InputError: as `pack_panel`.

    Example:
        >>> from dither.panels.files import load_panel
        >>> panel = load_panel("playdate")
        >>> text = panel_c_source(panel, np.ones((240, 400), int), "title.h")
        >>> [line for line in text.splitlines() if "uint8_t" in line]
        ['static const uint8_t title[12480] = {']
    """
    packed = packed_planes(panel, indices)
    bits, order = panel.packing.bits, panel.packing.order
    first = "highest" if order == "msb" else "lowest"
    comment = (
        f"{panel.name}: {panel.width}x{panel.height} pixels, {counted(bits, 'bit')} per pixel"
        f"{_layout(panel)}, the leftmost pixel in the {first} bits; {packed.size} bytes."
    )
    return c_source(path, comment, (panel.width, panel.height), _sections(panel, packed))


def _sections(panel: Panel, packed: np.ndarray) -> list[tuple[str, str, np.ndarray]]:
    """Return the name, comment and bytes of each array."""
    planes, count = panel.packing.planes, panel.part_count
    if panel.packing.interleave != "planes" or count * len(planes) > _MAX_SECTIONS:
        return [("", "", packed)]
    found = []
    for part in range(count):
        for number, plane in enumerate(planes):
            suffix = f"_{part + 1}" if count > 1 else ""
            comment = f"part {part + 1} of {count}, " if count > 1 else ""
            if len(planes) > 1:
                suffix = f"{suffix}_{re.sub(r'[^A-Za-z0-9_]', '_', plane)}"
                comment = f"{comment}plane {plane}, "
            found.append((suffix, comment, packed[part, number]))
    return found


def _layout(panel: Panel) -> str:
    """Return the order of planes and parts in words."""
    planes, words = panel.packing.planes, ""
    if len(planes) > 1:
        turns = ", which take turns row by row" if panel.packing.interleave == "rows" else ""
        words = f" in each of the planes {', '.join(planes)}{turns}"
    if panel.part_count > 1:
        width, height = panel.part_size
        words += f", in {panel.part_count} parts of {width}x{height} pixels"
    return words
