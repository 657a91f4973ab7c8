import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.errors import InputError
from dither.packing import pack, unpack

SIZES = st.tuples(st.integers(0, 5), st.integers(1, 21), st.sampled_from([1, 2, 4]))


@given(SIZES, st.sampled_from(["msb", "lsb"]), st.integers(0, 99))
def test_packed_rows_are_numbers_written_in_that_base(size, order, seed: int) -> None:
    height, width, bits = size
    codes = np.random.default_rng(seed).integers(0, 1 << bits, (height, width), np.uint8)
    packed = pack(codes, bits=bits, order=order)
    assert packed.shape == (height, -(-width * bits // 8))
    for row, out in zip(codes.tolist(), packed, strict=True):
        padded = row + [0] * (-width % (8 // bits))
        for index, byte in enumerate(out.tolist()):
            pixels = padded[index * (8 // bits) : (index + 1) * (8 // bits)]
            expected = 0
            for pixel in pixels if order == "msb" else reversed(pixels):
                expected = (expected << bits) | pixel
            assert byte == expected
    assert (unpack(packed, width, bits=bits, order=order) == codes).all()


@pytest.mark.parametrize(
    ("codes", "options", "sentence"),
    [
        (np.zeros((2, 2, 3), np.uint8), {}, "shape"),
        (np.zeros((2, 2), np.uint16), {}, "uint16"),
        (np.full((2, 2), 2, np.uint8), {}, "a code is 2; 1 bits hold 0 to 1"),
        (np.zeros((2, 2), np.uint8), {"bits": 3}, "bits is 3"),
        (np.zeros((2, 2), np.uint8), {"order": "big"}, "'big'"),
    ],
)
def test_what_cannot_be_packed_is_one_sentence(codes, options: dict, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        pack(codes, **options)


def test_what_cannot_be_unpacked_is_one_sentence() -> None:
    with pytest.raises(InputError, match="rows of 2 bytes do not hold 17 pixels"):
        unpack(np.zeros((3, 2), np.uint8), 17)
    with pytest.raises(InputError, match="3 bits"):
        unpack(np.zeros((3, 2), np.uint8), 5, bits=3)
