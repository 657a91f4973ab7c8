"""Long runs that can be stopped and gone on with, ending with the same bytes."""

import json
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, TypeVar

import numpy as np

from dither.errors import InputError
from dither.files.atomic import atomic_write, check_writable
from dither.files.safe_open import safe_open

# Seconds between checkpoints written on the way, against a crash or a power cut.
_INTERVAL = 30.0

# Bytes that a checkpoint has around those of an array, and at most of what run it is.
_AROUND = 1 << 16

# Called with the share done and a word on how it goes; may raise KeyboardInterrupt to stop the run.
OnProgress = Callable[[float, str], None]

State = TypeVar("State")
Info = TypeVar("Info")


class Checkpoint:
    """The file in which one run is kept, and what that run is.

    Args:
        path: the file, or None to keep nothing.
        run: option names and values; a file of another run is refused.

    Raises:
        InputError: the folder does not exist or cannot be written.
    """

    def __init__(self, path: Path | str | None, run: Mapping[str, object]) -> None:
        self.path = None if path is None else Path(path)
        self.run = {name: repr(value) for name, value in run.items()}
        if self.path is not None:
            check_writable(self.path)

    def save(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Write the arrays and the run that they belong to, whole or not at all."""
        if self.path is not None:
            with atomic_write(self.path) as file:
                np.savez(file, allow_pickle=False, run=np.array(json.dumps(self.run)), **arrays)

    def load(self, like: Mapping[str, np.ndarray]) -> dict[str, np.ndarray] | None:
        """The arrays that were kept of this very run, or None where nothing was.

        Args:
            like: arrays of the names, shapes and dtypes that the run has.

        Raises:
            InputError: the file is no checkpoint, is damaged, or belongs to another run.
        """
        if self.path is None or not self.path.exists():
            return None
        wanted_sizes = {name: array.nbytes for name, array in like.items()}
        try:
            with safe_open(self.path) as file:
                fitting = _fitting(file, wanted_sizes | {"run": 0})
                with np.load(file, allow_pickle=False) as stored:
                    run = dict(json.loads(str(stored["run"]))) if "run" in fitting else {}
                    arrays = {name: stored[name] for name in like if name in fitting}
        except InputError:
            raise
        # A damaged archive raises whatever its decoders happen to raise.
        except Exception as error:
            raise InputError(f"{self.path} is not a checkpoint of this program") from error
        for name, wanted in self.run.items():
            if run.get(name) != wanted:
                raise InputError(
                    f"the checkpoint {self.path} is of another run: {name} is {run.get(name)} there "
                    f"and {wanted} here; remove the file or give the same options"
                )
        for name, array in like.items():
            kept = arrays.get(name)
            # What is no array in the archive is read as bytes.
            if (
                not isinstance(kept, np.ndarray)
                or kept.shape != array.shape
                or kept.dtype != array.dtype
            ):
                raise InputError(f"{self.path} is damaged: its arrays do not fit the run it names")
        return arrays

    def follow(
        self,
        trajectory: Callable[[State], Iterator[tuple[State, Info]]],
        state: State,
        pack: Callable[[State], dict[str, np.ndarray]],
        unpack: Callable[[dict[str, np.ndarray]], State],
        on_progress: Callable[[State, Info], None],
    ) -> State:
        """Walk to the end of a run from where it was left, keeping what is reached every half minute.

        Args:
            trajectory: the states from a given one on, with what is known of each.
            state: where the run starts if nothing was kept of it.
            pack: a state's arrays by name.
            unpack: the inverse of `pack`.
            on_progress: sees each state; may raise KeyboardInterrupt.

        Returns:
            The last state.

        Raises:
            InputError: see `load`.
            KeyboardInterrupt: passed on once the latest state is saved.
        """
        arrays = self.load(pack(state))
        if arrays is not None:
            state = unpack(arrays)
        saved_at = time.monotonic()
        try:
            for state, info in trajectory(state):  # noqa: B020 -- the walk goes on from the state
                on_progress(state, info)
                if time.monotonic() - saved_at > _INTERVAL:
                    self.save(pack(state))
                    saved_at = time.monotonic()
        except KeyboardInterrupt:
            self.save(pack(state))
            raise
        return state


def _fitting(file: BinaryIO, sizes: Mapping[str, int]) -> set[str]:
    """The arrays of about these bytes; packed ones could be a thousand times as large as the file."""
    with zipfile.ZipFile(file) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
    file.seek(0)
    if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries.values()):
        raise ValueError("no run packs its arrays")
    return {
        name
        for name, size in sizes.items()
        if f"{name}.npy" in entries and entries[f"{name}.npy"].file_size <= size + _AROUND
    }


def to_arrays(states: object) -> dict[str, np.ndarray]:
    """The arrays of a tree of JAX arrays, random keys as their data."""
    import jax

    return {
        f"leaf_{index}": np.asarray(jax.random.key_data(leaf) if _is_key(leaf) else leaf)
        for index, leaf in enumerate(jax.tree.leaves(states))
    }


def from_arrays(like: State, arrays: Mapping[str, np.ndarray]) -> State:
    """The inverse of `to_arrays`, for a tree of the same structure."""
    import jax
    import jax.numpy as jnp

    old, structure = jax.tree.flatten(like)
    new = [jnp.asarray(arrays[f"leaf_{index}"]) for index in range(len(old))]
    return jax.tree.unflatten(
        structure,
        [
            jax.random.wrap_key_data(array) if _is_key(leaf) else array
            for leaf, array in zip(old, new, strict=True)
        ],
    )


def _is_key(leaf: object) -> bool:
    import jax

    return jax.numpy.issubdtype(leaf.dtype, jax.dtypes.prng_key)  # pyright: ignore[reportAttributeAccessIssue] -- a leaf is an array
