import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.errors import InputError
from dither.volumes.regions import block_sides, regions


@given(
    shape=st.tuples(*[st.integers(1, 40)] * 3),
    grid=st.tuples(*[st.integers(1, 15)] * 3),
    room=st.integers(0, 20000),
)
def test_blocks_cover_all_once_and_cut_no_piece(
    shape: tuple[int, int, int], grid: tuple[int, int, int], room: int
) -> None:
    most = math.prod(grid) + room
    sides = block_sides(shape, grid, most)
    seen = np.zeros(shape, int)
    for region in regions(shape, sides):
        seen[region] += 1
        assert math.prod(region.sides) <= most
        for part, piece, whole in zip(region, grid, shape, strict=True):
            assert part.start % piece == 0
            assert part.stop % piece == 0 or part.stop == whole
    assert (seen == 1).all()


def test_a_piece_larger_than_the_memory_is_refused() -> None:
    with pytest.raises(InputError, match="2 x 3 x 4 voxels"):
        block_sides((8, 8, 8), (2, 3, 4), 23)
