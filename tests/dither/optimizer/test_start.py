import numpy as np
import pytest

from dither.color import srgb_to_linear
from dither.optimizer import start
from dither.optimizer.config import SearchConfig
from dither.optimizer.learned_palette import diffuse_target
from dither.optimizer.mapped_picture import MappedPicture
from dither.optimizer.search import init
from dither.optimizer.start import RowWindow, diffuse_rows, start_search

pytest.importorskip("numba")

SHAPE, CONFIG = (330, 40, 3), SearchConfig()


@pytest.fixture(name="in_bands", autouse=True)
def _in_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Choose bands of 64 rows."""
    monkeypatch.setattr("dither.optimizer.bands._PIXELS", 64 * 40)


@pytest.mark.parametrize("is_given", [False, True])
@pytest.mark.parametrize("has_exact", [False, True])
def test_a_search_starts_in_bands_as_from_the_whole_target(is_given: bool, has_exact: bool) -> None:
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 256, SHAPE, np.uint8)
    target, palette = rng.random(SHAPE, np.float32), rng.random((20, 3))
    exact = np.where(rng.random(SHAPE[:2]) < 0.1, 1, -1).astype(np.int16) if has_exact else None
    asked = []

    def target_rows(rows: slice) -> np.ndarray:
        asked.append((rows.start, rows.stop))
        return target[rows]

    given = rng.integers(0, 20, SHAPE[:2], np.uint8) if is_given else None
    mapped = MappedPicture(codes, target_rows, exact)
    found = start_search(mapped, palette, CONFIG, indices=given)
    # Each row of the target is made once.
    assert [start for start, _ in asked] == [0, *(stop for _, stop in asked[:-1])]
    assert asked[-1][1] == SHAPE[0]
    indices = mapped.keep_exact(diffuse_target(target, palette) if given is None else given)
    expected = init(indices, palette, mapped.prepare(None), CONFIG)
    assert (found.indices == indices).all()
    assert found.field == pytest.approx(expected.field, abs=1e-6)
    assert (found.pixels[..., 6:] == expected.pixels[..., 6:]).all()


def test_rows_are_diffused_as_the_whole_target() -> None:
    rng = np.random.default_rng(1)
    target, palette = rng.random(SHAPE, np.float32), srgb_to_linear(rng.random((5, 3)))
    mapped = MappedPicture(np.zeros(SHAPE, np.uint8), target.__getitem__, None)
    assert (diffuse_rows(mapped, palette) == diffuse_target(target, palette)).all()


def test_rows_that_were_dropped_are_refused() -> None:
    window = RowWindow(lambda rows: np.arange(rows.start, rows.stop))
    window(slice(0, 8))
    window.drop_before(4)
    with pytest.raises(ValueError, match="row 3 was dropped; the first row kept is 4"):
        window(slice(3, 6))


def test_memory_is_given_back_where_the_system_is_linux_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(name: str | None) -> None:
        raise TypeError("argument of type 'NoneType' is not iterable")  # as on Windows

    monkeypatch.setattr(start.ctypes, "CDLL", refused)
    monkeypatch.setattr(start.sys, "platform", "win32")
    start.return_freed_memory()
