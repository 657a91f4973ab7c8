import importlib
from typing import Any

import numpy as np
import pytest
from diffusion_reference import random_image, reference_codes
from hypothesis import given
from hypothesis import strategies as st

from dither.diffusion import ATKINSON, FLOYD_STEINBERG, STUCKI, DiffusionKernel, error_diffuse
from dither.diffusion.light import WHITE, light_of_levels
from dither.native.loop import Compiled

pytest.importorskip("numba", reason="an extra of its own")

loops = importlib.import_module("dither.diffusion.compiled.serpentine_levels")

NO_TABLE = np.empty((0, 4), np.int32), 10
# As far ahead and aside as a kernel can reach, with shares that are no multiples of 1/16.
FAR = DiffusionKernel(((0,) * 7 + (9, 8, 7, 6, 5, 4, 3, 2), tuple(range(1, 16))), 6, 170)


def _by_search(monkeypatch: pytest.MonkeyPatch, image: np.ndarray, **options: Any) -> np.ndarray:
    """Return the codes of the loop for every kernel, pixel by pixel."""
    with monkeypatch.context() as patched:
        patched.setattr(loops, "level_steps", lambda lights: NO_TABLE)
        return error_diffuse(image, **options)


@given(
    levels=st.integers(2, 4000),
    light=st.sampled_from(["encoded", "linear"]),
    seed=st.integers(0, 99),
)
def test_one_comparison_finds_the_level_that_is_nearest(levels: int, light: Any, seed: int) -> None:
    lights = light_of_levels(levels, np.dtype(np.uint16), light)
    steps, shift = loops.level_steps(lights)
    if not steps.size:
        assert levels > 64
        return
    middles = lights[:-1] + (np.diff(lights) >> 1)
    values = np.random.default_rng(seed).integers(-WHITE, 2 * WHITE, 500)
    values = np.concatenate([values, middles, middles + 1, lights])
    middle, lower, upper, level = steps[(values + (1 << 22)) >> shift].T
    found = level + (values > middle)
    assert (found == np.searchsorted(middles, values, side="left")).all()
    assert (np.where(values > middle, upper, lower) == lights[found]).all()


@pytest.mark.parametrize("width", [1, 2, 3, 31, 33, 65, 66])
@pytest.mark.parametrize("kernel", [FLOYD_STEINBERG, ATKINSON, STUCKI, FAR])
def test_narrow_images_match_the_reference(width: int, kernel: Any) -> None:
    image = random_image((6, width), seed=width)
    for levels in (2, 5, 20):
        expected = reference_codes(image, kernel, levels=levels, serpentine=True)
        assert (error_diffuse(image, levels=levels, kernel=kernel) == expected).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("levels", [2, 3, 12, 13, 300])
def test_depths_and_lights_match_the_search(
    levels: int, dtype: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = random_image((9, 700), np.uint16)
    image = {np.uint8: image >> 8, np.uint16: image, np.float32: image / 65535}[dtype].astype(dtype)
    for light in ("encoded", "linear"):
        for clamp in ("none", "range"):
            options: dict[str, Any] = {"levels": levels, "light": light, "clamp": clamp}
            codes = error_diffuse(image, **options)
            assert (codes == _by_search(monkeypatch, image, **options)).all()


def _bands(height: int, width: int) -> np.ndarray:
    """Return flat bands, for which two scans can differ for ever, and a ramp."""
    image = np.full((height, width), 128, np.uint8)
    image[height // 3 : 2 * height // 3] = 90
    image[2 * height // 3 :] = np.arange(width) * 255 // width
    return image


@pytest.mark.parametrize("width", [481, 482, 512, 513, 528, 529, 1003])
@pytest.mark.parametrize("levels", [2, 4, 40])
@pytest.mark.parametrize("kernel", [FLOYD_STEINBERG, ATKINSON, STUCKI, FAR])
def test_rows_in_parts_match_rows_from_end_to_end(
    kernel: Any, levels: int, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for image in (random_image((9, width)), _bands(70, width)):
        options: dict[str, Any] = {"levels": levels, "kernel": kernel}
        codes = error_diffuse(image, **options)
        assert (codes == _by_search(monkeypatch, image, **options)).all()


@given(data=st.data())
def test_any_kernel_and_width_match_the_search(data: Any) -> None:
    weights = st.lists(st.integers(0, 9), min_size=5, max_size=5)
    ahead, below, lower = (data.draw(weights) for _ in range(3))
    rows = (0, 0, 0, *ahead[3:]), tuple(below), tuple(lower)
    kernel = DiffusionKernel(rows, 2, max(1, sum(map(sum, rows))) * data.draw(st.integers(1, 2)))
    seed, levels = data.draw(st.integers(0, 99)), data.draw(st.integers(2, 30))
    image = random_image((data.draw(st.integers(1, 9)), data.draw(st.integers(1, 900))), seed=seed)
    # Rows of bright and of dark parts: errors are small at first.
    image = image >> data.draw(st.integers(0, 7))
    options: dict[str, Any] = {"levels": levels, "kernel": kernel}
    codes = error_diffuse(image, **options)
    with pytest.MonkeyPatch.context() as patched:
        assert (codes == _by_search(patched, image, **options)).all()


@pytest.mark.parametrize("levels", [4, 13])
@pytest.mark.parametrize("kernel", [FLOYD_STEINBERG, STUCKI])
def test_the_loop_in_python_is_that_of_the_machine_code(
    kernel: Any, levels: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = np.concatenate([random_image((2, 70)), _bands(3, 70)])
    codes = error_diffuse(image, levels=levels, kernel=kernel)
    monkeypatch.setattr(Compiled, "__call__", lambda loop, *given: loop.python(*given))
    assert (error_diffuse(image, levels=levels, kernel=kernel) == codes).all()
