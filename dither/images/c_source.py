"""Source text of the language C: names, and arrays of bytes."""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath

import numpy as np

_BYTES_PER_LINE = 16
_HEX_BYTES = [f"0x{byte:02x}" for byte in range(256)]
# Of C and C++, of which a file name might consist.
_KEYWORDS = """
    auto bool break case char class const continue default delete do double else enum extern false
    float for friend goto if inline int long namespace new operator private protected public register
    restrict return short signed sizeof static struct switch template this throw true try typedef
    union unsigned using virtual void volatile while
"""


def c_source(
    path: PurePath | str,
    comment: str,
    size: tuple[int, int],
    arrays: Sequence[tuple[str, str, np.ndarray]],
) -> str:
    r"""Write arrays of bytes, named after the file.

    In a header (.h) they are static; in a .c file they have external linkage.

    Args:
        path: the file that will hold the text; only its name counts.
        comment: first line, without the marks of a comment.
        size: width and height of the picture.
        arrays: for each the end of its name, a comment, and its bytes.

    Example:
        >>> text = c_source("a.h", "two pixels", (2, 1), [("_red", "", np.array([1, 2], np.uint8))])
        >>> [line for line in text.splitlines() if "uint8_t" in line]
        ['static const uint8_t a_red[2] = {']
    """
    path = PurePath(path)
    name = c_name(path.stem)
    is_header = path.suffix.lower() == ".h"
    guard = f"{name.upper()}_H"
    lines = [
        f"/* {plain(comment)} */",
        *([f"#ifndef {guard}", f"#define {guard}", ""] if is_header else []),
        "#include <stdint.h>",
        "",
        f"#define {name.upper()}_WIDTH {size[0]}",
        f"#define {name.upper()}_HEIGHT {size[1]}",
    ]
    for suffix, about, values in arrays:
        array = f"{name}{suffix}[{values.size}]"
        lines += ["", f"/* {plain(about)}{values.size} bytes */"]
        # Before the definition, an extern declaration keeps external linkage in C++ as well.
        lines += [] if is_header else [f"extern const uint8_t {array};"]
        lines += [f"{'static ' if is_header else ''}const uint8_t {array} = {{"]
        lines += hex_lines(values)
        lines.append("};")
    lines += ["", "#endif"] if is_header else []
    return "\n".join([*lines, ""])


def hex_lines(values: np.ndarray) -> Iterator[str]:
    """Yield lines of an array's bytes in hexadecimal, each with a comma at its end."""
    flat = values.ravel().tolist()
    for start in range(0, len(flat), _BYTES_PER_LINE):
        row = flat[start : start + _BYTES_PER_LINE]
        yield f"    {', '.join(map(_HEX_BYTES.__getitem__, row))},"


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


def plain(text: str) -> str:
    """Return a text that a comment of C can hold."""
    return re.sub(r"[^ -~]|[*/\\?]", "_", text)
