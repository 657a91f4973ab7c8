"""The comparison of values and frames detects the usual mistakes, without any runtime."""

import numpy as np
import pytest
from engines.contents import FRAME, PARTS, SHAPE, matrix, values_of, wrong_pixels
from engines.expected import LEVELS, landscape
from engines.jobs import group_of

import dither


def drawn(numbers: np.ndarray) -> np.ndarray:
    """Return the pixels of a runtime that decodes these numbers, (T, H, W, 4)."""
    frames, height, width = SHAPE
    places = np.floor((numbers + 2) * (1 << 20) + 0.5).astype(int)
    places = places.transpose(0, 1, 3, 2).reshape(frames * height, PARTS * width)
    return np.stack([places >> 16, places >> 8 & 255, places & 255], axis=-1).astype(np.uint8)


def decoded(codes: np.ndarray) -> np.ndarray:
    """Return what a shader makes of the 8-bit codes of unit vectors."""
    values = 2 * codes / 255 - 1
    values /= np.linalg.norm(values, axis=-1, keepdims=True)
    return np.concatenate([values, np.zeros_like(values[..., :1])], axis=-1)


CODES = np.rint(127.5 * (values_of("sphere").values.astype(float) + 1))
PIXELS = 7 * 12 * 20 * 3


def test_the_right_values_are_exact() -> None:
    assert wrong_pixels("sphere", "rgba8", drawn(decoded(CODES))) == 0


@pytest.mark.parametrize(
    "codes",
    [
        CODES[::-1],  # frames in reverse order; the middle one stays
        CODES[:, ::-1],
        np.where(CODES > 127, CODES - 128, CODES + 128),  # SNORM for UNORM
        255 * (CODES / 255) ** 2.2,
        (CODES + np.roll(CODES, 1, axis=2)) / 2,
        np.roll(CODES, 1, axis=0),
    ],
    ids=["reversed", "flipped", "snorm", "srgb", "filtered", "shifted"],
)
def test_mistakes_are_seen(codes: np.ndarray) -> None:
    assert wrong_pixels("sphere", "rgba8", drawn(decoded(codes))) > PIXELS / 2


def test_another_frame_is_seen() -> None:
    def shown(frame: int) -> np.ndarray:
        phase = (frame, 0, 0)
        planes = [
            dither.requantize(landscape(), matrix(), levels=each, phase=phase) for each in LEVELS
        ]
        return np.stack(planes, axis=2)

    assert wrong_pixels("frames", "ktx2-r16", shown(FRAME)) == 0
    assert wrong_pixels("frames", "ktx2-r16", shown(FRAME + 1)) > 1000


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("sphere-rgba8", "values: flipbook in PNG"),
        ("weighted-ktx2-volume-rgba16", "values: volume in KTX 2"),
        ("frames-dds-r16", "thresholds: array in DDS"),
        ("frames-raw-u8-as-volume", "thresholds: volume of bare numbers"),
        ("rg8-imported", None),
        ("ktx2-r16", None),
    ],
)
def test_groups(name: str, group: str | None) -> None:
    assert group_of(name) == group
