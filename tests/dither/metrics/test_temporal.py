import numpy as np
import pytest

from dither.errors import InputError
from dither.metrics.temporal import (
    TemporalBox,
    TemporalExponential,
    TemporalGaussian,
    parse_temporal_filter,
)

IMPULSES = {
    TemporalBox(4): np.full(4, 0.25),
    TemporalExponential(0.3): 0.3 * 0.7 ** np.arange(200),
    TemporalGaussian(1.5): np.exp(-0.5 * (np.arange(-20, 21) / 1.5) ** 2)
    / (1.5 * np.sqrt(2 * np.pi)),
}


@pytest.mark.parametrize("time", IMPULSES, ids=str)
def test_the_transfer_is_that_of_the_weights_of_past_frames(time) -> None:
    spectrum = np.abs(np.fft.fft(IMPULSES[time], 256))
    assert time.transfer(np.fft.fftfreq(256)) == pytest.approx(spectrum, abs=1e-4)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("gaussian:0.85", TemporalGaussian(0.85)),
        ("exponential:0.1", TemporalExponential(0.1)),
        ("box:4", TemporalBox(4)),
    ],
)
def test_filters_as_a_person_writes_them(text: str, time: object) -> None:
    assert parse_temporal_filter(text) == time


@pytest.mark.parametrize(
    "text", ["", "gaussian", "gaussian:9", "exponential:1", "box:1", "box:2.5", "box:nan", "tent:3"]
)
def test_others_are_one_sentence(text: str) -> None:
    with pytest.raises(InputError, match="is not a temporal filter; write gaussian"):
        parse_temporal_filter(text)


def test_a_history_that_is_dropped_counts_each_age_alike() -> None:
    frequency, rate = np.linspace(-0.5, 0.5, 11), 0.2
    squares = []
    for age in (1, 2, 3):
        # A running mean after `age` frames, computed frame by frame from an impulse in each.
        weights = np.zeros(age)
        for frame in range(age):
            weights *= 1 - rate
            weights[frame] = 1 if frame == 0 else rate
        waves = np.exp(-2j * np.pi * frequency[:, None] * np.arange(age)[::-1])
        squares.append(np.abs(waves @ weights) ** 2)
    found = TemporalExponential(rate, restarts=3).transfer(frequency)
    assert found**2 == pytest.approx(np.mean(squares, axis=0))
    long = TemporalExponential(0.5, restarts=256).transfer(frequency)
    assert long == pytest.approx(TemporalExponential(0.5).transfer(frequency), abs=0.02)


@pytest.mark.parametrize("text", ["exponential:0.1,1", "exponential:0.1,x", "box:4,8"])
def test_a_bad_history_is_one_sentence(text: str) -> None:
    with pytest.raises(InputError, match="the longest history, 2 to 256 frames"):
        parse_temporal_filter(text)
