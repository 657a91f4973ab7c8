"""Write the buffer of a panel as source text of the language C."""

import re
from pathlib import PurePath

import numpy as np

from dither.palettes.panel import Panel
from dither.palettes.panel_buffer import packed_planes

# With more parts, such as the tiles of a Game Boy, an array for each would be of no use.
_MAX_SECTIONS = 16
_BYTES_PER_LINE = 16
_HEX_BYTES = [f"0x{byte:02x}" for byte in range(256)]
# Of C and C++, of which a file name might consist.
_KEYWORDS = """
    auto bool break case char class const continue default delete do double else enum extern false
    float for friend goto if inline int long namespace new operator private protected public register
    restrict return short signed sizeof static struct switch template this throw true try typedef
    union unsigned using virtual void volatile while
"""


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
        >>> from dither.palettes.panel_files import load_panel
        >>> panel = load_panel("playdate")
        >>> text = panel_c_source(panel, np.ones((240, 400), int), "title.h")
        >>> [line for line in text.splitlines() if "uint8_t" in line]
        ['static const uint8_t title[12480] = {']
    """
    path = PurePath(path)
    name = c_name(path.stem)
    packed = packed_planes(panel, indices)
    bits, order = panel.packing.bits, panel.packing.order
    header = path.suffix.lower() == ".h"
    guard = f"{name.upper()}_H"
    plural = "" if bits == 1 else "s"
    first = "highest" if order == "msb" else "lowest"
    lines = [
        f"/* {_plain(panel.name)}: {panel.width}x{panel.height} pixels, {bits} bit{plural} per pixel"
        f"{_layout(panel)}, the leftmost pixel in the {first} bits; {packed.size} bytes. */",
        *([f"#ifndef {guard}", f"#define {guard}", ""] if header else []),
        "#include <stdint.h>",
        "",
        f"#define {name.upper()}_WIDTH {panel.width}",
        f"#define {name.upper()}_HEIGHT {panel.height}",
    ]
    for suffix, comment, values in _sections(panel, packed):
        array = f"{name}{suffix}[{values.size}]"
        lines += ["", f"/* {comment}{values.size} bytes */"]
        # Before the definition, an extern declaration keeps external linkage in C++ as well.
        lines += [] if header else [f"extern const uint8_t {array};"]
        lines += [f"{'static ' if header else ''}const uint8_t {array} = {{"]
        flat = values.ravel().tolist()
        for start in range(0, len(flat), _BYTES_PER_LINE):
            row = flat[start : start + _BYTES_PER_LINE]
            lines.append(f"    {', '.join(map(_HEX_BYTES.__getitem__, row))},")
        lines.append("};")
    lines += ["", "#endif"] if header else []
    return "\n".join([*lines, ""])


def c_name(stem: str) -> str:
    """Return a file's stem as an identifier of C.

    Example:
        >>> c_name("my photo-2"), c_name("7inch"), c_name("int")
        ('my_photo_2', 'image_7inch', 'int_')
    """
    name = re.sub(r"[^A-Za-z0-9_]", "_", stem)
    if not re.match(r"[A-Za-z]", name):
        name = f"image_{name}".rstrip("_")
    return f"{name}_" if name in _KEYWORDS.split() else name


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


def _plain(text: str) -> str:
    """Return a text that a comment of C can hold."""
    return re.sub(r"[^ -~]|[*/\\?]", "_", text)
