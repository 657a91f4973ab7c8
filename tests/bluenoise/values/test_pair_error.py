import numpy as np
import pytest

from bluenoise.values.distance import ARCS, CAPS, HALF_CIRCLES, HALF_SPACES, HEMISPHERES
from bluenoise.values.pair_error import pair_errors
from bluenoise.values.value_set import value_set
from bluenoise.values.views import View, frame_view, running_view
from dither.metrics.viewing import Binomial, Box, Gaussian

FILTERS = [Gaussian(0.7), Gaussian(1.0), Box(3), Binomial(2)]


def mixed(space: str, shape: tuple[int, int, int], seed: int = 0) -> np.ndarray:
    """The values of a space in each frame, roughly sorted along rows so that errors differ."""
    values = value_set(space, shape[1] * shape[2]).points.astype(float)
    generator = np.random.default_rng(seed)
    frames = [
        np.argsort(np.arange(len(values)) + 40 * generator.random(len(values)))
        for _ in range(shape[0])
    ]
    return values[np.stack(frames)].reshape(*shape, -1)


def ratio(integrands: list[np.ndarray], view: View) -> float:
    """Squared error of integrands after a view, by circular convolution, over that of white noise."""
    seen = np.array(integrands, np.float32)
    centred = seen - seen.mean(axis=(1, 2, 3), keepdims=True)
    power = (np.abs(np.fft.fftn(centred, axes=(1, 2, 3))) ** 2).sum(axis=0) / seen[0].size ** 2
    spectrum = np.fft.fft(view.line)[:, None, None] * np.fft.fft2(view.plane)
    return (power * spectrum.real).sum() / (centred.var(axis=(1, 2, 3)).sum() * view.white)


@pytest.mark.parametrize("shape", [(1, 12, 12), (1, 7, 10), (4, 6, 6)])
def test_all_thresholds_at_once(shape: tuple[int, int, int]) -> None:
    points = mixed("scalar", shape)
    cells = shape[1] * shape[2]
    integrands = [(points[..., 0] > k / cells).astype(float) for k in range(1, cells)]
    views = [frame_view(shape, each) for each in FILTERS]
    if shape[0] > 1:
        views += [
            running_view(shape, 0.3, seen, blur)
            for seen in (1, 3, 9, None)
            for blur in (None, Box(2))
        ]
    found = pair_errors(points, [HALF_SPACES], views)[:, 0]
    assert found == pytest.approx([ratio(integrands, view) for view in views], rel=2e-3)


def test_all_half_circles_and_arcs_at_once() -> None:
    shape = (1, 8, 8)
    points = mixed("circle", shape)
    # Values are at (k + 1/2) / 64 of a turn, and the ends of arcs at all k / 64.
    place = (
        np.rint(np.arctan2(points[..., 1], points[..., 0]) / (2 * np.pi) * 64 - 0.5).astype(int)
        % 64
    )
    halves = [((place - start) % 64 < 32).astype(float) for start in range(64)]
    arcs = [
        ((place - start) % 64 < length).astype(float)
        for start in range(64)
        for length in range(1, 64)
    ]
    for viewing in FILTERS:
        view = frame_view(shape, viewing)
        found = pair_errors(points, [HALF_CIRCLES, ARCS], [view])[0]
        assert found == pytest.approx([ratio(halves, view), ratio(arcs, view)], rel=2e-3)


@pytest.mark.parametrize("space", ["sphere", "vec2"])
def test_families_with_sampled_integrands(space: str) -> None:
    shape = (1, 12, 12)
    points = mixed(space, shape)
    generator = np.random.default_rng(2)
    axes = generator.normal(size=(2000, points.shape[-1]))
    axes /= np.linalg.norm(axes, axis=1)[:, None]
    heights = generator.uniform(-1.5, 1.5, len(axes))
    views = [frame_view(shape, each) for each in FILTERS[1:3]]
    flat = [
        (points @ axis > height).astype(float) for axis, height in zip(axes, heights, strict=True)
    ]
    through = [(points @ axis > 0).astype(float) for axis in axes]
    found = pair_errors(points, [CAPS, HEMISPHERES], views)
    for index, view in enumerate(views):
        assert found[index, 0] == pytest.approx(ratio(flat, view), rel=0.03)
        if space == "sphere":
            assert found[index, 1] == pytest.approx(ratio(through, view), rel=0.03)


def test_frames_of_different_values_are_pooled_and_many_values_thinned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    generator = np.random.default_rng(0)
    points = generator.random((2, 32, 32, 2))
    views = [frame_view((2, 32, 32), Gaussian(1.0))]
    whole = pair_errors(points, [HALF_SPACES], views)
    monkeypatch.setattr("bluenoise.values.pair_error._MOST_VALUES", 512)
    monkeypatch.setattr("bluenoise.values.pair_error._MOST_PARTNERS", 512)
    assert pair_errors(points, [HALF_SPACES], views) == pytest.approx(whole, rel=0.04)
    assert whole[0, 0] == pytest.approx(1, abs=0.2)
