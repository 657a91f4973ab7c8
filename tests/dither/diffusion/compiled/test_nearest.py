import importlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("numba", reason="an extra of its own")

nearest = importlib.import_module("dither.diffusion.compiled.nearest")


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
    near = colors[generator.integers(0, count, 200)] + generator.integers(-25, 25, (200, 3))
    points = np.concatenate(
        [
            generator.integers(0, 4096, (300, 3)),
            generator.integers(-4096, 8192, (100, 3)),
            near.clip(-4096, 8191),
        ]
    )
    closest = ((points[:, None] - colors) ** 2).sum(axis=2).argmin(axis=1)
    for point, index in zip(points, closest, strict=True):
        x, y, z = (int(axes[channel, (point[channel] + 4096) // 4]) for channel in range(3))
        place = int(places[x + y + z])
        first = max(place, ~place)
        number = int(groups[first, 3, 0]) >> 8
        assert (number > 1) == (place < 0)
        own = groups[first : first + number]
        listed = own[:, 3].ravel() & 255
        assert index in listed
        pairs = own[:, :2].reshape(-1, 2)
        assert (pairs == colors[listed, :2]).all()
        assert (own[:, 2].ravel() == colors[listed, 2]).all()
        assert (np.diff(listed[: len(np.unique(listed))].astype(int)) > 0).all()


def test_few_colours_of_a_large_palette_are_candidates_where_many_are() -> None:
    colors = np.random.default_rng(0).integers(0, 1 << 9, (256, 3), np.int32)
    axes, places, groups = nearest.candidate_groups(colors)
    x, y, z = (axes[channel, (colors[:, channel] + 4096) // 4].astype(int) for channel in range(3))
    place = places[x + y + z]
    assert (place >= 0).mean() > 0.95
    assert len(groups) < 1 << 17


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
