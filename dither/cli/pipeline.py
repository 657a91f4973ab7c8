"""Read, prepare, dither and write images: the work of `ordered`, `diffuse` and `optimize`."""

import contextlib
import dataclasses
import json
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import typer

from dither.cli.alpha import AlphaRule
from dither.cli.clips import frame_files, rate_note, read_clip
from dither.cli.dithered_frames import Dithering, PerFrame, dithered_frames
from dither.cli.extra_files import (
    check_cells_output,
    check_palette_output,
    check_preview,
    write_cells,
    write_palette,
    write_preview,
)
from dither.cli.in_rows import as_arrays, check_whole, dithered_in_rows, opened_in_rows
from dither.cli.inputs import is_video, name_errors, read_content, title
from dither.cli.job import Job
from dither.cli.options import STREAM
from dither.cli.outputs import (
    ROW_SUFFIXES,
    Kind,
    format_suffix,
    frame_path,
    holds_clip,
    open_outputs,
    output_kind,
    plan_outputs,
)
from dither.cli.place import check_place
from dither.cli.prepared import check_result
from dither.cli.result_files import (
    Dithered,
    check_raw,
    encoded_result,
    output_title,
    packing_note,
)
from dither.cli.shown_frames import (
    ShownFrame,
    clip_rate,
    gathered_frames,
    split_frames,
    video_file,
)
from dither.cli.target import Target
from dither.cli.videos import check_whole_video, is_streamed, streamed
from dither.console.messages import log
from dither.errors import InputError
from dither.preparation.adjustments import Preparation
from dither.progress import OnProgress, no_progress

if TYPE_CHECKING:
    from dither.images.animation import Animation


def dither_images(
    job: Job,
    target: Target,
    dithering: Dithering,
    on_progress: OnProgress = no_progress,
    *,
    palette_output: Path | None = None,
    cells_output: Path | None = None,
    first_frame: int = 0,
) -> dict[str, Any]:
    """Read each image, dither it and write it; either all results are written or none.

    Args:
        job: the images, outputs and preparation.
        target: levels or palette.
        dithering: dithers one frame, or one image or animation.
        on_progress: progress callback.
        palette_output: palette file for the palette of the only image, if wanted.
        cells_output: file of the palettes of cells and their map, of the only image, if wanted.
        first_frame: number of the first image.

    Returns:
        The report for --json.

    Raises:
        InputError: options conflict, or an image cannot be read, dithered or written.
    """
    if job.makes_clip:
        job = dataclasses.replace(job, images=frame_files(job.images))
    if not job.images[0].is_dir():
        check_place(job, target.panel)  # a folder that comes last may be meant for the results
    for image in job.images:
        if image.is_dir():
            clip = job.output is not None and holds_clip(job.output, job, target.panel)
            raise InputError(
                f"cannot read {image}: it is a folder; --recursive takes the images in it"
                f"{', and --fps 12 makes a clip of them' if clip else ''}"
            )
    outputs = plan_outputs(job, target.panel)
    inputs = [job.images] if job.makes_clip else [[image] for image in job.images]
    preparation = job.preparation_in(target.frame)
    check_raw(job, target, outputs)
    files = list(outputs)
    if palette_output is not None:
        check_palette_output(palette_output, outputs)
        files.append(palette_output)
    if cells_output is not None:
        assert target.cells is not None  # --cells-output is refused without --cells
        check_cells_output(cells_output, target.cells, outputs, files)
        files.append(cells_output)
    if job.preview is not None:
        check_preview(job.preview, outputs, files)
        files.append(job.preview)
    reports, palettes, number = [], [], first_frame
    messages: list[str] = []  # logged at the end: after an error only the error counts
    with open_outputs(files, job) as opened:
        for index, (sources, output) in enumerate(zip(inputs, outputs, strict=True)):

            def on_image(share: float, text: str, index: int = index) -> None:
                on_progress((index + share) / len(outputs), text)

            notes: list[str] = []
            kind = output_kind(output, job, target.panel)
            source, named = sources[0], _named(sources)
            with contextlib.ExitStack() as stack:
                arguments = (output, kind, job, target, dithering, preparation, number)
                calls = notes.append, on_image
                if is_streamed(sources, output, job, target, dithering, preparation):
                    shown, rate = stack.enter_context(streamed(source, *arguments, *calls))
                    whole, palette = None, target.palette
                else:
                    whole = stack.enter_context(_dithered(sources, *arguments, *calls))
                    shown, rate, palette = split_frames(*whole), None, whole[1].palette
                if palette is not None:
                    palettes.append(palette.hex)
                    if palette_output is not None:
                        write_palette(palette_output, palette, opened)
                        count = len(palette)
                        messages.append(f"{named} -> {palette_output}: {count} colours")
                if cells_output is not None and whole is not None:
                    write_cells(cells_output, whole[1], whole[0], opened)
                    messages.append(f"{named} -> {cells_output}: palettes and cells")
                report = _write(
                    *(source, whole, shown, rate, target, output, kind, job, opened, notes.append)
                )
                number += len(report.get("outputs", ())) or report.get("frames", 1)
                if job.preview is not None and whole is not None:
                    write_preview(job.preview, *whole, job, opened, notes.append)
                    messages.append(f"{named} -> {job.preview}: as the panel looks")
                    report["preview"] = str(job.preview)
            written = report.get("outputs", [output])
            more = "" if len(written) == 1 else f" to {Path(written[-1]).name}"
            place = output_title(Path(written[0]))
            packed = packing_note({**({} if whole is None else whole[1].about), **report})
            messages += [*dict.fromkeys(notes), f"{named} -> {place}{more}{packed}"]
            if notes:
                report["notes"] = list(dict.fromkeys(notes))
            paths: dict[str, Any] = {"input": str(source), "output": str(written[0])}
            if len(sources) > 1:
                paths["inputs"] = list(map(str, sources))
            reports.append({**paths, **report, **({} if whole is None else whole[1].about)})
    for message in messages:
        log(message, quiet=job.quiet)
    common: dict[str, Any] = {"palettes": palettes} if palettes else {"levels": target.levels}
    if target.panel is not None:
        common["panel"] = target.panel.name
    return {**common, "images": reports}


def _named(sources: Sequence[Path]) -> str:
    """Return the name of an input, or of the frames of a clip, in messages."""
    if len(sources) == 1:
        return title(sources[0])
    return f"{len(sources)} frames, {sources[0]} to {sources[-1].name},"


def _write(
    source: Path,
    whole: "tuple[Animation, Dithered] | None",
    shown: Iterator[ShownFrame],
    rate: Fraction | None,
    target: Target,
    output: Path,
    kind: Kind,
    job: Job,
    opened: Callable[[Path], contextlib.AbstractContextManager[BinaryIO]],
    note: Callable[[str], None],
) -> dict[str, Any]:
    """Write a result, or a file for each of its frames; return the entries for --json.

    Args:
        source: names the input.
        whole: the result, or None if its frames come one by one.
        shown: the frames.
        rate: frames per second of such frames.
        target: levels or palette.
        output: the file, or -.
        kind: what it holds.
        job: the options of the result.
        opened: opens files.
        note: called with sentences for the user.
    """
    if job.is_framewise:
        report, written = {}, []
        for number, each in enumerate(shown, start=1):
            path = frame_path(output, source, number, job)
            content, entries = encoded_result(
                each.animation, each.dithered, target, path, kind, job, note
            )
            with opened(path) as file:
                file.writelines(content)
            report = report or entries
            written.append(str(path))
        return {**report, "outputs": written}
    if kind == "video":
        if whole is not None:
            with name_errors(source):
                rate = clip_rate(whole[0], job)
        assert rate is not None
        content, report = video_file(shown, target, output, job, rate)
    else:
        animation, dithered = whole or gathered_frames(shown, job.loop)
        content, report = encoded_result(animation, dithered, target, output, kind, job, note)
    with opened(output) as file:
        file.writelines(content)
        file.flush()  # reports a full disk behind standard output
    return report


@contextlib.contextmanager
def _dithered(
    sources: Sequence[Path],
    output: Path,
    kind: Kind,
    job: Job,
    target: Target,
    dithering: Dithering,
    preparation: Preparation,
    number: int,
    note: Callable[[str], None],
    on_progress: OnProgress,
) -> "Iterator[tuple[Animation, Dithered]]":
    """Read, prepare and dither an image, in bands of rows if that is possible."""
    source = sources[0]
    is_still = len(sources) == 1 and job.fps is None and not is_video(source)
    # A pipe can be read only once.
    content = read_content(source) if source == STREAM or source.is_fifo() else None
    file = source if content is None else BytesIO(content)
    with contextlib.ExitStack() as stack:
        because = _needs_whole(dithering, target, job, preparation)
        if (
            is_still
            and because is None
            and isinstance(dithering, PerFrame)
            and dithering.rows is not None
        ):
            rows = stack.enter_context(
                opened_in_rows(source, file, job, preparation, deep=target.keeps_depth)
            )
            if rows is not None:
                for sentence in rows.notes:
                    note(sentence)
                with name_errors(source):
                    check_result(rows.shape, 1, source, kind, job, target, preparation, note)
                done = stack.enter_context(
                    dithered_in_rows(
                        *(rows, source, output, target, preparation),
                        *(dithering.rows, number, dithering.memory),
                        *(AlphaRule.of(output, kind, job), dithering.spreads, note, on_progress),
                    )
                )
                is_image_in_rows = kind == "image" and format_suffix(output, job) in ROW_SUFFIXES
                takes_rows = kind == "rows" or is_image_in_rows
                yield done if takes_rows else as_arrays(*done)
                return
        if isinstance(dithering, PerFrame) and not is_video(source):
            check_whole(source, file, job, dithering.memory, because, len(sources))
        elif isinstance(dithering, PerFrame):
            why = because if because in ("--colors", "--auto-contrast", "--preview") else None
            check_whole_video(source, job, dithering.memory, why or f"{output.suffix} output")
        animation = read_clip(sources, job, note, content, deep=target.keeps_depth)
        sentence = rate_note(format_suffix(output, job), job)
        if sentence is not None:
            note(sentence)
        yield dithered_frames(
            *(animation, source, output, kind, job, target, dithering, preparation, number),
            *(note, on_progress),
        )


def _needs_whole(
    dithering: Dithering, target: Target, job: Job, preparation: Preparation
) -> str | None:
    """Return what needs the whole image, or None if nothing does."""
    if isinstance(dithering, PerFrame) and dithering.rows is None:
        return dithering.whole
    reasons = {
        "--colors": target.colors is not None,
        "--line-art": job.line_art,
        "--mask": job.mask is not None,
        "--preview": job.preview is not None,
        "--auto-contrast": preparation.auto_contrast is not None,
        "--rotate": preparation.rotate != 0,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def finish(report: dict[str, Any], json_output: bool, **options: Any) -> None:
    """Print the report of a command if wanted, with its options; exit with code 1 if images failed."""
    if json_output:
        print(json.dumps({**options, **report}))
    if report.get("failed"):
        raise typer.Exit(1)
