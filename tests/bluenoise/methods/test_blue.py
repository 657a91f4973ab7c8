from pathlib import Path

import numpy as np
import pytest

from bluenoise.evaluate import luminance_gain_db
from bluenoise.methods.blue import Blue, blue, blue_channels, default_swaps, shifted
from bluenoise.methods.rank_swaps import RankSwapConfig
from bluenoise.runs.options import RunOptions
from dither.errors import InputError
from dither.matrix.classical import bayer, white_noise
from dither.matrix.threshold_matrix import is_permutation
from dither.metrics import temporal
from dither.metrics.patterns import (
    band_powers,
    level_energies,
    level_sample,
    temporal_energies,
)
from dither.metrics.temporal import SpaceTimeProduct, SpaceTimeSum, TemporalBox
from dither.metrics.viewing import Box, Gaussian, Green


def test_a_stopped_run_ends_with_the_same_bytes(tmp_path: Path) -> None:
    whole = blue((20, 30), seed=2)
    path = tmp_path / "run.npz"

    def interrupt(share: float, word: str) -> None:
        assert "swaps kept" in word
        if share == pytest.approx(0.5):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        blue((20, 30), seed=2, run=RunOptions(path, on_progress=interrupt))
    shares: list[float] = []
    watched = RunOptions(path, on_progress=lambda share, _: shares.append(share))
    resumed = blue((20, 30), seed=2, run=watched)
    assert min(shares) > 0.5
    assert (resumed.ranks == whole.ranks).all()
    damaged = dict(np.load(path))
    damaged["ranks"][0, 0, 0] = 5e8
    np.savez(path, **damaged)
    with pytest.raises(InputError, match="no permutation"):
        blue((20, 30), seed=2, run=RunOptions(path))
    with pytest.raises(InputError, match="made by another version of the method"):
        blue((20, 30), RankSwapConfig(proposals=9), seed=2, run=RunOptions(path))


def test_a_stopped_run_of_channels_ends_with_the_same_bytes(tmp_path: Path) -> None:
    whole = blue_channels((12, 16), seed=1)
    path = tmp_path / "run.npz"

    def interrupt(share: float, _: str) -> None:
        if share > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        blue_channels((12, 16), seed=1, run=RunOptions(path, on_progress=interrupt))
    resumed = blue_channels((12, 16), seed=1, run=RunOptions(path))
    assert [m.ranks.tolist() for m in resumed] == [m.ranks.tolist() for m in whole]
    with pytest.raises(
        InputError, match="is of another run: it was started with another --channels"
    ):
        blue((12, 16), seed=1, run=RunOptions(path))


def test_greys_are_smoother_with_channels_of_their_own() -> None:
    matrix = blue((32, 32))
    assert luminance_gain_db([matrix] * 3)["gaussian:1.5"] == pytest.approx(0, abs=1e-6)
    moved = luminance_gain_db(shifted(matrix, 3))
    joint = luminance_gain_db(blue_channels((32, 32)))
    # Independent channels: 10 log10 of the sum of the squared weights of luminance.
    assert moved["gaussian:1.5"] == pytest.approx(-2.51, abs=0.25)
    assert joint["gaussian:1.5"] < moved["gaussian:1.5"] - 0.2
    assert joint["gaussian:2.0"] < moved["gaussian:2.0"] - 0.3


@pytest.mark.slow
def test_channels_by_themselves_stay_good() -> None:
    alone = level_energies(blue((32, 32)).ranks, [Gaussian(1.5)]).mean()
    for count in (2, 3, 4):
        made = blue_channels((32, 32), channels=count, seed=3)
        assert len(made) == count
        for matrix in made:
            assert level_energies(matrix.ranks, [Gaussian(1.5)]).mean() < 1.06 * alone


@pytest.mark.parametrize("channels", [2, 3, 4])
def test_shifted_channels_are_the_matrix_elsewhere(channels: int) -> None:
    matrix = white_noise(9, 10)
    made = shifted(matrix, channels)
    assert (made[0].ranks == matrix.ranks).all()
    assert len({one.ranks.tobytes() for one in made}) == channels
    for one in made:
        assert is_permutation(one.ranks)
        y, x = np.argwhere(one.ranks == matrix.ranks[0, 0])[0]
        assert (np.roll(one.ranks, (-y, -x), (0, 1)) == matrix.ranks).all()


def test_the_temporal_filter_decides_what_gets_better() -> None:
    shape = (8, 16, 16)
    levels = level_sample(2048, 64)

    def energy(ranks: np.ndarray, time: temporal.TemporalFilter) -> float:
        """Of the frames blurred in space and time at once."""
        space = Gaussian(1.5).transfer(np.fft.fftfreq(16)[:, None], np.fft.fftfreq(16))
        gain = (time.transfer(np.fft.fftfreq(8))[:, None, None] * space) ** 2
        return sum(
            (np.abs(np.fft.fftn((ranks < level) - level / 2048)) ** 2 * gain).sum()
            for level in levels
        )

    added = blue(shape).ranks
    for time in (temporal.TemporalExponential(0.2), temporal.TemporalBox(4)):
        config = RankSwapConfig(SpaceTimeProduct(Gaussian(1.5), time), proposals=30)
        product = blue(shape, config).ranks
        assert energy(product, time) < 0.8 * energy(added, time)
    # The sum looks after each pixel and each frame; a product after neither alone.
    average = [temporal.TemporalGaussian(0.85)]
    pixels = [temporal_energies(ranks, average, levels).mean() for ranks in (added, product)]
    frames = [level_energies(ranks, [Gaussian(1.5)], levels).mean() for ranks in (added, product)]
    assert pixels[0] < pixels[1]
    assert frames[0] < frames[1]


def test_usual_settings_follow_what_is_made() -> None:
    assert default_swaps((8, 8)) == RankSwapConfig()
    assert default_swaps((4, 8, 8), viewing=Gaussian(1.0)).viewing.space == Gaussian(1.0)  # pyright: ignore
    weights = default_swaps((8, 8), channels=4).viewing.weights  # pyright: ignore
    assert weights == (0.25,) * 4


def test_green_noise_has_its_power_around_its_frequency() -> None:
    made = Blue("green:0.2").make((48, 48), 1, None, RunOptions())[0]
    edges = (0, 1 / 16, 0.15, 0.25, 0.4, 0.708)
    power = band_powers(made.ranks, edges, level_sample(48 * 48, 64))
    # White noise has 1 everywhere. The eye sees the first band, and printers do not hold the last.
    assert power[0] < 0.05
    assert power[2] > 3
    assert power[4] < 0.4
    # A quarter of the pixels is in dots of several pixels: few have no neighbour.
    pattern = made.ranks < 48 * 48 // 4
    neighbours = sum(np.roll(pattern, 1, axis) + np.roll(pattern, -1, axis) for axis in (0, 1))
    assert (pattern & (neighbours == 0)).sum() < 0.01 * pattern.sum()


def test_filters_may_be_texts_everywhere() -> None:
    from bluenoise import evaluate

    assert Blue("gaussian:1.5") == Blue(Gaussian(1.5))
    assert RankSwapConfig("gaussian:1.5") == RankSwapConfig(Gaussian(1.5))  # pyright: ignore
    assert SpaceTimeSum("box:3", "box:4") == SpaceTimeSum(Box(3), TemporalBox(4))
    bayer_matrix = bayer(8, 8)
    by_text = evaluate(bayer_matrix, filters=["gaussian:2", "green:0.2"])
    by_value = evaluate(bayer_matrix, filters={"gaussian:2": Gaussian(2), "green:0.2": Green(0.2)})
    assert by_text == by_value
    with pytest.raises(InputError, match="'gauss:1' is not a viewing filter"):
        Blue("gauss:1")
