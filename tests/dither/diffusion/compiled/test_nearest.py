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
    places, groups = nearest.candidate_groups(colors)
    near = np.clip(
        colors[generator.integers(0, count, 200)] + generator.integers(-25, 25, (200, 3)), 0, 4095
    )
    points = np.concatenate([generator.integers(0, 4096, (300, 3)), near])
    closest = ((points[:, None] - colors) ** 2).sum(axis=2).argmin(axis=1)
    cells = (points[:, 0] >> 6 << 12) | (points[:, 1] >> 6 << 6) | points[:, 2] >> 6
    for cell in np.unique(cells):
        place = places[cell]
        own = groups[place >> 6 : (place >> 6) + (place & 63)]
        listed = own[:, 3].ravel()
        assert np.isin(closest[cells == cell], listed).all()
        assert (own[:, :3].transpose(0, 2, 1).reshape(-1, 3) == colors[listed]).all()
        assert (np.diff(listed[: len(np.unique(listed))].astype(int)) > 0).all()


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
