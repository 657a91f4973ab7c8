import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.errors import InputError
from dither.images.bit_packing import pack, unpack
from dither.ordered.levels import ordered_dither, packed_dither

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


@given(
    SIZES,
    st.sampled_from(["msb", "lsb"]),
    st.sampled_from([np.uint8, np.uint16, np.float32, np.bool_]),
    st.integers(1, 3),
)
def test_packed_dither_is_packing_after_dithering(size, order, dtype, threads: int) -> None:
    height, width, bits = max(1, size[0]), max(1, size[1]), size[2]
    image = np.random.default_rng(width).integers(0, 256, (height, width))
    image = (image / 255 if dtype == np.float32 else image).astype(dtype)
    options = {"light": "linear", "phase": (0, 3, 5), "strength": 0.8, "threads": threads}
    codes = ordered_dither(image, "blue-16x16", levels=1 << bits, **options)
    packed = packed_dither(image, "blue-16x16", bits=bits, order=order, **options)
    assert (packed == pack(codes.astype(np.uint8), bits=bits, order=order)).all()


def test_rows_wider_than_a_block_are_packed_seamlessly() -> None:
    image = np.random.default_rng(0).integers(0, 256, (70, 70_003), np.uint8)
    for bits in (1, 2, 4):
        codes = ordered_dither(image, levels=1 << bits)
        assert (packed_dither(image, bits=bits) == pack(codes, bits=bits)).all()


def test_what_is_not_dithered_and_packed_is_one_sentence() -> None:
    with pytest.raises(InputError, match=r"only grey images \(H, W\) can be packed"):
        packed_dither(np.zeros((2, 2, 3), np.uint8))
    with pytest.raises(InputError, match="bits is 8"):
        packed_dither(np.zeros((2, 2), np.uint8), bits=8)


def test_what_cannot_be_unpacked_is_one_sentence() -> None:
    with pytest.raises(InputError, match="rows of 2 bytes do not hold 17 pixels"):
        unpack(np.zeros((3, 2), np.uint8), 17)
    with pytest.raises(InputError, match="bits is 3"):
        unpack(np.zeros((3, 2), np.uint8), 5, bits=3)
