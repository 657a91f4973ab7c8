"""One image of a batch, in the process that takes it: whatever happens to it is told, not raised."""

import dataclasses
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dither.cli.pipeline import Job, dither_whole
from dither.console import lacks_memory
from dither.errors import InputError

if TYPE_CHECKING:
    from dither.cli.batch.journal import Stamp
    from dither.cli.pipeline import WholeDithering

# Compiled loops and limits of readers are of a whole process: one image at a time in each.
_ONE_AT_A_TIME = threading.Lock()


class Task(NamedTuple):
    """One image of a batch, and where what becomes of it goes."""

    source: Path
    result: Path


class Outcome(NamedTuple):
    """What became of one image.

    Attributes:
        error: a sentence, if it failed; else `entry`, for --json, and `made`, the result's stamp.
    """

    error: str | None = None
    entry: dict[str, Any] | None = None
    made: "Stamp | None" = None


def outcome(job: Job, dithering: "WholeDithering", task: Task) -> Outcome:
    """Dither one image.

    Args:
        job: of the whole batch.
        dithering: how.
        task: which image.
    """
    from dither.cli.batch.journal import Stamp

    placing = dataclasses.replace(job.placing, output=task.result, output_dir=None, name=None)
    one = dataclasses.replace(job, images=[task.source], placing=placing)
    try:
        with _ONE_AT_A_TIME:
            task.result.parent.mkdir(parents=True, exist_ok=True)
            report = dither_whole(one, dithering)
        entry = report["images"][0]
        if "palettes" in report:
            entry["palette"] = report["palettes"][0]
        return Outcome(entry=entry, made=Stamp.of(task.result))
    except InputError as error:
        return Outcome(str(error))
    except OSError as error:
        return Outcome(f"cannot write {task.result}: {error.strerror or error}")
    except Exception as error:  # of this program, but the other images are not to blame
        if lacks_memory(error):
            return Outcome(f"{task.source} takes more memory than there is")
        return Outcome(f"{task.source}: a fault of this program, {type(error).__name__}: {error}")


def lost(task: Task) -> Outcome:
    """What is told of an image that is given up."""
    return Outcome(
        f"{task.source}: every process that took it died; memory may be short, and fewer --jobs take "
        "less"
    )
