import importlib
from typing import Any

import numpy as np
import pytest

from dither.native.loop import compiled

pytest.importorskip("numba", reason="an extra of its own")

vectors = importlib.import_module("dither.diffusion.compiled.lanes")
at_least, at_most, loaded = (
    vectors.at_least,
    vectors.at_most,
    vectors.loaded,
)
minus, plus, shifted, stored = vectors.minus, vectors.plus, vectors.shifted, vectors.stored
times = vectors.times


@compiled
def step(array: Any, index: Any, apart: Any, high: Any) -> None:
    pixels = loaded(array, 4 * index, apart)
    pixels = at_most(times(plus(pixels, pixels), np.int32(3)), high)
    pixels = minus(at_least(shifted(pixels, np.int32(1)), np.int32(-50)), np.int32(7))
    stored(array, 4 * index, apart, pixels)


@compiled
def one_step(array: Any, index: Any, high: Any) -> None:
    step(array, index, None, high)


def _plain(pixels: np.ndarray) -> np.ndarray:
    return np.maximum(np.minimum(6 * pixels, 90) >> 1, -50) - 7


@pytest.mark.parametrize("apart", [1, -1, 5, -9])
def test_a_step_on_eight_pixels_is_one_on_each(apart: int) -> None:
    array = np.random.default_rng(0).integers(-99, 99, 4 * 90, np.int32)
    first = 10 if apart > 0 else 80
    expected, twin = array.copy().reshape(-1, 4), array.copy()
    places = first + apart * np.arange(8)
    expected[places] = _plain(expected[places])
    # The fourth channel is unused, and 0.
    expected[places, 3] = 0
    step(array, first, apart, np.int32(90))
    assert (array == expected.ravel()).all()
    step.python(twin, first, apart, np.int32(90))
    assert (twin == array).all()


def test_a_step_on_one_pixel_leaves_the_others() -> None:
    array = np.random.default_rng(1).integers(-99, 99, 4 * 5, np.int32)
    expected, twin = array.copy().reshape(-1, 4), array.copy()
    expected[3] = _plain(expected[3])
    one_step(array, 3, np.int32(90))
    assert (array == expected.ravel()).all()
    step.python(twin, 3, None, np.int32(90))
    assert (twin == array).all()
