"""`--recursive`: the images of a folder on all processors, each written as it is done."""

import contextlib
import dataclasses
import functools
import os
import threading
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from dither.cli.destinations import STREAM, Destination, check_ending_of, result_name
from dither.cli.images import Job, check_options, dither_each, dither_whole, each_frame
from dither.console import note, progress_bar
from dither.errors import InputError
from dither.files.replacing import made_folder

if TYPE_CHECKING:
    from dither.batches.journal import Journal, Origin, Stamp
    from dither.batches.mirror import Mirrored
    from dither.cli.images import Dithering, WholeDithering

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


def dither_all(
    job: Job,
    dithering: "Dithering",
    *,
    recursive: bool,
    jobs: int | None,
    scheduler: str | None,
) -> dict[str, Any]:
    """Dither the images, or with `recursive` those of the one folder; what was done, for --json.

    Args:
        job: what to do.
        dithering: how; of a batch, it can be pickled.
        recursive: whether it is a batch.
        jobs: its processes.
        scheduler: or the scheduler in their place.

    Raises:
        InputError: options do not go together, or as `dither_each`, or the folders of a batch cannot be
            read or written.
    """
    if recursive:
        whole = functools.partial(each_frame, job.target, dithering)
        return dither_folder(job, whole, jobs=jobs, scheduler=scheduler)
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
    return dither_each(job, dithering)


def end(done: dict[str, Any]) -> None:
    """Exit with code 1 where images of a batch failed."""
    if done.get("failed"):
        raise typer.Exit(1)


def dither_folder(
    job: Job, dithering: "WholeDithering", *, jobs: int | None, scheduler: str | None
) -> dict[str, Any]:
    """Dither the images of a folder and those in it; each is in its place as soon as it is done.

    Args:
        job: what to do.
        dithering: how; it can be pickled, and no image knows of the others.
        jobs: processes at once.
        scheduler: or a Dask scheduler in their place.

    Returns:
        What --json tells: "images" made in this run, how many were "done" before, and those that
        "failed", with the reason.

    Raises:
        InputError: options do not go together, the folders cannot be read or written, or there is no
            image.
    """
    from dither.batches.fingerprint import fingerprint
    from dither.batches.journal import kept_journal
    from dither.batches.mirror import mirrored

    folder, other = _folders(job, scheduler)
    check_options(job)
    name = job.placing.name or ("{stem}.bin" if job.placing.packed else "{stem}.png")
    sample = other / result_name(name, Path("x"))
    check_ending_of(Destination(sample, sample.suffix), job.placing)
    found = mirrored(folder, other, functools.partial(result_name, name))
    if not found.pairs and not found.refused:
        raise InputError(f"{folder} holds no images{_passed_over(found)}")
    how = fingerprint((_version(), dithering, job.preparation, job.scale, job.placing.packed))
    with made_folder(other), kept_journal(other) as journal:
        plan = _plan(found, folder, other, journal, how, job.force)
        made = _worked(job, dithering, plan, journal, other, jobs, scheduler)
    for _, sentence in sorted(plan.failed.items()):
        note(f"failed: {' '.join(sentence.split())}")
    note(
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
    found: "Mirrored", folder: Path, other: Path, journal: "Journal", how: str, force: bool
) -> _Plan:
    from dither.batches.journal import Origin, Stamp

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
) -> list[dict[str, Any]]:
    """What --json tells of each image that is made."""
    from dither.tasks import run_tasks

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
            answer_to = functools.partial(_outcome, one, dithering)
            for number, outcome in run_tasks(
                answer_to, begun(), jobs=jobs, scheduler=scheduler, lost=_lost, while_waiting=tell
            ):
                answers += 1
                task, origin = plan.todo[number]
                if outcome.entry is not None and outcome.made is not None:
                    journal.end(named(task), origin, outcome.made)
                    made.append(outcome.entry)
                else:
                    plan.failed[str(task.source)] = str(outcome.error)
                tell()
    except KeyboardInterrupt:
        note(f"{answers} of {all_of_them} are done; the same command goes on", quiet=job.quiet)
        raise
    return sorted(made, key=lambda entry: entry["input"])


def _outcome(job: Job, dithering: "WholeDithering", task: Task) -> Outcome:
    """Dither one image in the process that is given it."""
    from dither.batches.journal import Stamp

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
    except MemoryError:
        return Outcome(f"{task.source} takes more memory than there is")
    except Exception as error:  # of this program, but the other images are not to blame
        return Outcome(f"{task.source}: a fault of this program, {type(error).__name__}: {error}")


def _lost(task: Task) -> Outcome:
    return Outcome(
        f"{task.source}: every process that took it died; memory may be short, and fewer --jobs take "
        "less"
    )


def _passed_over(found: "Mirrored") -> str:
    """What a person is told of the files that are no images."""
    skipped = [f"{count} {reason}" for reason, count in sorted(found.skipped.items())]
    return f"; skipped: {', '.join(skipped)}" if skipped else ""


def _version() -> str:
    with contextlib.suppress(PackageNotFoundError):
        return version("bluenoise-dither")
    return ""
