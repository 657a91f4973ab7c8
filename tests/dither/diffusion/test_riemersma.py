import importlib
from typing import Any

import diffusion_reference as reference
import numpy as np
import pytest
from diffusion_reference import EIGHT_COLORS, random_image
from hypothesis import given
from hypothesis import strategies as st

from dither.color import srgb_to_linear
from dither.diffusion import requantize, riemersma_dither
from dither.diffusion.riemersma import queue_shares
from dither.errors import InputError

pytest.importorskip("numba", reason="an extra of its own")

hilbert = importlib.import_module("dither.diffusion.compiled.hilbert")


@pytest.mark.parametrize(
    "shape", [(0, 0), (0, 5), (1, 1), (1, 9), (9, 1), (2, 3), (65, 64), (7, 400)]
)
def test_the_curve_passes_every_pixel_once_from_neighbour_to_neighbour(
    shape: tuple[int, int],
) -> None:
    walked = np.array(list(hilbert.hilbert_curve.python(*shape)), int).reshape(-1, 2)
    assert walked.tolist() == [list(place) for place in reference.path(*shape)]
    assert len({*map(tuple, walked.tolist())}) == len(walked) == shape[0] * shape[1]
    steps = abs(np.diff(walked, axis=0))
    assert steps.max(initial=0) <= 1
    assert (steps.sum(axis=1) == 2).sum() <= 1


@given(
    height=st.integers(1, 12),
    width=st.integers(1, 12),
    channels=st.sampled_from([None, 1, 3]),
    dtype=st.sampled_from([np.uint8, np.uint16]),
    levels=st.sampled_from([2, 2, 5, 300]),
    colors=st.sampled_from([None, None, 1, 16, 60]),
    light=st.sampled_from(["encoded", "linear"]),
    clamp=st.sampled_from(["none", "range"]),
    queue=st.sampled_from([1, 2, 16, 40]),
    ratio=st.sampled_from([1, 16, 250.5]),
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
    queue: int,
    ratio: float,
    seed: int,
) -> None:
    image = random_image((height, width, channels) if channels else (height, width), dtype, seed)
    target: dict[str, Any] = {"levels": levels}
    if colors is not None:
        target = {"palette": random_image((colors, 3), seed=seed)}
    common: dict[str, Any] = {"light": light, "clamp": clamp, **target}
    shares = queue_shares(queue, ratio).tolist()
    assert sum(shares) == 65536
    expected = reference.riemersma(image, shares[::-1], **common)
    assert (riemersma_dither(image, queue=queue, ratio=ratio, **common) == expected).all()


def test_shares_rise_geometrically() -> None:
    shares = queue_shares(16, 16)
    assert shares[-1] / shares[0] == pytest.approx(16, rel=0.02)
    assert shares[1:] / shares[:-1] == pytest.approx(16 ** (1 / 15), rel=0.01)
    assert queue_shares(1, 16).tolist() == [65536]


@pytest.mark.parametrize("light", ["encoded", "linear"])
def test_a_flat_patch_keeps_its_mean(light: Any) -> None:
    for value in (20, 77, 128, 200, 250):
        flat = np.full((128, 96), value, np.uint8)
        shown = requantize(flat, bits=1, by=riemersma_dither, light=light)
        wanted = float(srgb_to_linear(np.array(value / 255))) if light == "linear" else value / 255
        assert abs((shown / 255).mean() - wanted) <= 2 / 4096 + 0.001


def test_levels_and_colours_of_the_palette_stay_free_of_dots() -> None:
    for levels in (2, 3, 256):
        for value in (0, 255):
            flat = np.full((20, 30), value, np.uint8)
            assert (requantize(flat, levels=levels, by=riemersma_dither) == value).all()
    for index, color in enumerate(EIGHT_COLORS):
        flat = np.broadcast_to(color, (20, 30, 3))
        assert (riemersma_dither(flat, palette=EIGHT_COLORS) == index).all()


def test_floats_strides_and_grey_agree(photo: np.ndarray) -> None:
    deep = photo.astype(np.uint16) * 257
    targets: list[dict[str, Any]] = [{"levels": 2}, {"palette": EIGHT_COLORS}]
    for target in targets:
        expected = riemersma_dither(deep, **target)
        assert (riemersma_dither(deep / 65535, **target) == expected).all()
        assert (riemersma_dither(np.asfortranarray(deep), **target) == expected).all()
    gray = photo[..., 0]
    expected = riemersma_dither(np.stack([gray] * 3, axis=2), palette=EIGHT_COLORS)
    assert (riemersma_dither(gray, palette=EIGHT_COLORS) == expected).all()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"levels": 1}, "levels is 1"),
        ({"levels": 2, "palette": EIGHT_COLORS}, "either"),
        ({"light": "dim"}, "'dim'"),
        ({"clamp": "hard"}, "'hard'"),
        ({"queue": 0}, "queue is 0"),
        ({"queue": 300}, "queue is 300"),
        ({"ratio": 0.5}, "ratio is 0.5"),
        ({"ratio": np.nan}, "ratio is nan"),
    ],
)
def test_bad_input_is_one_sentence(options: dict, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        riemersma_dither(np.zeros((2, 2), np.uint8), **options)
