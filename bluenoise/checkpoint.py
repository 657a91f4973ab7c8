"""A run of the optimizer that can be stopped and gone on with, ending with the same bytes."""

import dataclasses
import json
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from bluenoise.optimize import OptimizeConfig, Result, State, finish, start, trajectory
from dither.errors import InputError
from dither.files import check_writable, replacing

# Seconds between checkpoints written on the way, against a crash or a power cut.
_INTERVAL = 30.0


def optimize_resumably(
    config: OptimizeConfig,
    *,
    seed: int = 0,
    restarts: int = 1,
    checkpoint: Path | str | None = None,
    on_progress: Callable[[int, float], None] = lambda done, loss: None,
) -> Result:
    """`optimize` that goes on from a checkpoint, if there is one, and leaves one when stopped.

    Args:
        config: what to make.
        seed: any integer from 0 to 2^32 - 1.
        restarts: independent runs at once, of which the best is kept.
        checkpoint: read if it exists; written every half minute and on KeyboardInterrupt; removed by
            `discard` once the caller has kept the result.
        on_progress: called with the steps done and the lowest loss of the restarts.

    Raises:
        InputError: the checkpoint is of another run, is damaged, or cannot be written.
        KeyboardInterrupt: passed on after the checkpoint is written.
    """
    states = start(config, seed, restarts)
    if checkpoint is not None:
        check_writable(checkpoint)
        if Path(checkpoint).exists():
            states = load(checkpoint, config, seed, states)
    saved_at = time.monotonic()
    try:
        for latest, infos in trajectory(config, states):
            states = latest
            on_progress(int(states.step[0]), float(jnp.nanmin(infos.loss[-1])))
            if checkpoint is not None and time.monotonic() - saved_at > _INTERVAL:
                save(checkpoint, config, seed, states)
                saved_at = time.monotonic()
    except KeyboardInterrupt:
        if checkpoint is not None:
            save(checkpoint, config, seed, states)
        raise
    return finish(config, states)


def discard(checkpoint: Path | str | None) -> None:
    """Remove the checkpoint of a run whose result is safe."""
    if checkpoint is not None:
        Path(checkpoint).unlink(missing_ok=True)


def save(path: Path | str, config: OptimizeConfig, seed: int, states: State) -> None:
    """Write the states and what run they belong to, whole or not at all.

    Raises:
        InputError: the folder does not exist or cannot be written.
    """
    leaves = [np.asarray(_plain(leaf)) for leaf in jax.tree.leaves(states)]
    arrays = {f"leaf_{index}": leaf for index, leaf in enumerate(leaves)}
    run = json.dumps(_description(config, seed, len(states.values)))
    with replacing(path) as file:
        np.savez(file, allow_pickle=False, run=np.array(run), **arrays)


def load(path: Path | str, config: OptimizeConfig, seed: int, like: State) -> State:
    """Read the states of this very run.

    Args:
        path: what `save` wrote.
        config: the run that is to go on.
        seed: its seed.
        like: states of the same run, for their structure.

    Raises:
        InputError: the file is no checkpoint, is damaged, or belongs to another run.
    """
    leaves, structure = jax.tree.flatten(like)
    try:
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as stored:
            run = json.loads(str(stored["run"]))
            arrays = [stored[f"leaf_{index}"] for index in range(len(leaves))]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"{path} is not a checkpoint of this program") from error
    for name, wanted in _description(config, seed, len(like.values)).items():
        if run.get(name) != wanted:
            raise InputError(
                f"the checkpoint {path} is of another run: {name} is {run.get(name)} there and "
                f"{wanted} here; remove the file or give the same options"
            )
    for leaf, array in zip(leaves, arrays, strict=True):
        if _plain(leaf).shape != array.shape or _plain(leaf).dtype != array.dtype:
            raise InputError(f"{path} is damaged: its arrays do not fit the run it names")
    restored = [
        jax.random.wrap_key_data(jnp.asarray(array)) if _is_key(leaf) else jnp.asarray(array)
        for leaf, array in zip(leaves, arrays, strict=True)
    ]
    return jax.tree.unflatten(structure, restored)


def _description(config: OptimizeConfig, seed: int, restarts: int) -> dict[str, str]:
    fields = {field.name: repr(getattr(config, field.name)) for field in dataclasses.fields(config)}
    return {**fields, "seed": repr(seed), "restarts": repr(restarts), "jax": jax.__version__}


def _is_key(leaf: Array) -> bool:
    return jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def _plain(leaf: Array) -> Array:
    return jax.random.key_data(leaf) if _is_key(leaf) else leaf
