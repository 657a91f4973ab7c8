import importlib
from typing import Any

import numpy as np
import pytest

from dither.native.loop import compiled

pytest.importorskip("numba", reason="an extra of its own")

sixteen = importlib.import_module("dither.diffusion.compiled.sixteen")
plus = importlib.import_module("dither.diffusion.compiled.lanes").plus
less, looked_up_rows, masked = sixteen.less, sixteen.looked_up_rows, sixteen.masked
row_of, turned, written_row = sixteen.row_of, sixteen.turned, sixteen.written_row


@compiled
def write(numbers: Any, table: Any, out: Any) -> None:
    row = masked(row_of(numbers, 3), np.int32(7))
    first, second, third, fourth = looked_up_rows(table, row)
    written_row(out, 5, plus(less(np.int32(4), row), first))
    written_row(out, 21, second)
    written_row(out, 40, plus(third, fourth))


@compiled
def turn(source: Any, first: Any, apart: Any, target: Any, to: Any, distance: Any) -> None:
    turned(source, first, apart, target, to, distance)


@pytest.mark.parametrize("dtype", [np.int32, np.uint16, np.uint8])
def test_rows_are_looked_up_and_written(dtype: Any) -> None:
    generator = np.random.default_rng(0)
    numbers = generator.integers(-(1 << 31), 1 << 31, 30, np.int32)
    table = generator.integers(1, 99, (8, 4), np.int32)
    out = np.full(60, 77, dtype)
    expected, twin = out.copy(), out.copy()
    row = numbers[3:19] % 8
    expected[5:21] = table[row, 0] - (row > 4)
    expected[21:37] = table[row, 1]
    expected[40:56] = table[row, 2] + table[row, 3]
    write(numbers, table.ravel(), out)
    assert (out == expected).all()
    write.python(numbers, table.ravel(), twin)
    assert (twin == expected).all()


@pytest.mark.parametrize("dtype", [np.int32, np.uint16, np.uint8])
def test_rows_become_columns(dtype: Any) -> None:
    source = np.random.default_rng(0).integers(0, 200, 500).astype(dtype)
    out = np.full(700, 77, dtype)
    expected, twin = out.copy(), out.copy()
    for row in range(16):
        for column in range(16):
            expected[9 + 40 * column + row] = source[7 + 30 * row + column]
    turn(source, 7, 30, out, 9, 40)
    assert (out == expected).all()
    turn.python(source, 7, 30, twin, 9, 40)
    assert (twin == expected).all()
