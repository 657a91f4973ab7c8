"""Check that a job says where its results go; without -o, tell which option its last word lacks."""

import dataclasses
import os
import shlex
from typing import TYPE_CHECKING

from dither.cli.job import Job
from dither.cli.options import STREAM
from dither.cli.outputs import plan_outputs
from dither.errors import InputError

if TYPE_CHECKING:
    from dither.panels.panel import Panel


def check_place(job: Job, panel: "Panel | None" = None) -> None:
    """Check that a job says where its results go.

    Args:
        job: the inputs and the places of the results.
        panel: the panel that the results are for, if there is one.

    Raises:
        InputError: it does not, or in two ways.
    """
    if job.output is not None and job.output_dir is not None:
        raise InputError("choose one of --output and --output-dir, not both")
    if job.output is not None or job.output_dir is not None:
        return
    last = job.images[-1]
    if not has_result_last(job, panel):
        raise InputError(
            "say where the result goes: -o FILE, or --output-dir FOLDER for several files"
        )
    name = shlex.quote(str(last))
    if last.is_dir():
        raise InputError(
            f"say where the result goes ({last} is a folder); to write into it: --output-dir {name}"
        )
    raise InputError(
        f"say where the result goes with -o ({last} does not exist); to write it: -o {name}"
    )


def has_result_last(job: Job, panel: "Panel | None" = None, *, recursive: bool = False) -> bool:
    """Return whether the last input may be meant as the place of the results, and would be accepted.

    Args:
        job: the inputs, without a place of the results.
        panel: the panel that the results are for, if there is one.
        recursive: whether the input is a folder of images.
    """
    *images, last = job.images
    if not images or last == STREAM:
        return False
    is_folder = last.is_dir() or (recursive and not last.suffix and not last.exists())
    if recursive:
        is_usable = len(images) == 1 and images[0].is_dir() and is_folder
        return is_usable and os.path.realpath(last) != os.path.realpath(images[0])
    if not is_folder and (len(images) > 1 or last.exists() or not last.parent.is_dir()):
        return False
    if not all(image == STREAM or image.is_file() for image in images):
        return False
    place = {"output_dir" if is_folder else "output": last}
    try:
        plan_outputs(dataclasses.replace(job, images=images, **place), panel)
    except InputError:
        return False
    return True
