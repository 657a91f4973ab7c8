from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bluenoise
from bluenoise.evaluate import evaluate, mean_gain_db
from bluenoise.generate import METHODS, generate, parse_shape
from bluenoise.methods.blue import Blue, blue, blue_channels, default_swaps
from bluenoise.methods.spectrum import Spectrum, optimize_spectrum
from bluenoise.methods.void_and_cluster import VoidAndCluster, void_and_cluster
from bluenoise.objective.target import FRAMES
from bluenoise.runs.options import RunOptions
from dither.errors import InputError
from dither.matrix.matrix_like import as_matrices
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
        "1",
        "2049",
        "100000",
        "64x",
        "x",
        "-4",
        "1x4x4",
        "257x4x4",
        "64x512x512",
        "2x4x1",
        "4x4x4x4",
        "a",
        "9" * 5000,
    ],
)
def test_bad_shapes_are_one_sentence(text: str) -> None:
    with pytest.raises(InputError, match="shape"):
        parse_shape(text)


@pytest.mark.parametrize("shape", [(1, 2), (2, 1), (2, 2), (1, 9), (3, 2), (2, 40), (2, 1, 5)])
def test_tiny_and_thin_shapes(shape: tuple[int, ...]) -> None:
    for method in ("blue", "void-and-cluster"):
        matrix = generate(shape, method=method)
        assert matrix.shape == shape  # a `ThresholdMatrix` holds each rank once
    if len(shape) == 2:
        assert [each.shape for each in generate(shape, channels=2)] == [shape] * 2


def test_the_largest_shape_is_taken() -> None:
    assert parse_shape("2048") == (2048, 2048)
    assert parse_shape("1x2048") == (1, 2048)


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
        with pytest.raises(InputError, match=f"{method} does not support frames"):
            generate((4, 12, 10), method=method)  # pyright: ignore[reportArgumentType] -- of METHODS


def test_a_method_value_carries_its_options() -> None:
    made = bluenoise.generate((8, 12), method=VoidAndCluster(sigma=1.2), seed=1)
    assert (made.ranks == void_and_cluster((8, 12), sigma=1.2, seed=1).ranks).all()
    assert (made.ranks != generate((8, 12), method="void-and-cluster", seed=1).ranks).any()
    few = generate((16, 16), method=Blue(levels=4), seed=2)
    assert (few.ranks == blue((16, 16), default_swaps((16, 16), levels=4), seed=2).ranks).all()
    twice = RunOptions(restarts=2)
    run = generate((8, 10), method=Spectrum(steps=20), seed=3, run=twice)
    config = Spectrum((8, 10), steps=20)
    assert (run.ranks == optimize_spectrum(config, seed=3, run=twice).matrix.ranks).all()


def test_channels_are_one_matrix_each() -> None:
    joint = generate((8, 8), channels=3, seed=1)
    assert [m.ranks.tolist() for m in joint] == [
        m.ranks.tolist() for m in blue_channels((8, 8), seed=1)
    ]
    moved = generate((8, 8), method=Blue(coupling="shifted"), channels=2, seed=1)
    assert (moved[0].ranks == generate((8, 8), seed=1).ranks).all()


def test_what_a_method_does_not_support_is_one_sentence(tmp_path: Path) -> None:
    asked: list[tuple[str, dict[str, Any]]] = [
        ("anneal does not support channels; blue does", {"method": "anneal", "channels": 3}),
        ("blue does not support restarts; anneal and spectrum do", {"run": RunOptions(restarts=2)}),
        ("blue does not support jobs", {"run": RunOptions(jobs=2)}),
        (
            "void-and-cluster does not support checkpoints",
            {"method": "void-and-cluster", "run": RunOptions(tmp_path / "run.npz")},
        ),
        ("channels is 5; it must be a whole number from 2 to 4", {"channels": 5}),
    ]
    for sentence, options in asked:
        with pytest.raises(InputError, match=sentence):
            generate((8, 8), **options)
    with pytest.raises(InputError, match="do not go together"):
        generate((4, 8, 8), channels=3)
    with pytest.raises(InputError, match="needs a shape with frames"):
        generate((8, 8), method=Blue(viewing=FRAMES))
    for options in ({"levels": 2}, {"level_weights": (1.0, -1.0)}):
        with pytest.raises(InputError):
            generate((8, 8), method=Blue(**options))  # pyright: ignore[reportArgumentType] -- mistakes


def test_matrices_of_a_loss_are_stacked_by_hand(tmp_path: Path) -> None:
    def loss(values: Any, patterns: Any, levels: Any) -> Any:
        return ((patterns.mean(axis=2) - levels[:, None]) ** 2).mean()

    for what, keywords in {"frames": {"shape": (2, 8, 8)}, "channels": {"channels": 3}}.items():
        with pytest.raises(InputError, match=f"without {what}; make one for each with a seed"):
            generate(**{"shape": (8, 8), "loss": loss, **keywords})
    # What the sentence advises.
    made = [generate((8, 9), seed=seed) for seed in range(5)]
    np.save(tmp_path / "rgb.npy", np.stack([each.thresholds for each in made[:3]], axis=-1))
    np.save(tmp_path / "frames.npy", np.stack([each.thresholds for each in made], axis=0))
    channels = as_matrices(tmp_path / "rgb.npy")
    assert [each.ranks.tolist() for each in channels] == [each.ranks.tolist() for each in made[:3]]
    (frames,) = as_matrices(tmp_path / "frames.npy")
    for frame, each in zip(frames.ranks, made, strict=True):
        assert (frame.argsort(axis=None) == each.ranks.argsort(axis=None)).all()
