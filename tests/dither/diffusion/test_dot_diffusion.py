from typing import Any

import diffusion_reference as reference
import numpy as np
import pytest
from diffusion_reference import EIGHT_COLORS, random_image
from hypothesis import given
from hypothesis import strategies as st

from dither.color import srgb_to_linear
from dither.diffusion import KNUTH_CLASSES, dot_diffuse, requantize
from dither.errors import InputError
from dither.matrix.classical import white_noise
from dither.matrix.threshold_matrix import ThresholdMatrix

pytest.importorskip("numba", reason="an extra of its own")


@given(
    height=st.integers(1, 12),
    width=st.integers(1, 12),
    channels=st.sampled_from([None, 1, 3]),
    dtype=st.sampled_from([np.uint8, np.uint16]),
    levels=st.sampled_from([2, 2, 5, 300]),
    colors=st.sampled_from([None, None, 1, 16, 60]),
    light=st.sampled_from(["encoded", "linear"]),
    clamp=st.sampled_from(["none", "range"]),
    cells=st.sampled_from([None, (1, 2), (3, 5), (16, 16)]),
    seed=st.integers(0, 1 << 40),
)
def test_any_image_matches_the_reference(
    height: int,
    width: int,
    channels: int | None,
    dtype: Any,
    levels: int,
    colors: int | None,
    light: Any,
    clamp: Any,
    cells: tuple[int, int] | None,
    seed: int,
) -> None:
    image = random_image((height, width, channels) if channels else (height, width), dtype, seed)
    target: dict[str, Any] = {"levels": levels}
    if colors is not None:
        target = {"palette": random_image((colors, 3), seed=seed)}
    common: dict[str, Any] = {"light": light, "clamp": clamp, **target}
    matrix = KNUTH_CLASSES if cells is None else white_noise(*cells, seed=seed)
    expected = reference.dot_diffuse(image, matrix.ranks, **common)
    assert (dot_diffuse(image, matrix=matrix, **common) == expected).all()


def test_the_classes_have_two_dots_of_either_colour() -> None:
    classes = KNUTH_CLASSES.ranks.astype(int)
    # Each half is the other's negative, half a tile away.
    assert (np.roll(classes, (4, 0), (0, 1))[:, [4, 5, 6, 7, 0, 1, 2, 3]] != classes).all()
    assert abs(classes[:4, :4] + classes[4:, :4] - 63).max() <= 1
    around = [np.roll(classes, (y, x), (0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    assert (classes == np.max(around, axis=0)).sum() == 2
    assert (classes == np.min(around, axis=0)).sum() == 2


def test_frames_give_the_classes_in_turn(photo: np.ndarray) -> None:
    ranks = np.arange(32).reshape(2, 4, 4)
    ranks[1] = ranks[1, ::-1, ::-1]
    frames = ThresholdMatrix(ranks)
    for frame in (0, 1, 3):
        alone = ThresholdMatrix(ranks[frame % 2] - ranks[frame % 2].min())
        expected = dot_diffuse(photo, matrix=alone)
        assert (dot_diffuse(photo, matrix=frames, frame=frame) == expected).all()


@pytest.mark.parametrize("light", ["encoded", "linear"])
def test_a_flat_patch_keeps_its_mean(light: Any) -> None:
    for value in (20, 77, 128, 200, 250):
        flat = np.full((128, 96), value, np.uint8)
        shown = requantize(flat, bits=1, by=dot_diffuse, light=light)
        wanted = float(srgb_to_linear(np.array(value / 255))) if light == "linear" else value / 255
        assert abs((shown / 255).mean() - wanted) <= 1 / 64 + 0.004


def test_levels_and_colours_of_the_palette_stay_free_of_dots() -> None:
    for levels in (2, 3, 256):
        for value in (0, 255):
            flat = np.full((20, 30), value, np.uint8)
            assert (requantize(flat, levels=levels, by=dot_diffuse) == value).all()
    for index, color in enumerate(EIGHT_COLORS):
        flat = np.broadcast_to(color, (20, 30, 3))
        assert (dot_diffuse(flat, palette=EIGHT_COLORS) == index).all()


def test_floats_strides_and_grey_agree(photo: np.ndarray) -> None:
    deep = photo.astype(np.uint16) * 257
    targets: list[dict[str, Any]] = [{"levels": 2}, {"palette": EIGHT_COLORS}]
    for target in targets:
        expected = dot_diffuse(deep, **target)
        assert (dot_diffuse(deep / 65535, **target) == expected).all()
        assert (dot_diffuse(np.asfortranarray(deep), **target) == expected).all()
    gray = photo[..., 0]
    expected = dot_diffuse(np.stack([gray] * 3, axis=2), palette=EIGHT_COLORS)
    assert (dot_diffuse(gray, palette=EIGHT_COLORS) == expected).all()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"levels": 1}, "levels is 1"),
        ({"levels": 2, "palette": EIGHT_COLORS}, "either"),
        ({"light": "dim"}, "'dim'"),
        ({"clamp": "hard"}, "'hard'"),
        ({"matrix": "green"}, "'green'"),
    ],
)
def test_bad_input_is_one_sentence(options: dict, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        dot_diffuse(np.zeros((2, 2), np.uint8), **options)
