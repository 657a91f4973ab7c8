import numpy as np
import pytest

from dither.errors import InputError
from dither.images.formats.bmp import bmp_bytes
from dither.images.indexed import IndexedFrames


@pytest.mark.parametrize("bits", [1, 4, 8])
@pytest.mark.parametrize("width", [1, 7, 8, 9])
def test_packed_rows_are_those_of_a_loop(bits: int, width: int) -> None:
    frame = np.random.default_rng(width).integers(0, 1 << bits, (3, width), np.uint8)
    content = bmp_bytes(IndexedFrames((frame,), np.full((1 << bits, 4), 255, np.uint8)))
    pixels = np.frombuffer(content[54 + (4 << bits) :], np.uint8).reshape(3, -1)
    for row, indices in zip(pixels[::-1], frame.tolist(), strict=True):
        text = "".join(f"{index:0{bits}b}" for index in indices)
        text += "0" * (-len(text) % 32)
        assert bytes(row) == int(text, 2).to_bytes(len(text) // 8, "big")


def test_what_exceeds_the_header_is_refused_before_work() -> None:
    wide = np.broadcast_to(np.zeros((1, 1), np.uint8), (1 << 12, 1 << 20))
    with pytest.raises(InputError, match=r"less than 4 GiB, not 4294968374 bytes; choose \.png"):
        bmp_bytes(IndexedFrames((wide,), np.full((256, 4), 255, np.uint8)))
