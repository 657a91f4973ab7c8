import numpy as np
import pytest

from bluenoise.evaluate import evaluate, mean_gain_db
from bluenoise.generate import METHODS, generate, parse_shape
from dither.errors import InputError
from dither.metrics.viewing import STANDARD_FILTERS


def test_methods_and_seeds() -> None:
    first = generate((8, 12), seed=1)
    assert first.shape == (8, 12)
    assert (generate((8, 12), seed=1).ranks == first.ranks).all()
    for method in METHODS:
        matrix = generate((8, 12), method=method)  # pyright: ignore[reportArgumentType] -- of METHODS
        assert matrix.shape == (8, 12)
        assert (matrix.ranks != first.ranks).any()


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "3x3",
        "513",
        "100000",
        "64x",
        "x",
        "-4",
        "1x4x4",
        "257x4x4",
        "64x512x512",
        "2x4x3",
        "4x4x4x4",
        "a",
        "9" * 5000,
    ],
)
def test_bad_shapes_are_one_sentence(text: str) -> None:
    with pytest.raises(InputError, match="shape"):
        parse_shape(text)


def test_bad_methods_and_seeds_are_one_sentence() -> None:
    with pytest.raises(
        InputError, match="'red'; there are blue, anneal, void-and-cluster, spectrum"
    ):
        generate((8, 8), method="red")  # pyright: ignore[reportArgumentType] -- the mistake under test
    with pytest.raises(InputError, match="seed is -1"):
        generate((8, 8), seed=-1)
    with pytest.raises(InputError, match="two sides"):
        generate((64,))  # pyright: ignore[reportArgumentType] -- the mistake under test


def test_blue_is_better_than_void_and_cluster_at_every_distance() -> None:
    rows = {
        method: [evaluate(generate((64, 64), method=method, seed=seed)) for seed in range(2)]
        for method in ("blue", "void-and-cluster")
    }
    for name in STANDARD_FILTERS:
        ours, theirs = (np.mean([row.energy[name] for row in rows[method]]) for method in rows)
        # At the closest look it is level, elsewhere clearly ahead.
        assert ours < theirs * (1.02 if name == "gaussian:1.0" else 0.98), name
    gains = [mean_gain_db(*pair) for pair in zip(*rows.values(), strict=True)]
    assert np.mean(gains) < -0.5
    assert all(abs(row.anisotropy_db or 9) < 0.5 for row in rows["blue"])


def test_frames_by_the_methods_that_make_them() -> None:
    made = [generate((4, 12, 10), method=method) for method in ("blue", "void-and-cluster")]  # pyright: ignore
    assert made[0].shape == made[1].shape == (4, 12, 10)
    assert (made[0].ranks != made[1].ranks).any()
    for method in ("anneal", "spectrum"):
        with pytest.raises(InputError, match=f"{method} makes no frames"):
            generate((4, 12, 10), method=method)  # pyright: ignore[reportArgumentType] -- of METHODS
