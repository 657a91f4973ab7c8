import numpy as np
import pytest

from bluenoise.values.views import frame_view, running_view
from dither.metrics.temporal import TemporalExponential
from dither.metrics.viewing import Box


@pytest.mark.parametrize("seen", [1, 2, 5, 11])
def test_a_running_mean_from_every_start(seen: int) -> None:
    shape, rate = (6, 2, 3), 0.3
    signal = np.random.default_rng(0).normal(size=shape)
    signal -= signal.mean()
    errors = []
    for start in range(6):
        history = signal[start]
        for frame in range(start + 1, start + seen):
            history = history + rate * (signal[frame % 6] - history)
        errors.append((history**2).mean())
    view = running_view(shape, rate, seen, None)
    power = (np.abs(np.fft.fftn(signal)) ** 2).sum(axis=(1, 2)) / signal.size**2
    assert (power * np.fft.fft(view.line).real).sum() == pytest.approx(np.mean(errors))
    weights = rate * 0.7 ** np.arange(seen)
    weights[-1] = 0.7 ** (seen - 1)
    assert weights.sum() == pytest.approx(1)
    assert view.white == pytest.approx((weights**2).sum())


def test_the_mean_of_very_many_frames_is_the_exponential_filter() -> None:
    view = running_view((8, 4, 4), 0.1, None, Box(2))
    transfer = TemporalExponential(0.1).transfer(np.fft.fftfreq(8)) ** 2
    assert np.fft.fft(view.line).real == pytest.approx(transfer, abs=1e-6)
    assert view.white == pytest.approx(0.1 / 1.9 / 4)


def test_a_frame_alone() -> None:
    view = frame_view((3, 4, 5), None)
    assert view.line.tolist() == [1, 0, 0]
    assert view.plane.sum() == view.plane[0, 0] == view.white == 1
    assert frame_view((3, 4, 5), Box(2)).plane.sum() == pytest.approx(1)
