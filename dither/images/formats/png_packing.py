"""Pack a finished PNG into fewer bytes without changing its pixels.

oxipng tries filters, orders of the palette and better ways of deflate. Without it, the rows are
compressed by `dither.images.formats.png_rows`, which is 0 to 8 % larger.
"""

from importlib import import_module
from typing import Any

# oxipng's effort: 2 is its default; 4 takes four times as long for at most 1 %.
_LEVEL = 2


def packed_png(content: bytes) -> bytes:
    """Return a PNG with the same pixels and at most as many bytes.

    oxipng, of the extra `web`, packs it; without the library, the file is returned as it is.

    Args:
        content: a whole PNG file.

    Example:
        >>> from dither.images.formats.png import gray_png
        >>> import numpy as np
        >>> content = gray_png(np.zeros((8, 8), np.uint8))
        >>> len(packed_png(content)) <= len(content)
        True
    """
    try:
        oxipng: Any = import_module("oxipng")
    except ImportError:
        return content
    packed = oxipng.optimize_from_memory(content, level=_LEVEL)
    return packed if len(packed) < len(content) else content
