import numpy as np
import pytest

from dither.errors import InputError
from dither.images.indexed import IndexedFrames
from dither.images.tiff import tiff_bytes


def test_what_exceeds_32_bits_is_refused_before_work() -> None:
    wide = np.broadcast_to(np.zeros((1, 1), np.uint8), (1 << 12, 1 << 20))
    with pytest.raises(InputError, match=r"less than 4 GiB, not 4294967296 bytes; choose \.png"):
        tiff_bytes(IndexedFrames((wide,), np.full((256, 4), 255, np.uint8)))
