"""Checkpoints: stop a long run and resume it with a byte-identical result."""

import ast
import json
import time
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, TypeVar

import numpy as np

from dither.errors import InputError
from dither.files.atomic import atomic_write, check_writable
from dither.files.safe_open import safe_open
from dither.wording import sides_text

# Seconds between checkpoints, against a crash or a power cut.
_INTERVAL = 30.0

# Bytes that the file may hold in addition to each array, and at most for the description of the run.
_OVERHEAD = 1 << 16

# The options that decide about the facts of a run, those first that decide about others too.
_OPTIONS = {
    "method": "--method",
    "values": "--values",
    "shape": "shape",
    "seed": "--seed",
    "channels": "--channels",
    "levels": "--levels",
    "level_weights": "--level-weights",
    "losses": "--loss",
    "pair_weight": "--pair-weight",
    "viewing": "--viewing-filter, or option of frames or channels",
    "rounds": "--steps",
    "steps": "--steps",
    "fine_tune_steps": "--fine-tune-steps",
    "random_weights": "--random-weights",
    "target": "--cutoff",
    "weights": "weight, such as --histogram-weight",
    "optimizer": "--optimizer or --learning-rate",
    "distribution": "--distribution",
    "restarts": "--restarts",
    "jax": "version of JAX",
}
_SHOWN = (
    *("method", "shape", "seed", "channels", "levels", "pair_weight", "steps", "fine_tune_steps"),
    *("restarts", "jax"),
)

State = TypeVar("State")
Info = TypeVar("Info")


class Checkpoint:
    """Checkpoint file of one run.

    Args:
        path: the file, or None to keep nothing.
        run: option names and values; the file of a run with other options is refused.

    Raises:
        InputError: the folder does not exist or cannot be written.
    """

    def __init__(self, path: Path | str | None, run: Mapping[str, object]) -> None:
        self.path = None if path is None else Path(path)
        self.run = {name: repr(value) for name, value in run.items()}
        if self.path is not None:
            check_writable(self.path)

    def save(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Write the arrays and the run's options atomically."""
        if self.path is not None:
            with atomic_write(self.path) as file:
                np.savez(file, allow_pickle=False, run=np.array(json.dumps(self.run)), **arrays)

    def load(self, like: Mapping[str, np.ndarray]) -> dict[str, np.ndarray] | None:
        """Return the saved arrays of this run, or None if there is no file.

        Args:
            like: arrays with the names, shapes and dtypes of the run.

        Raises:
            InputError: the file is no checkpoint, is damaged, or belongs to another run.
        """
        if self.path is None or not self.path.exists():
            return None
        sizes = {name: array.nbytes for name, array in like.items()}
        try:
            with safe_open(self.path) as file:
                readable = _readable_members(file, sizes | {"run": 0})
                with np.load(file, allow_pickle=False) as stored:
                    run = dict(json.loads(str(stored["run"]))) if "run" in readable else {}
                    arrays = {name: stored[name] for name in like if name in readable}
        except InputError:
            raise
        # A damaged archive raises any exception of its decoders.
        except Exception as error:
            raise InputError(f"{self.path} is not a checkpoint of this program") from error
        others = {name for name in {*run, *self.run} if run.get(name) != self.run.get(name)}
        if others:
            raise InputError(
                f"the checkpoint {self.path} is of another run: {_difference(others, run, self.run)}; "
                "remove the file or give the same options"
            )
        for name, array in like.items():
            saved = arrays.get(name)
            # numpy returns members without an array header as bytes.
            if (
                not isinstance(saved, np.ndarray)
                or saved.shape != array.shape
                or saved.dtype != array.dtype
            ):
                raise InputError(
                    f"{self.path} is damaged: its arrays do not fit the run that it names"
                )
        return arrays

    def follow(
        self,
        trajectory: Callable[[State], Iterator[tuple[State, Info]]],
        state: State,
        pack: Callable[[State], dict[str, np.ndarray]],
        unpack: Callable[[dict[str, np.ndarray]], State],
        report: Callable[[State, Info], None],
    ) -> State:
        """Resume or start a run, carry it to its end, and save the state every half minute.

        Args:
            trajectory: yields the states after a given one, each with its info.
            state: where the run starts if nothing is saved.
            pack: returns a state's arrays by name.
            unpack: inverse of `pack`.
            report: called with each state and info; may raise KeyboardInterrupt.

        Returns:
            The last state.

        Raises:
            InputError: see `load`.
            KeyboardInterrupt: passed on after the latest state is saved.
        """
        arrays = self.load(pack(state))
        if arrays is not None:
            state = unpack(arrays)
        saved_at = time.monotonic()
        try:
            for state, info in trajectory(state):  # noqa: B020 -- starts from the old `state`
                report(state, info)
                if time.monotonic() - saved_at > _INTERVAL:
                    self.save(pack(state))
                    saved_at = time.monotonic()
        except KeyboardInterrupt:
            self.save(pack(state))
            raise
        return state


def _difference(others: Collection[str], saved: Mapping[str, str], given: Mapping[str, str]) -> str:
    """Return what differs between two runs, by the name of an option that decides about it."""
    name = next((each for each in _OPTIONS if each in others), None)
    if name is None:
        return "it was made by another version of the method"
    if name not in _SHOWN or not {name} <= saved.keys() & given.keys():
        return f"it was started with another {_OPTIONS[name]}"
    values = [_shown(each[name]) for each in (saved, given)]
    return f"its {_OPTIONS[name]} is {values[0]}, not {values[1]}"


def _shown(text: str) -> str:
    """Return a value, from its text in Python, as people write it."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
    return sides_text(value) if isinstance(value, tuple | list) else str(value)


def _readable_members(file: BinaryIO, sizes: Mapping[str, int]) -> set[str]:
    """Return the members of about the expected size; a forged file could unpack to gigabytes."""
    with zipfile.ZipFile(file) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
    file.seek(0)
    if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries.values()):
        raise ValueError("checkpoints are written without compression")
    return {
        name
        for name, size in sizes.items()
        if f"{name}.npy" in entries and entries[f"{name}.npy"].file_size <= size + _OVERHEAD
    }


def to_arrays(states: object) -> dict[str, np.ndarray]:
    """Return the leaves of a tree of JAX arrays by name, random keys as their data."""
    import jax

    return {
        f"leaf_{index}": np.asarray(jax.random.key_data(leaf) if _is_key(leaf) else leaf)
        for index, leaf in enumerate(jax.tree.leaves(states))
    }


def from_arrays(like: State, arrays: Mapping[str, np.ndarray]) -> State:
    """Invert `to_arrays` for a tree with the structure of `like`."""
    import jax
    import jax.numpy as jnp

    leaves, structure = jax.tree.flatten(like)
    loaded = [jnp.asarray(arrays[f"leaf_{index}"]) for index in range(len(leaves))]
    return jax.tree.unflatten(
        structure,
        [
            jax.random.wrap_key_data(array) if _is_key(leaf) else array
            for leaf, array in zip(leaves, loaded, strict=True)
        ],
    )


def _is_key(leaf: object) -> bool:
    import jax

    return jax.numpy.issubdtype(leaf.dtype, jax.dtypes.prng_key)  # pyright: ignore[reportAttributeAccessIssue] -- a leaf is an array
