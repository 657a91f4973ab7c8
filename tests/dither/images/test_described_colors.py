import numpy as np
import pytest

from dither.errors import InputError
from dither.images.described_colors import (
    ADOBE_RGB,
    SRGB,
    SRGB_PRIMARIES,
    DescribedColors,
    from_h273,
    light_of_codes,
    to_linear_srgb,
    to_srgb,
)

DISPLAY_P3 = from_h273(12, 13)


def hex_in_srgb(code: str, space: DescribedColors) -> str:
    color = np.array(list(bytes.fromhex(code)), np.uint8).reshape(1, 1, 3)
    return to_srgb(color, space).tobytes().hex()


# CSS Color 4 has the matrix of Display P3, B. Lindbloom's pages that of Adobe RGB.
P3_TO_SRGB = [[1.22494, -0.22494, 0], [-0.04206, 1.04206, 0], [-0.01964, -0.07864, 1.09827]]
ADOBE_TO_SRGB = [[1.3984, -0.3984, 0], [0, 1, 0], [0, -0.0429, 1.0429]]


@pytest.mark.parametrize(
    ("space", "matrix"), [(DISPLAY_P3, P3_TO_SRGB), (ADOBE_RGB, ADOBE_TO_SRGB)]
)
def test_published_matrices(space: DescribedColors, matrix: list[list[float]]) -> None:
    assert to_linear_srgb(space.primaries) == pytest.approx(np.array(matrix), abs=2e-4)


def test_known_colours() -> None:
    assert hex_in_srgb("c83c28", DISPLAY_P3) == "d92a17"
    assert hex_in_srgb("ffffff", ADOBE_RGB) == hex_in_srgb("ffffff", DISPLAY_P3) == "ffffff"
    assert hex_in_srgb("00ff00", DISPLAY_P3) == "00ff00"  # clipped
    assert hex_in_srgb("808080", DISPLAY_P3) == "808080"


def test_srgb_is_not_converted() -> None:
    color = np.zeros((2, 2, 3), np.uint8)
    assert to_srgb(color, SRGB) is color
    assert from_h273(1, 13) == SRGB


def test_a_white_point_becomes_white() -> None:
    d50 = (0.3457, 0.3585)
    matrix = to_linear_srgb((d50, *SRGB_PRIMARIES[1:]))
    assert matrix.sum(axis=1) == pytest.approx(1)


def test_hdr_white_is_203_candelas() -> None:
    # BT.2408, table 1: reference white is 58 % in PQ and 75 % in HLG.
    assert light_of_codes("pq", 100)[58] == pytest.approx(1, rel=0.02)
    assert light_of_codes("hlg", 100)[75] == pytest.approx(1, rel=0.02)


def test_transfer_functions_start_at_black_and_rise() -> None:
    for transfer in (1, 4, 5, 8, 13, 16, 18):
        light = light_of_codes(from_h273(1, transfer).transfer, 1000)
        assert light[0] == pytest.approx(0, abs=1e-6)
        assert (np.diff(light) >= 0).all()


def test_sixteen_bits_of_grey() -> None:
    codes = np.arange(0, 65536, 257, dtype=np.uint16)[None]
    light = DescribedColors(transfer=1.0)
    eight = to_srgb((codes // 257).astype(np.uint8), light)
    assert np.abs(to_srgb(codes, light) / 257 - eight).max() <= 0.5


def test_unknown_numbers_are_refused() -> None:
    with pytest.raises(InputError, match="primaries 2 and transfer function 13"):
        from_h273(2, 13)
