import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.images.io import encode_image
from dither.images.png import check_whole
from dither.images.raster_image import RasterImage

WHOLE = encode_image(
    RasterImage(np.arange(300, dtype=np.uint16).reshape(15, 20).astype(np.uint8)), ".png"
)


def test_whole_files_pass_with_anything_behind_them() -> None:
    check_whole(io.BytesIO(WHOLE))
    check_whole(io.BytesIO(WHOLE + b"more"))


@given(st.integers(0, len(WHOLE) - 1))
def test_no_part_is_taken_for_the_whole(size: int) -> None:
    with pytest.raises(EOFError):
        check_whole(io.BytesIO(WHOLE[:size]))


@given(st.integers(0, 8 * len(WHOLE) - 1))
def test_every_bit_counts(place: int) -> None:
    changed = bytearray(WHOLE)
    changed[place // 8] ^= 1 << place % 8
    with pytest.raises((EOFError, ValueError)):
        check_whole(io.BytesIO(bytes(changed)))
