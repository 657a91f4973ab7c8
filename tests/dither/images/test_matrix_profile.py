"""Profiles of curves and a matrix: 16 bits against the library's 8 bits, and curves in closed form."""

import struct

import numpy as np
import pytest
from icc_profiles import rgb_profile

from dither.images import matrix_profile as module
from dither.images.color_management import profile_conversion
from dither.images.described_colors import from_h273
from dither.images.matrix_profile import matrix_profile

PROFILE = rgb_profile(from_h273(12, 13).primaries, 1.8)
CODES = np.arange(65536) / 65535


def test_16_bits_are_between_the_codes_of_8_bits() -> None:
    convert = profile_conversion(PROFILE, "RGB")
    assert convert is not None
    colors = np.random.default_rng(0).integers(60, 200, (40, 30, 3), np.uint8)
    deep = convert(colors.astype(np.uint16) * np.uint16(257))
    assert deep.dtype == np.uint16
    assert abs(deep / 257 - convert(colors)).max() < 1.1
    ramp = np.repeat(np.arange(20000, 40000, dtype=np.uint16), 3).reshape(1, -1, 3)
    steps = np.diff(convert(ramp)[0, :, 1].astype(int))
    assert 0 <= steps.min() <= steps.max() <= 3


def test_profiles_with_tables_go_through_8_bits() -> None:
    at = PROFILE.index(b"rXYZ", 128)
    with_table = PROFILE[:at] + b"A2B0" + PROFILE[at + 4 :]
    assert matrix_profile(PROFILE) is not None
    assert matrix_profile(with_table) is None


@pytest.mark.parametrize("size", [0, 100, 130, 140, 250, len(PROFILE) - 30])
def test_damaged_profiles_are_none(size: int) -> None:
    assert matrix_profile(PROFILE[:size]) is None


@pytest.mark.parametrize(
    ("kind", "numbers", "wanted"),
    [
        (0, [2.0], CODES**2),
        (1, [2.0, 1.0, -0.25], np.maximum(CODES - 0.25, 0) ** 2),
        (2, [2.0, 0.5, 0.0, 0.125], (CODES / 2) ** 2 + 0.125),
        (3, [2.0, 1.0, 0.0, 0.5, 0.5], np.where(CODES >= 0.5, CODES**2, CODES / 2)),
        (
            4,
            [2.0, 0.5, 0.25, 0.5, 0.5, 0.125, 0.25],
            np.where(CODES >= 0.5, (CODES / 2 + 0.25) ** 2 + 0.125, CODES / 2 + 0.25),
        ),
    ],
)
def test_parametric_curves(kind: int, numbers: list[float], wanted: np.ndarray) -> None:
    fixed = [round(number * 65536) for number in numbers]
    tag = b"para" + bytes(4) + struct.pack(f">HH{len(fixed)}i", kind, 0, *fixed)
    assert module._curve(tag) == pytest.approx(wanted, abs=1e-9)


def test_curves_of_points() -> None:
    tag = b"curv" + bytes(4) + struct.pack(">I3H", 3, 0, 16384, 65535)
    middle = np.interp(CODES, [0, 0.5, 1], [0, 16384 / 65535, 1])
    assert module._curve(tag) == pytest.approx(middle)
    assert module._curve(b"curv" + bytes(8)) == pytest.approx(CODES)
