"""Dither one image of a batch in a worker process; errors are returned, not raised."""

import dataclasses
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from dither.cli.batch.discover import Pair
from dither.cli.batch.journal import Stamp
from dither.cli.pipeline import dither_images
from dither.console.run import lacks_memory
from dither.errors import InputError

if TYPE_CHECKING:
    from dither.cli.dithered_frames import Dithering
    from dither.cli.job import Job
    from dither.cli.target import Target

# Compiled loops and the limits of image readers belong to a process: one image at a time in each.
_ONE_AT_A_TIME = threading.Lock()


class Outcome(NamedTuple):
    """The result of one pair.

    Attributes:
        error: a sentence, if the image failed.
        entry: otherwise, the image's entry for --json.
        made: and the stamp of the result file.
    """

    error: str | None = None
    entry: dict[str, Any] | None = None
    made: Stamp | None = None


def dither_one(job: "Job", target: "Target", dithering: "Dithering", pair: Pair) -> Outcome:
    """Dither one image with the options of the whole batch."""
    job = dataclasses.replace(
        job, images=[pair.source], output=pair.result, output_dir=None, name=None
    )
    try:
        with _ONE_AT_A_TIME:
            pair.result.parent.mkdir(parents=True, exist_ok=True)
            report = dither_images(job, target, dithering, first_frame=pair.frame)
        entry = report["images"][0]
        if "palettes" in report:
            entry["palette"] = report["palettes"][0]
        return Outcome(entry=entry, made=Stamp.of(pair.result))
    except InputError as error:
        return Outcome(str(error))
    except OSError as error:
        return Outcome(f"cannot write {pair.result}: {error.strerror or error}")
    except Exception as error:  # a bug, which must not stop the other images
        if lacks_memory(error):
            return Outcome(f"{pair.source} takes more memory than there is")
        return Outcome(f"{pair.source}: a bug in this program, {type(error).__name__}: {error}")


def lost(pair: Pair) -> Outcome:
    """Return the outcome of an image whose worker processes all died."""
    return Outcome(
        f"{pair.source}: every process that took it died; memory may be short, and fewer --jobs take "
        "less"
    )
