import importlib
from typing import Any

import numpy as np
import pytest
from diffusion_reference import random_image
from hypothesis import given
from hypothesis import strategies as st

from dither.diffusion import FLOYD_STEINBERG, error_diffuse
from dither.diffusion.light import WHITE, light_of_levels

pytest.importorskip("numba", reason="an extra of its own")

serpentine = importlib.import_module("dither.diffusion.compiled.serpentine")

TAPS = np.array(FLOYD_STEINBERG.taps, np.int64)


@given(
    levels=st.integers(2, 4000),
    light=st.sampled_from(["encoded", "linear"]),
    seed=st.integers(0, 99),
)
def test_one_comparison_finds_the_level_that_is_nearest(levels: int, light: Any, seed: int) -> None:
    lights = light_of_levels(levels, np.dtype(np.uint16), light)
    steps, shift = serpentine.level_steps(lights, TAPS)
    if not steps.size:
        assert levels > 64
        return
    middles = lights[:-1] + (np.diff(lights) >> 1)
    values = np.random.default_rng(seed).integers(-WHITE, 2 * WHITE, 500)
    values = np.concatenate([values, middles, middles + 1, lights])
    middle, lower, step, level = steps[:, (values + (1 << 22)) >> shift]
    found = level + (values > middle)
    assert (found == np.searchsorted(middles, values, side="left")).all()
    share = TAPS[(TAPS[:, :2] == (0, 1)).all(axis=1), 2]
    assert (
        lower + np.where(values > middle, step, 0) == share * lights[found].astype(np.int64)
    ).all()


def test_shares_that_can_enlarge_errors_have_no_table() -> None:
    lights = light_of_levels(4, np.dtype(np.uint8), "encoded")
    for taps in ([[0, 1, 65537]], [[0, 1, 70000], [1, 0, -10000]]):
        steps, _ = serpentine.level_steps(lights, np.array(taps, np.int64))
        assert not steps.size


@pytest.mark.parametrize("clamp", ["none", "range"])
@pytest.mark.parametrize("levels", [3, 4, 16, 200])
def test_the_table_gives_the_same_codes_as_the_search(
    levels: int, clamp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = random_image((130, 61))
    options: dict[str, Any] = {"levels": levels, "clamp": clamp}
    codes = [error_diffuse(image, light=light, **options) for light in ("encoded", "linear")]
    empty = np.empty((4, 0), np.int64), 10
    monkeypatch.setattr(serpentine, "level_steps", lambda lights, taps: empty)
    expected = [error_diffuse(image, light=light, **options) for light in ("encoded", "linear")]
    assert (np.array(codes) == np.array(expected)).all()
