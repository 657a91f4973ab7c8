import zipfile
from pathlib import Path

import numpy as np
import pytest

from bluenoise.methods import spectrum
from bluenoise.methods.spectrum import Adam, GradientDescent, Momentum, Spectrum
from bluenoise.runs.checkpoint import Checkpoint
from bluenoise.runs.options import RunOptions
from dither.errors import InputError

RUN = {"seed": 3, "shape": (4, 5)}
ARRAYS = {"values": np.arange(20.0).reshape(4, 5), "round": np.array(7)}


@pytest.mark.parametrize("rule", [Adam(), Momentum(), GradientDescent()])
def test_a_stopped_descent_ends_with_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: Adam | Momentum | GradientDescent
) -> None:
    monkeypatch.setattr(spectrum, "_LONGEST_CHUNK", 8)
    config = Spectrum((12, 20), optimizer=rule, steps=60, fine_tune_steps=20)
    whole = spectrum.optimize_spectrum(config, seed=5, run=RunOptions(restarts=2))
    path = tmp_path / "run.npz"

    def interrupt(share: float, word: str) -> None:
        if round(share * 80) in (24, 72):
            raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            spectrum.optimize_spectrum(
                config, seed=5, run=RunOptions(path, restarts=2, on_progress=interrupt)
            )
        assert path.exists()
    seen: list[float] = []
    watched = RunOptions(path, restarts=2, on_progress=lambda share, _: seen.append(share))
    resumed = spectrum.optimize_spectrum(config, seed=5, run=watched)
    assert seen == [1.0]
    assert resumed.values.tobytes() == whole.values.tobytes()
    assert (resumed.scores == whole.scores).all()


def test_arrays_come_back(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "run.npz", RUN)
    assert checkpoint.load(ARRAYS) is None
    checkpoint.save(ARRAYS)
    restored = checkpoint.load(ARRAYS)
    assert restored is not None
    assert (restored["values"] == ARRAYS["values"]).all()
    assert restored["round"] == 7


def test_a_checkpoint_of_another_run_is_named(tmp_path: Path) -> None:
    Checkpoint(tmp_path / "run.npz", RUN).save(ARRAYS)
    with pytest.raises(InputError, match="its --seed is 3, not 4"):
        Checkpoint(tmp_path / "run.npz", {**RUN, "seed": 4}).load(ARRAYS)
    with pytest.raises(InputError, match="do not fit"):
        Checkpoint(tmp_path / "run.npz", RUN).load({"values": np.zeros((5, 4))})


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"seed": 4}, "its --seed is 3, not 4;"),
        ({"shape": (5, 4)}, "its shape is 4x5, not 5x4;"),
        ({"shape": [4, 5]}, "its shape is 4x5, not 4x5;"),
        (
            {"viewing": "Gaussian(1.5)", "radius": 3},
            "another --viewing-filter, or option of frames",
        ),
        ({"levels": 4, "viewing": "Gaussian(1.5)"}, "it was started with another --levels;"),
        ({"level_weights": (1.0, 2.0)}, "it was started with another --level-weights;"),
        ({"radius": 3}, "it was made by another version of the method;"),
    ],
)
def test_the_option_of_another_run_is_named(
    tmp_path: Path, changed: dict[str, object], words: str
) -> None:
    path = tmp_path / "run.npz"
    Checkpoint(path, RUN).save(ARRAYS)
    with pytest.raises(InputError) as refused:
        Checkpoint(path, {**RUN, **changed}).load(ARRAYS)
    assert words in str(refused.value)


def test_damage_is_one_sentence(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "run.npz", RUN)
    checkpoint.save(ARRAYS)
    assert checkpoint.path is not None
    whole = checkpoint.path.read_bytes()
    broken = [b"", b"hello", whole[: len(whole) // 2], whole[:-30]]
    generator = np.random.default_rng(0)
    for place in generator.integers(0, len(whole), 300):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << int(generator.integers(0, 8))
        broken.append(bytes(flipped))
    refused = 0
    for content in broken:
        checkpoint.path.write_bytes(content)
        try:
            checkpoint.load(ARRAYS)
        except InputError as error:
            refused += "\n" not in str(error)
    # Some bits of a zip archive mean nothing.
    assert refused > 200
    for other in ({"run": np.array("[]")}, {"run": np.array("{}")}, {}):
        np.savez(checkpoint.path, **other)  # pyright: ignore[reportArgumentType] -- arrays by name
        with pytest.raises(InputError):
            checkpoint.load(ARRAYS)
    with checkpoint.path.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(InputError, match="not a checkpoint"):
        checkpoint.load(ARRAYS)


def test_what_is_no_array_in_the_archive_is_one_sentence(tmp_path: Path) -> None:
    """Found by fuzzing: a whole archive whose member does not begin as arrays do is read as bytes."""
    checkpoint = Checkpoint(tmp_path / "run.npz", RUN)
    checkpoint.save(ARRAYS)
    assert checkpoint.path is not None
    with zipfile.ZipFile(checkpoint.path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for name in members:
        with zipfile.ZipFile(checkpoint.path, "w") as archive:
            for each, content in members.items():
                archive.writestr(each, content[1:] + b"x" if each == name else content)
        with pytest.raises(InputError, match=r"run\.npz is"):
            checkpoint.load(ARRAYS)


def test_a_missing_folder_is_said_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        Checkpoint(tmp_path / "no" / "run.npz", RUN)


def test_without_a_file_nothing_is_kept(tmp_path: Path) -> None:
    checkpoint = Checkpoint(None, RUN)
    checkpoint.save(ARRAYS)
    assert checkpoint.load(ARRAYS) is None
