import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.errors import InputError
from dither.images.indexed import with_palette


@given(st.data())
def test_every_pixel_keeps_its_colour_and_opaque_ones_their_index(data: st.DataObject) -> None:
    count = data.draw(st.sampled_from([1, 2, 3, 5, 16, 17, 250, 254, 255, 256]))
    rng = np.random.default_rng(data.draw(st.integers(0, 999)))
    colors = rng.integers(0, 3, (count, 3), np.uint8)  # many are repeated
    shown = data.draw(st.integers(1, count))
    alphas_used = data.draw(st.lists(st.integers(0, 255), min_size=1, max_size=3))
    frames = [rng.integers(0, shown, (5, 7)) for _ in range(data.draw(st.integers(1, 3)))]
    alphas = [
        rng.choice(np.array(alphas_used, np.uint8), (5, 7)) if rng.random() < 0.8 else None
        for _ in frames
    ]
    # One pixel after the other: the distinct combinations that need an entry after the palette.
    pairs, used = set(), set()
    for frame, alpha in zip(frames, alphas, strict=True):
        for place, index in np.ndenumerate(frame):
            opacity = 255 if alpha is None else int(alpha[place])
            if opacity == 255:
                used.add(int(index))
            else:
                pairs.add((opacity, int(index)) if opacity else (0, 0))
    found = with_palette(frames, colors, alphas)
    if count + len(pairs) > 256:
        if count < 256 or pairs != {(0, 0)} or len(used) == 256:
            assert found is None
            return
        assert found is not None
        spare = max(set(range(256)) - used)
        assert np.flatnonzero(found.table[:, 3] == 0).tolist() == [spare]
        assert len(found.table) == 256
    else:
        assert found is not None
        assert len(found.table) == count + len(pairs)
        assert (found.table[:count, 3] == 255).all()
        expected = [[*colors[index], alpha] for alpha, index in sorted(pairs)]
        assert found.table[count:].tolist() == expected
    assert (found.table[:count, :3] == colors).all()
    for frame, alpha, indices in zip(frames, alphas, found.frames, strict=True):
        alpha = np.full(frame.shape, 255) if alpha is None else alpha
        assert indices.dtype == np.uint8
        assert (indices == frame)[alpha == 255].all()
        assert (found.table[indices][..., 3] == alpha).all()
        assert (found.table[indices][..., :3] == colors[frame])[alpha > 0].all()


@pytest.mark.parametrize(
    ("indices", "colors", "alpha", "sentence"),
    [
        ([[0, 3]], (3, 3), None, "run from 0 to 2, not from 0 to 3"),
        ([[-1, 0]], (3, 3), None, "run from 0 to 2, not from -1 to 0"),
        ([0, 1], (3, 3), None, r"integer array of shape \(H, W\), not int64 of shape \(2,\)"),
        ([[0.0]], (3, 3), None, "not float64"),
        ([[0]], (257, 3), None, r"K from 1 to 256, not \(257, 3\)"),
        ([[0]], (0, 3), None, r"not \(0, 3\)"),
        ([[0]], (3, 4), None, r"not \(3, 4\)"),
        ([[0]], (3, 3), np.zeros((1, 2), np.uint8), r"shape \(1, 1\) like .* shape \(1, 2\)"),
        ([[0]], (3, 3), np.zeros((1, 1)), "not float64"),
    ],
)
def test_what_is_no_indexed_image_is_refused(
    indices: list, colors: tuple[int, int], alpha: np.ndarray | None, sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        with_palette([np.array(indices)], np.zeros(colors, np.uint8), [alpha])


def test_a_table_has_bytes() -> None:
    for table, sentence in {
        (256, 0, 0): "a colour table holds 256; .* from 0 to 255",
        (0, 0, -1): "a colour table holds -1; .* from 0 to 255",
        (0, 0, 0.5): "a colour table holds whole numbers from 0 to 255, not float64",
    }.items():
        with pytest.raises(InputError, match=sentence):
            with_palette([np.array([[0]])], np.array([table]), [None])
    found = with_palette([np.array([[0]])], np.array([[0, 9, 255]]), [None])
    assert found is not None
    assert found.table.tolist() == [[0, 9, 255, 255]]
    assert found.table.dtype == np.uint8
