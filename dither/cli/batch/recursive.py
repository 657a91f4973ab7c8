"""`--recursive`: the images of a folder on all processors, each written as it is done."""

import contextlib
import dataclasses
import functools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from dither.cli.batch.worker import Task, lost, outcome
from dither.cli.outputs import STREAM, Destination, check_ending_of, result_name
from dither.cli.pipeline import Job, check_options, dither_each, each_frame
from dither.console import log, progress_bar
from dither.errors import InputError
from dither.files.atomic import created_folder
from dither.version import installed_version

if TYPE_CHECKING:
    from dither.cli.batch.discover import Discovered
    from dither.cli.batch.journal import Journal, Origin
    from dither.cli.pipeline import Dithering, WholeDithering


def dither_all(
    job: Job,
    dithering: "Dithering",
    *,
    recursive: bool,
    jobs: int | None,
    scheduler: str | None,
    check: Callable[[], None] | None = None,
) -> dict[str, Any]:
    """Dither the images, or with `recursive` those of the one folder; what was done, for --json.

    Args:
        job: what to do.
        dithering: how; of a batch, it can be pickled.
        recursive: whether it is a batch.
        jobs: its processes.
        scheduler: or the scheduler in their place.
        check: what a batch checks first, as `dither_folder`.

    Raises:
        InputError: options do not go together, or as `dither_each`, or the folders of a batch cannot be
            read or written.
    """
    if recursive:
        whole = functools.partial(each_frame, job.target, dithering)
        return dither_folder(job, whole, jobs=jobs, scheduler=scheduler, check=check)
    check_no_batch(job, jobs=jobs, scheduler=scheduler)
    return dither_each(job, dithering)


def check_no_batch(job: Job, *, jobs: int | None, scheduler: str | None) -> None:
    """Refuse what only batches take, where --recursive is not given.

    Raises:
        InputError: there are options or folders of a batch.
    """
    for option, value in {"--jobs": jobs, "--scheduler": scheduler}.items():
        if value is not None:
            raise InputError(
                f"{option} has no effect without --recursive, but for volumes of dither ordered"
            )
    for image in job.images:
        if image.is_dir():
            raise InputError(
                f"cannot read {image}: it is a folder; --recursive takes the images in it"
            )


def end(done: dict[str, Any]) -> None:
    """Exit with code 1 where images of a batch failed."""
    if done.get("failed"):
        raise typer.Exit(1)


def dither_folder(
    job: Job,
    dithering: "WholeDithering",
    *,
    jobs: int | None,
    scheduler: str | None,
    check: Callable[[], None] | None,
) -> dict[str, Any]:
    """Dither the images of a folder and those in it; each is in its place as soon as it is done.

    Args:
        job: what to do.
        dithering: how; it can be pickled, and no image knows of the others.
        jobs: processes at once.
        scheduler: or a Dask scheduler in their place.
        check: refuses, before any work, machines that cannot do it, as in `dither.parallel.run_tasks`.

    Returns:
        What --json tells: "images" made in this run, how many were "done" before, and those that
        "failed", with the reason.

    Raises:
        InputError: options do not go together, the folders cannot be read or written, another batch is
            at work there, there is no image, or what `check` raises.
    """
    from dither.cli.batch.discover import discover
    from dither.cli.batch.fingerprint import fingerprint
    from dither.cli.batch.journal import open_journal

    folder, other = _folders(job, scheduler)
    check_options(job)
    name = job.placing.name or ("{stem}.bin" if job.placing.packed else "{stem}.png")
    sample = other / result_name(name, Path("x"))
    check_ending_of(Destination(sample, sample.suffix), job.placing)
    found = discover(folder, other, functools.partial(result_name, name))
    if not found.pairs and not found.refused:
        raise InputError(f"{folder} holds no images{_passed_over(found)}")
    how = fingerprint(
        (installed_version(), dithering, job.preparation, job.scale, job.placing.packed)
    )
    with created_folder(other), open_journal(other) as journal:
        plan = _plan(found, folder, other, journal, how, job.force)
        made = _worked(job, dithering, plan, journal, other, jobs, scheduler, check)
    for _, sentence in sorted(plan.failed.items()):
        log(f"failed: {' '.join(sentence.split())}")
    log(
        f"{folder} -> {other}: {len(made)} dithered, {plan.done} done before, {len(plan.failed)} "
        f"failed{_passed_over(found)}",
        quiet=job.quiet,
    )
    return {
        **({"levels": job.target.levels} if job.target.levels else {}),
        "images": made,
        "done": plan.done,
        "failed": [{"input": path, "error": text} for path, text in sorted(plan.failed.items())],
        "skipped": found.skipped,
    }


def _folders(job: Job, scheduler: str | None) -> tuple[Path, Path]:
    """The folder of the images and that of the results."""
    placing = job.placing
    if len(job.images) != 1 or not job.images[0].is_dir():
        named = job.images[0] if len(job.images) == 1 else f"{len(job.images)} inputs"
        raise InputError(f"--recursive takes one folder of images, not {named}")
    if (placing.output is None) == (placing.output_dir is None):
        raise InputError("give one of --output and --output-dir")
    other = placing.output or placing.output_dir
    assert other is not None
    if other == STREAM:
        raise InputError("--recursive needs a folder as --output, not -")
    if placing.format is not None:
        raise InputError("--format has no effect with --recursive; --name gives the ending")
    folder = job.images[0]
    if other.exists() and (not other.is_dir() or other.samefile(folder)):
        raise InputError(f"--recursive needs another folder as --output, and {other} is none")
    # Machines of a scheduler have other working folders.
    return (folder.absolute(), other.absolute()) if scheduler else (folder, other)


@dataclasses.dataclass
class _Plan:
    """What is to be done, and how it went.

    Attributes:
        todo: the images, each with what its result is made from.
        done: how many were done before.
        failed: sentences by the path of the image.
    """

    todo: "list[tuple[Task, Origin]]"
    done: int
    failed: dict[str, str]


def _plan(
    found: "Discovered", folder: Path, other: Path, journal: "Journal", how: str, force: bool
) -> _Plan:
    from dither.cli.batch.journal import Origin, Stamp

    here = Path(os.path.realpath(folder))
    plan = _Plan([], 0, {str(path): sentence for path, sentence in found.refused.items()})
    for pair in found.pairs:
        task = Task(folder / pair.source, other / pair.result)
        name, there = str(pair.result), None
        with contextlib.suppress(OSError):
            there = Stamp.of(task.result)
        try:
            origin = Origin(str(here / pair.source), Stamp.of(task.source), how)
        except OSError as error:
            plan.failed[str(task.source)] = f"cannot read {task.source}: {error.strerror or error}"
            continue
        if journal.is_done(name, origin, there):
            plan.done += 1
        elif task.result.is_dir():
            plan.failed[str(task.source)] = f"{task.source}: {task.result} is a folder"
        elif there is None or force or journal.is_ours(name, origin.source, there):
            plan.todo.append((task, origin))
        else:
            plan.failed[str(task.source)] = (
                f"{task.source}: {task.result} exists, and is not as this batch left it; give --force "
                "to replace it"
            )
    return plan


def _worked(
    job: Job,
    dithering: "WholeDithering",
    plan: _Plan,
    journal: "Journal",
    other: Path,
    jobs: int | None,
    scheduler: str | None,
    check: Callable[[], None] | None,
) -> list[dict[str, Any]]:
    """What --json tells of each image that is made."""
    from dither.parallel import run_tasks

    made: list[dict[str, Any]] = []
    answers, all_of_them = 0, len(plan.todo)

    def named(task: Task) -> str:
        return str(task.result.relative_to(other))

    def begun() -> Iterator[Task]:
        for task, origin in plan.todo:
            journal.begin(named(task), origin)
            yield task

    try:
        with progress_bar("dither", None, job.quiet) as on_progress:

            def tell() -> None:
                failed = f", {len(plan.failed)} failed" if plan.failed else ""
                on_progress(answers / max(1, all_of_them), f"{answers} of {all_of_them}{failed}")

            one = dataclasses.replace(job, force=True, quiet=True, json_output=False)
            answer_to = functools.partial(outcome, one, dithering)
            for number, became in run_tasks(
                answer_to,
                begun(),
                jobs=jobs,
                scheduler=scheduler,
                on_lost=lost,
                poll=tell,
                check=check,
            ):
                answers += 1
                task, origin = plan.todo[number]
                if became.entry is not None and became.made is not None:
                    journal.end(named(task), origin, became.made)
                    made.append(became.entry)
                else:
                    plan.failed[str(task.source)] = str(became.error)
                tell()
    except KeyboardInterrupt:
        log(f"{answers} of {all_of_them} are done; the same command goes on", quiet=job.quiet)
        raise
    return sorted(made, key=lambda entry: entry["input"])


def _passed_over(found: "Discovered") -> str:
    """What a person is told of the files that are no images."""
    skipped = [f"{count} {reason}" for reason, count in sorted(found.skipped.items())]
    return f"; skipped: {', '.join(skipped)}" if skipped else ""
