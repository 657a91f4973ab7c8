from pathlib import Path

import numpy as np
import pytest

from bluenoise import optimize
from bluenoise.checkpoint import discard, load, optimize_resumably, save
from bluenoise.optimize import Adam, GradientDescent, Momentum, OptimizeConfig
from dither.errors import InputError


@pytest.mark.parametrize("rule", [Adam(), Momentum(), GradientDescent()])
def test_a_stopped_run_ends_with_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: Adam | Momentum | GradientDescent
) -> None:
    monkeypatch.setattr(optimize, "_LONGEST_CHUNK", 8)
    config = OptimizeConfig((12, 20), optimizer=rule, steps=60, fine_tune_steps=20)
    whole = optimize.optimize(config, seed=5, restarts=2)
    path = tmp_path / "run.npz"

    def interrupt(done: int, loss: float) -> None:
        if done in (24, 72):
            raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            optimize_resumably(config, seed=5, restarts=2, checkpoint=path, on_progress=interrupt)
        assert path.exists()
    seen: list[int] = []
    resumed = optimize_resumably(
        config, seed=5, restarts=2, checkpoint=path, on_progress=lambda done, _: seen.append(done)
    )
    assert seen == [80]
    assert resumed.values.tobytes() == whole.values.tobytes()
    assert (resumed.scores == whole.scores).all()
    discard(path)
    assert not path.exists()


def test_a_checkpoint_of_another_run_is_named(tmp_path: Path) -> None:
    config = OptimizeConfig((8, 8), steps=20)
    path = tmp_path / "run.npz"
    states = optimize.start(config, 0)
    save(path, config, 0, states)
    with pytest.raises(InputError, match="seed is 0 there and 1 here"):
        load(path, config, 1, states)
    other = OptimizeConfig((8, 8), steps=21)
    with pytest.raises(InputError, match="steps is 20 there and 21 here"):
        optimize_resumably(other, checkpoint=path)


def test_what_is_no_checkpoint_is_named(tmp_path: Path) -> None:
    config = OptimizeConfig((8, 8), steps=20)
    path = tmp_path / "run.npz"
    states = optimize.start(config, 0)
    save(path, config, 0, states)
    whole = path.read_bytes()
    for content in (b"", b"hello", whole[: len(whole) // 2], whole[:-30]):
        path.write_bytes(content)
        with pytest.raises(InputError, match="not a checkpoint"):
            load(path, config, 0, states)
    np.savez(path, run=np.array("{}"))
    with pytest.raises(InputError, match="not a checkpoint"):
        load(path, config, 0, states)


def test_a_missing_folder_is_said_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        optimize_resumably(OptimizeConfig((8, 8)), checkpoint=tmp_path / "no" / "run.npz")
