from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.ordered.tiling import at_phase, block_rows, for_each_tile


def _add(
    tile: np.ndarray, cells: Sequence[np.ndarray], out: np.ndarray, scratch: np.ndarray
) -> None:
    assert tile.shape == cells[0].shape == out.shape == scratch.shape
    np.add(tile, cells[0], out=out)


@given(
    shape=st.tuples(st.integers(1, 300), st.integers(1, 200)),
    cells=st.tuples(st.integers(1, 70), st.integers(1, 70)),
    channels=st.sampled_from([1, 3]),
    own=st.booleans(),
    threads=st.sampled_from([1, 3]),
)
def test_every_pixel_meets_its_cell_once(
    shape: tuple[int, int], cells: tuple[int, int], channels: int, own: bool, threads: int
) -> None:
    generator = np.random.default_rng(0)
    image = generator.integers(0, 1000, (*shape, channels))
    values = generator.integers(0, 1000, (*cells, channels if own else 1))
    out = np.zeros_like(image)
    for_each_tile(image, [values], out, _add, threads=threads)
    rows, columns = np.arange(shape[0]) % cells[0], np.arange(shape[1]) % cells[1]
    assert (out == image + values[rows[:, None], columns]).all()


def test_an_error_in_a_thread_is_raised() -> None:
    def fail(*_: object) -> None:
        raise ValueError("a bad tile")

    image = np.zeros((400, 400))
    with pytest.raises(ValueError, match="a bad tile"):
        for_each_tile(image, [np.zeros((8, 8, 1))], image, fail, threads=2)


@given(st.tuples(st.integers(-9, 9), st.integers(-9, 9), st.integers(-9, 9)))
def test_phases_wrap_around(phase: tuple[int, int, int]) -> None:
    planes = np.arange(2 * 3 * 4).reshape(2, 3, 4)
    frame, row, column = phase
    rolled = at_phase(planes, phase)
    for y, x in np.ndindex(3, 4):
        assert rolled[y, x] == planes[frame % 2, (row + y) % 3, (column + x) % 4]


@given(st.integers(0, 5000), st.integers(0, 300_000))
def test_blocks_cover_all_rows_in_order(height: int, width: int) -> None:
    rows = [row for part in block_rows(height, width) for row in range(part.start, part.stop)]
    assert rows == list(range(height))
