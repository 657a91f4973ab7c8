"""Options of a long run, and the range of seeds."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

import numpy as np

from dither.errors import InputError
from dither.progress import OnProgress, no_progress


@dataclass(frozen=True)
class RunOptions:
    """Options of a long run. Only `restarts` changes the result.

    Attributes:
        checkpoint: file to resume from if it exists; written every half minute and when the run is
            stopped. None keeps nothing.
        restarts: independent runs of a gradient descent, at least 1, of which the best is kept; None
            for the method's default.
        jobs: processes of this machine that share the restarts, at least 1; None runs all restarts
            together in this process.
        scheduler: address of a Dask scheduler whose machines share the restarts.
        on_progress: see `dither.progress.OnProgress`.

    Raises:
        InputError: restarts is below 1, or a checkpoint is combined with jobs or a scheduler.
    """

    checkpoint: Path | str | None = None
    restarts: int | None = None
    jobs: int | None = None
    scheduler: str | None = None
    on_progress: OnProgress = no_progress

    def __post_init__(self) -> None:
        if self.restarts is not None and self.restarts < 1:
            raise InputError(f"restarts is {self.restarts}; it must be at least 1")
        if self.checkpoint is not None and self.distributed:
            raise InputError(
                "a checkpoint holds restarts of one process; leave out jobs and scheduler, or the "
                "checkpoint"
            )

    @property
    def distributed(self) -> bool:
        """Whether restarts are shared by several processes or machines."""
        return self.jobs is not None or self.scheduler is not None


def check_seed(seed: int) -> None:
    """Raise InputError if the seed does not fit 32 bits."""
    if not is_whole(seed) or not 0 <= seed < 1 << 32:
        raise InputError(f"seed is {seed!r:.80}; it must be from 0 to {(1 << 32) - 1}")


def is_whole(number: object) -> TypeGuard[int]:
    """Return whether an argument is a whole number; True and False are none.

    Example:
        >>> is_whole(2), is_whole(2.0), is_whole(True)
        (True, False, False)
    """
    return isinstance(number, int | np.integer) and not isinstance(number, bool)
