import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.errors import InputError
from dither.images.raw_layout import Layout, raw_bytes

SIZES = st.tuples(st.integers(1, 20), st.integers(1, 20))


def random_codes(shape: tuple[int, ...], levels: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, levels, shape).astype(np.uint16)


@given(SIZES, st.sampled_from([(32, 64, 32), (8, 8, 4), (256, 256, 256), (2, 2, 2), (5, 6, 7)]))
def test_words_hold_red_in_their_highest_bits(
    shape: tuple[int, int], levels: tuple[int, ...]
) -> None:
    codes = np.stack([random_codes(shape, count) for count in levels], axis=2)
    bits = [(count - 1).bit_length() for count in levels]
    size = -(-sum(bits) // 8)
    big, little = b"", b""
    for row in codes.tolist():
        for red, green, blue in row:
            word = (red << bits[1] + bits[2]) + (green << bits[2]) + blue
            big += word.to_bytes(size, "big")
            little += word.to_bytes(size, "little")
    assert raw_bytes(codes, levels, "msb").tobytes() == big
    assert raw_bytes(codes, levels, "lsb").tobytes() == little


@given(SIZES)
def test_pages_hold_eight_rows(shape: tuple[int, int]) -> None:
    codes = random_codes(shape, 2)
    pages = raw_bytes(codes, 2, "pages")
    assert pages.shape == (-(-shape[0] // 8), shape[1])
    for y, x in np.ndindex(shape):
        assert pages[y // 8, x] >> y % 8 & 1 == codes[y, x]


@given(SIZES, st.sampled_from([2, 4, 5, 16]))
def test_planes_hold_one_bit_each(shape: tuple[int, int], levels: int) -> None:
    codes = random_codes(shape, levels)
    bits = (levels - 1).bit_length()
    planes = np.unpackbits(raw_bytes(codes, levels, "planes"), axis=1)[:, : shape[1]]
    planes = planes.reshape(bits, *shape)
    assert (
        np.sum([plane.astype(int) << bit for bit, plane in enumerate(planes)], axis=0) == codes
    ).all()


@pytest.mark.parametrize(("levels", "bits"), [(2, 1), (3, 2), (8, 4), (16, 4), (17, 8), (300, 16)])
def test_rows_take_the_next_width(levels: int, bits: int) -> None:
    codes = random_codes((3, 16), levels)
    assert raw_bytes(codes, levels, "msb").shape == (3, 2 * bits)
    if bits == 16:
        assert raw_bytes(codes, levels, "lsb").tobytes() == codes.astype("<u2").tobytes()


@pytest.mark.parametrize(
    ("levels", "layout"), [(4, "pages"), ((2, 2, 2), "pages"), (2, "rows"), ((65536,) * 3, "msb")]
)
def test_refused(levels: int, layout: Layout) -> None:
    shape = (2, 2, 3) if isinstance(levels, tuple) else (2, 2)
    with pytest.raises(InputError):
        raw_bytes(np.zeros(shape, np.uint16), levels, layout)
