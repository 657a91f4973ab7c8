import dataclasses
from pathlib import Path

import numpy as np
import pytest

from bluenoise.methods.swaps import SwapConfig
from bluenoise.runs.options import RunOptions
from bluenoise.values import generate_vectors as module
from bluenoise.values.evaluate_vectors import evaluate_vectors
from bluenoise.values.generate_vectors import FRAMES, default_swaps, generate_vectors
from bluenoise.values.importance import ggx_values, point_values
from bluenoise.values.value_set import SPACES, ValueSet, value_set
from dither.errors import InputError
from dither.metrics.viewing import Box, Gaussian


@pytest.fixture(autouse=True)
def _few_swaps(monkeypatch: pytest.MonkeyPatch) -> None:
    def few(shape: tuple[int, ...], viewing: object, values: ValueSet) -> SwapConfig:
        found = default_swaps(shape, viewing, values)  # pyright: ignore[reportArgumentType]
        return dataclasses.replace(found, proposals=32, rounds=4)

    monkeypatch.setattr(module, "default_swaps", few)


@pytest.mark.parametrize("space", SPACES)
def test_every_frame_holds_each_value_once(space: str) -> None:
    shape = (3, 6, 10) if space in ("scalar", "cosine") else (6, 10)
    made = generate_vectors(shape, values=space, seed=2)
    held = value_set(space, 60)
    whole = held.values
    if held.density is not None:
        whole = np.concatenate([whole, held.density[:, None]], axis=1)
    assert made.dtype == np.float32
    assert made.shape == (*(1, *shape)[-3:], whole.shape[1])
    expected = whole[np.lexsort(whole.T)]
    for frame in made.reshape(len(made), 60, -1):
        assert (frame[np.lexsort(frame.T)] == expected).all()
    assert (made == generate_vectors(shape, values=space, seed=2)).all()
    assert (made != generate_vectors(shape, values=space, seed=3)).any()


def test_few_swaps_are_far_better_than_white_noise() -> None:
    made = generate_vectors((16, 16), values="vec2", viewing=Box(3))
    assert evaluate_vectors(made).error_db["half-spaces"]["box:3"] < -1.5


def test_a_stopped_run_ends_with_the_same_bytes(tmp_path: Path) -> None:
    whole = generate_vectors((12, 12), values="disk", seed=4)
    path = tmp_path / "run.npz"

    def interrupt(share: float, word: str) -> None:
        if share == 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate_vectors(
            (12, 12), values="disk", seed=4, run=RunOptions(path, on_progress=interrupt)
        )
    seen: list[float] = []
    watched = RunOptions(path, on_progress=lambda share, _: seen.append(share))
    resumed = generate_vectors((12, 12), values="disk", seed=4, run=watched)
    assert seen == [0.75, 1.0]
    assert resumed.tobytes() == whole.tobytes()
    with pytest.raises(InputError, match="it was started with another --values"):
        generate_vectors((12, 12), values="vec2", seed=4, run=RunOptions(path))


def test_a_checkpoint_that_holds_a_value_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"

    def interrupt(share: float, word: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate_vectors((4, 4), run=RunOptions(path, on_progress=interrupt))
    with np.load(path) as stored:
        arrays = dict(stored)
    arrays["indices"][0, 0, 0] = arrays["indices"][0, 0, 1]
    np.savez(path, **arrays)
    with pytest.raises(InputError, match="each value once"):
        generate_vectors((4, 4), run=RunOptions(path))


def test_values_of_ones_own_and_their_density_are_kept() -> None:
    lobe = ggx_values(0.4, 64)
    assert generate_vectors((8, 8), values=lobe).shape == (1, 8, 8, 4)
    held = point_values(np.array([[0.0, 1.0], [1.0, 0.5], [0.2, 0.2]]), 12)
    made = generate_vectors((3, 4), values=held)
    assert (np.sort(made.reshape(12, 2), axis=0) == np.sort(held.values, axis=0)).all()


def test_what_cannot_be_made_is_refused() -> None:
    with pytest.raises(InputError, match="64 values for the 16 cells"):
        generate_vectors((4, 4), values=value_set("vec2", 64))
    with pytest.raises(InputError, match="no space of values"):
        generate_vectors((4, 4), values="vec5")
    with pytest.raises(InputError, match="needs a shape with frames"):
        generate_vectors((4, 4), viewing=FRAMES)
    with pytest.raises(InputError, match="seed"):
        generate_vectors((4, 4), seed=-1)


@pytest.mark.parametrize("shape", [(64,), (0, 4), (4, 1), (0, 4, 4), (2, 2, 4, 4)])
def test_a_shape_that_is_none_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="give rows and columns"):
        generate_vectors(shape)


def test_settings_suit_the_shape() -> None:
    held = value_set("vec2", 16)
    assert default_swaps((4, 4), None, held).viewing == Gaussian(1.0)
    assert default_swaps((2, 4, 4), None, held).viewing == FRAMES
    assert default_swaps((2, 4, 4), Box(3), held).viewing.space == Box(3)  # pyright: ignore
    assert default_swaps((4, 4), None, value_set("scalar", 16)).hottest == 0
