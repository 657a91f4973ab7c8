"""A header of C, for panels and controllers: the matrix in a table, and functions that decide."""

import numpy as np

from bluenoise.export.shaders import identifier, refuse_noise, template, title
from bluenoise.export.texels import Source, texels
from dither.errors import InputError

_ACROSS = 12


def c_header(source: Source, name: str, *, bits: int) -> bytes:
    """The text of a header.

    Args:
        source: one matrix, with frames or without.
        name: what its functions are named after.
        bits: of a table's number: 16, or 8, which decide the same for greys of 8 bits.

    Raises:
        InputError: the source is noise or of several channels, or does not fit 16 bits.

    Example:
        >>> from bluenoise.export.texels import source
        >>> b"two_codes[TWO_FRAMES]" in c_header(source(np.array([[0, 1]])), "two", bits=8)
        True
    """
    refuse_noise(source, "a header")
    frames, height, width, channels = source.shape
    if channels > 1:
        raise InputError(f"a header holds one matrix, not those of {channels} channels; take npy")
    values = texels(source, "r8" if bits == 8 else "r16").values[..., 0]
    words = (
        "The codes are the thresholds."
        if bits == 8
        else "A code is the\n * threshold for greys of 16 bits; a 257th of it is the one for 8."
    )
    text = template("matrix.h").substitute(
        title=title(source, name),
        words=words,
        id=identifier(name),
        guard=identifier(name).upper(),
        type=f"uint{bits}_t",
        width=width,
        height=height,
        frames=frames,
        table=",\n".join(_braced(plane) for plane in values),
        divided="" if bits == 8 else " / 257",
    )
    return text.encode()


def _braced(plane: np.ndarray) -> str:
    rows = []
    for row in plane.tolist():
        lines = [
            ", ".join(map(str, row[start : start + _ACROSS]))
            for start in range(0, len(row), _ACROSS)
        ]
        rows.append("        {" + ",\n         ".join(lines) + "}")
    return "    {\n" + ",\n".join(rows) + "\n    }"
