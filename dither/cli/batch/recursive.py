"""Dither the images of a folder on all processors; each result is written as soon as it is done."""

import contextlib
import dataclasses
import functools
import os
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dither.cli.batch.discover import Discovered, Pair, as_layers, discover
from dither.cli.batch.fingerprint import fingerprint
from dither.cli.batch.journal import Journal, Origin, Stamp, open_journal
from dither.cli.batch.worker import Outcome, dither_one, lost
from dither.cli.job import Job
from dither.cli.options import STREAM, Batch
from dither.cli.outputs import check_suffix, result_name
from dither.cli.place import check_place, has_result_last
from dither.cli.result_files import check_raw
from dither.cli.target import Target
from dither.console.messages import log, stop
from dither.console.progress import progress_bar
from dither.errors import InputError
from dither.files.atomic import created_folder
from dither.files.safe_open import read_file
from dither.images.animation import ANIMATED_SUFFIXES
from dither.version import installed_version
from dither.wording import counted

if TYPE_CHECKING:
    from dither.cli.dithered_frames import Dithering


def dither_folder(
    job: Job,
    target: Target,
    dithering: "Dithering",
    batch: Batch,
    check: Callable[[], None] | None = None,
    *,
    layers: bool = False,
) -> dict[str, Any]:
    """Dither the images of a folder and its subfolders.

    Args:
        job: one input folder, one output folder, and the preparation.
        target: levels or palette.
        dithering: dithers one frame, or one image or animation; it can be pickled.
        batch: processes or a scheduler.
        check: raises an InputError on machines that cannot do the work, as in
            `dither.parallel.run_tasks`.
        layers: the images are layers of a volume: those in subfolders are left out, and the frames of
            the matrix follow each other in the natural order of the names.

    Returns:
        The report for --json: "images" made in this run, the number already "up_to_date", and those
        that "failed", with the reason.

    Raises:
        InputError: options conflict, the folders cannot be read or written, another batch works there,
            there is no image, or `check` raises it.
    """
    folder, results = _folders(job, batch)
    template = job.name or ("{stem}.bin" if job.packed else "{stem}.png")
    example = results / result_name(template, Path("x"))
    check_suffix(example, job, target.panel)
    check_raw(job, target, [example])
    found = discover(folder, results, functools.partial(result_name, template))
    found = as_layers(found) if layers else found
    skipped = found.skipped_sentence()
    if not found.pairs and not found.refused:
        raise InputError(f"{folder} holds no images. {skipped}".rstrip(". "))
    if layers and results.suffix.lower() in ANIMATED_SUFFIXES and not results.is_dir():
        raise InputError(
            f"{folder} is a folder, whose images need a folder as output, not {results}; --fps 12 "
            "makes one clip of them"
        )
    options = fingerprint(
        (
            *(installed_version(), target, dithering, job.preparation_in(target.frame)),
            *(job.scale, job.packed, job.no_color_management),
            *(() if job.mask is None else (read_file(job.mask),)),
            *(("line art",) if job.line_art else ()),
            *(() if job.alpha is None else (f"alpha {job.alpha}",)),
        )
    )
    with created_folder(results), open_journal(results) as journal:
        plan = _plan(found, folder, results, journal, options, job.force)
        work = functools.partial(
            dither_one,
            dataclasses.replace(job, force=True, quiet=True, json_output=False),
            target,
            dithering,
        )
        made = _run(work, plan, journal, results, batch, check, job.quiet)
    if skipped:
        log(skipped, quiet=job.quiet)
    for _, sentence in sorted(plan.failed.items()):
        log(f"failed: {' '.join(sentence.split())}")
    log(
        f"{folder} -> {results}: {len(made)} dithered, {plan.done} already up to date, "
        f"{len(plan.failed)} failed",
        quiet=job.quiet,
    )
    return {
        **({"levels": target.levels} if target.levels else {}),
        **({"panel": target.panel.name} if target.panel else {}),
        "images": made,
        "up_to_date": plan.done,
        "failed": [{"input": path, "error": text} for path, text in sorted(plan.failed.items())],
        "skipped": found.skipped,
    }


def _folders(job: Job, batch: Batch) -> tuple[Path, Path]:
    """Return the folder of the images and that of the results."""
    if len(job.images) != 1 or not job.images[0].is_dir():
        given = job.images[0] if len(job.images) == 1 else f"{len(job.images)} inputs"
        hint = ""
        if job.output is job.output_dir is None and has_result_last(job, recursive=True):
            last = job.images[-1]
            hint = f"; to write into {last}: --output-dir {shlex.quote(str(last))}"
        raise InputError(f"--recursive takes one folder of images, not {given}{hint}")
    check_place(job)
    folder, results = job.images[0], job.output or job.output_dir
    assert results is not None
    if results == STREAM:
        raise InputError("--recursive needs a folder as --output, not -")
    clip = results.suffix.lower() in ANIMATED_SUFFIXES and not batch.recursive
    if (
        results.exists()
        and not (clip and results.is_file())
        and (not results.is_dir() or results.samefile(folder))
    ):
        kind = "the input folder" if results.is_dir() else "a file"
        raise InputError(f"--recursive needs another folder as --output; {results} is {kind}")
    # Workers of a scheduler have other working folders.
    return (folder.absolute(), results.absolute()) if batch.scheduler else (folder, results)


@dataclasses.dataclass
class _Plan:
    """The images of a batch by what has to be done.

    Attributes:
        todo: images to dither, each with the origin of its result.
        done: number of results already up to date.
        failed: sentences by the path of the image.
    """

    todo: list[tuple[Pair, Origin]]
    done: int
    failed: dict[str, str]


def _plan(
    found: Discovered, folder: Path, results: Path, journal: Journal, options: str, force: bool
) -> _Plan:
    real_folder = Path(os.path.realpath(folder))
    plan = _Plan([], 0, {str(path): sentence for path, sentence in found.refused.items()})
    for pair in found.pairs:
        task = Pair(folder / pair.source, results / pair.result, pair.frame)
        name, stamp = str(pair.result), None
        with contextlib.suppress(OSError):
            stamp = Stamp.of(task.result)
        try:
            # A layer is dithered again if another one comes before it.
            used = f"{options}-{pair.frame}" if pair.frame else options
            origin = Origin(str(real_folder / pair.source), Stamp.of(task.source), used)
        except OSError as error:
            plan.failed[str(task.source)] = f"cannot read {task.source}: {error.strerror or error}"
            continue
        if journal.is_done(name, origin, stamp):
            plan.done += 1
        elif task.result.is_dir():
            plan.failed[str(task.source)] = f"{task.source}: {task.result} is a folder"
        elif stamp is None or force or journal.is_ours(name, origin.source, stamp):
            plan.todo.append((task, origin))
        else:
            plan.failed[str(task.source)] = (
                f"{task.source}: {task.result} was made or changed by something else; give --force to "
                "overwrite it"
            )
    return plan


def _run(
    work: Callable[[Pair], Outcome],
    plan: _Plan,
    journal: Journal,
    results: Path,
    batch: Batch,
    check: Callable[[], None] | None,
    quiet: bool,
) -> list[dict[str, Any]]:
    """Dither the images of a plan; return their entries for --json."""
    from dither.parallel import run_tasks

    entries: list[dict[str, Any]] = []
    answered, total = 0, len(plan.todo)

    def tasks() -> Iterator[Pair]:
        for task, origin in plan.todo:
            journal.begin(str(task.result.relative_to(results)), origin)
            yield task

    try:
        with progress_bar("dither", None, quiet) as on_progress:

            def show() -> None:
                failed = f", {len(plan.failed)} failed" if plan.failed else ""
                on_progress(answered / max(1, total), f"{answered} of {total}{failed}")

            for number, outcome in run_tasks(
                work,
                tasks(),
                jobs=batch.jobs,
                scheduler=batch.scheduler,
                on_lost=lost,
                poll=show,
                check=check,
            ):
                answered += 1
                task, origin = plan.todo[number]
                if outcome.entry is not None and outcome.made is not None:
                    journal.end(str(task.result.relative_to(results)), origin, outcome.made)
                    entries.append(outcome.entry)
                else:
                    plan.failed[str(task.source)] = str(outcome.error)
                show()
    except KeyboardInterrupt:
        raise stop(
            f"{answered} of {counted(total, 'image')} are done. Run the same command to resume."
        ) from None
    return sorted(entries, key=lambda entry: entry["input"])
