import numpy as np
import pytest

from dither.color import LINEAR_TO_CONES, ROOTS_TO_OKLAB, linear_to_oklab, srgb_to_linear
from dither.optimizer.gamut_shift import GUESSES, cube_root, shift

pytest.importorskip("numba")


def test_each_way_ends_earlier_by_the_tolerance_in_oklab() -> None:
    rng = np.random.default_rng(0)
    here, there = rng.integers(0, 65536, (2, 400, 3), np.uint16)
    there[:50] = here[:50]
    there[50:100] = here[50:100] // 20 * 20  # shorter than the tolerance
    linear = srgb_to_linear(np.arange(65536) / 65535).astype(np.float32)
    start = rng.random((400, 3), np.float32)
    out = start.copy()
    shift(out, here, there, linear, LINEAR_TO_CONES, ROOTS_TO_OKLAB, GUESSES, 0.02)
    way = srgb_to_linear(there / 65535) - srgb_to_linear(here / 65535)
    lengths = np.linalg.norm(
        linear_to_oklab(srgb_to_linear(there / 65535))
        - linear_to_oklab(srgb_to_linear(here / 65535)),
        axis=1,
    )
    share = np.maximum(1 - 0.02 / np.maximum(lengths, 0.02), 0)
    assert (out[:100] == start[:100]).all()
    assert out == pytest.approx(start + share[:, None] * way, abs=2e-5)


def test_cube_roots_are_close() -> None:
    values = np.concatenate([np.linspace(0, 1, 1001), np.geomspace(1e-6, 1, 200)])
    roots = [cube_root.python(value, GUESSES) for value in values]
    assert roots == pytest.approx(np.cbrt(values), abs=2e-3)
    assert roots[1:1001] == pytest.approx(np.cbrt(values[1:1001]), abs=1e-6)
