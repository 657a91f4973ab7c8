import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from dither.palettes.boxes import cut_at_medians


def _plain(points: np.ndarray, weights: np.ndarray, count: int) -> set[tuple[int, ...]]:
    """The same cuts by lists of points, each cut tried."""
    boxes = [list(range(len(points)))]
    while len(boxes) < count:
        size = [weights[box].sum() * np.ptp(points[box], axis=0).max() for box in boxes]
        if max(size) == 0:
            break
        box = boxes.pop(int(np.argmax(size)))
        axis = int(np.ptp(points[box], axis=0).argmax())
        box.sort(key=lambda place: points[place, axis])
        gaps = [
            abs(weights[box[:cut]].sum() - weights[box[cut:]].sum()) for cut in range(1, len(box))
        ]
        cut = 1 + int(np.argmin(gaps))
        boxes += [box[:cut], box[cut:]]
    return {tuple(sorted(box)) for box in boxes}


@pytest.mark.parametrize("count", [1, 2, 5, 30])
def test_boxes_are_those_of_a_plain_median_cut(count: int) -> None:
    generator = np.random.default_rng(count)
    points = generator.random((60, 3))
    weights = generator.integers(1, 1 << 20, 60).astype(float)
    box_of = cut_at_medians(points, weights, count)
    boxes = {tuple(np.flatnonzero(box_of == box).tolist()) for box in range(count)}
    assert boxes == _plain(points, weights, count)


@given(
    points=npst.arrays(
        np.float64, st.tuples(st.integers(1, 9), st.just(2)), elements=st.integers(0, 3)
    ),
    count=st.integers(1, 12),
)
def test_there_are_as_many_boxes_as_asked_for_or_as_points_differ(
    points: np.ndarray, count: int
) -> None:
    box_of = cut_at_medians(points, np.ones(len(points)), count)
    boxes = len(np.unique(box_of))
    assert box_of.max() == boxes - 1
    assert min(count, len(np.unique(points, axis=0))) <= boxes <= count
