import importlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.diffusion.light import WHITE
from dither.native.loop import Compiled, compiled

pytest.importorskip("numba", reason="an extra of its own")

nearest = importlib.import_module("dither.diffusion.compiled.nearest")
vectors = importlib.import_module("dither.diffusion.compiled.lanes")
MIDDLE, nearest_to_lights = nearest.MIDDLE, nearest.nearest_to_lights
stacked, put_numbers = vectors.stacked, vectors.put_numbers


@compiled
def nearest_of_eight(channels: Any, found: Any, axes: Any, places: Any, groups: Any) -> None:
    put_numbers(found, 0, nearest_to_lights(stacked(channels, 0), axes, places, groups))


@given(seed=st.integers(0, 1 << 30), count=st.integers(1, 256), bits=st.sampled_from([12, 9, 5, 1]))
def test_pixels_get_the_first_of_the_nearest_colours_by_one_and_by_eight(
    seed: int, count: int, bits: int
) -> None:
    # Few different codes: many distances are equal, and many cells have several groups.
    generator = np.random.default_rng(seed)
    colors = generator.integers(0, 1 << bits, (count, 3), np.int32) << generator.integers(
        0, 13 - bits
    )
    table = nearest.candidate_groups(colors)
    corners = np.array([[-WHITE, 2 * WHITE, -WHITE], [2 * WHITE] * 3, [-WHITE] * 3, [0, WHITE, 0]])
    lights = np.concatenate(
        [
            corners,
            generator.integers(-WHITE, 2 * WHITE, (60, 3)),
            (colors[generator.integers(0, count, 64)] << 10)
            + generator.integers(-9999, 9999, (64, 3)),
        ]
    ).clip(-WHITE, 2 * WHITE)
    expected = (((lights[:, None] >> 10) - colors) ** 2).sum(axis=2).argmin(axis=1)
    found, channels = np.empty(8, np.int32), np.empty((3, 8), np.int32)
    for first in range(0, len(lights), 8):
        own = lights[first : first + 8]
        channels[:] = own.T - MIDDLE
        nearest_of_eight(channels, found, *table)
        assert found.tolist() == expected[first : first + 8].tolist()
        assert [nearest.nearest_color(*light, *table) for light in own] == found.tolist()


def test_the_search_in_python_is_that_of_the_machine_code(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(2)
    for count, bits in ((5, 12), (200, 12), (250, 2)):
        table = nearest.candidate_groups(generator.integers(0, 1 << bits, (count, 3), np.int32))
        channels = generator.integers(-WHITE, 2 * WHITE, (3, 8), np.int32) - MIDDLE
        found, twins = np.empty(8, np.int32), np.empty(8, np.int32)
        nearest_of_eight(channels, found, *table)
        with monkeypatch.context() as patched:
            patched.setattr(Compiled, "__call__", lambda loop, *given: loop.python(*given))
            nearest_of_eight(channels, twins, *table)
        assert twins.tolist() == found.tolist()


@given(
    seed=st.integers(0, 1 << 30), count=st.integers(1, 256), bits=st.sampled_from([12, 11, 7, 4, 2])
)
def test_the_nearest_colour_is_always_among_the_candidates(
    seed: int, count: int, bits: int
) -> None:
    generator = np.random.default_rng(seed)
    colors = generator.integers(0, 1 << bits, (count, 3), np.int32) << generator.integers(
        0, 13 - bits
    )
    axes, places, groups = nearest.candidate_groups(colors)
    indices, further = groups[:, 48:] & 255, groups[:, 48:] >> 8
    codes = colors[indices] - 2048
    assert (groups[:, :16] == 16 * (codes**2).sum(axis=2) + np.arange(16)).all()
    factors = groups[:, 16:48].copy().view(np.int16).reshape(-1, 2, 16, 2)
    assert (factors[:, 0] == -8 * codes[..., :2]).all()
    assert (factors[:, 1, :, 0] == -8 * codes[..., 2]).all()
    assert (factors[:, 1, :, 1] == 0).all()
    near = colors[generator.integers(0, count, 200)] + generator.integers(-25, 25, (200, 3))
    points = np.concatenate(
        [
            generator.integers(0, 4096, (300, 3)),
            generator.integers(-4096, 8192, (100, 3)),
            near.clip(-4096, 8191),
        ]
    )
    closest = ((points[:, None] - colors) ** 2).sum(axis=2).argmin(axis=1)
    cells = axes[np.arange(3), (points + 4096) // 4].sum(axis=1)
    for place, index in zip(places[cells], closest, strict=True):
        first, rest = divmod(int(place), 64)
        last = first + further[first, 0]
        assert rest == 0
        assert (further[first : last + 1] == np.arange(last - first, -1, -1)[:, None]).all()
        listed = indices[first : last + 1].ravel()
        assert index in listed
        assert (np.diff(listed[: len(np.unique(listed))]) > 0).all()


def test_few_colours_of_a_large_palette_are_candidates_where_many_are() -> None:
    colors = np.random.default_rng(0).integers(0, 1 << 9, (256, 3), np.int32)
    axes, places, groups = nearest.candidate_groups(colors)
    x, y, z = (axes[channel, (colors[:, channel] + 4096) // 4].astype(int) for channel in range(3))
    further = groups[places[x + y + z] // 64, 48] >> 8
    assert (further == 0).mean() > 0.95
    assert len(groups) < 1 << 14


def test_lights_beyond_black_and_white_are_compared_as_they_are() -> None:
    white = 65535 * 64
    colors = np.array([[0, 0, 0], [1500, 1500, 1500], [0, 0, 3000]], np.int32)
    table = nearest.candidate_groups(colors)
    # Clipped to the cube, the first light would be nearest to the grey.
    light = -white // 4, -white // 4, white // 2
    assert nearest.nearest_color(*light, *table) == 2
    generator = np.random.default_rng(1)
    colors = generator.integers(0, 4096, (200, 3), np.int32)
    table = nearest.candidate_groups(colors)
    for light in generator.integers(-white, 2 * white, (300, 3)):
        closest = (((light >> 10) - colors) ** 2).sum(axis=1).argmin()
        assert nearest.nearest_color(*light, *table) == closest
