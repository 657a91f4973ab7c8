"""Read, prepare, dither and write images: the work of `ordered`, `diffuse` and `optimize`."""

import contextlib
import dataclasses
import json
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import typer

from dither.cli.alpha import AlphaRule, AlphaSeen, without_hidden
from dither.cli.extra_files import (
    check_cells_output,
    check_palette_output,
    check_preview,
    write_cells,
    write_palette,
    write_preview,
)
from dither.cli.in_rows import (
    NextRows,
    as_arrays,
    check_whole,
    dithered_in_rows,
    opened_in_rows,
)
from dither.cli.inputs import name_errors, read_content, read_input, title
from dither.cli.line_art import Undithered, undithered, with_kept
from dither.cli.options import STREAM, Job
from dither.cli.outputs import (
    ROW_SUFFIXES,
    Kind,
    format_suffix,
    open_outputs,
    output_kind,
    plan_outputs,
)
from dither.cli.prepared import check_result, prepared
from dither.cli.result_files import (
    Dithered,
    check_raw,
    encoded_result,
    output_title,
    packing_note,
)
from dither.cli.target import Target
from dither.console import log
from dither.errors import InputError
from dither.images.adjustments import Preparation
from dither.progress import OnProgress, no_progress

if TYPE_CHECKING:
    import numpy as np

    from dither.images.animation import Animation
    from dither.palettes.line_art import KeptPixels
    from dither.palettes.palette import Palette


@dataclasses.dataclass(frozen=True)
class PerFrame:
    """Dithering that treats every frame by itself.

    Attributes:
        function: called with a colour array and `phase`, and with `palette` if there is one; returns
            levels or indices.
        rows: called with the `phase` and the number of `pixels` of an image, and with `palette` if
            there is one; returns a function like `function` for its next rows. None if the whole image
            is needed.
        whole: what needs the whole image, in messages.
        memory: bytes that are allowed, or None if it was not given.
        spreads: whether pixels influence others, so that the colours of hidden pixels must not count.
        rgba: called with a frame with alpha, a palette with alpha and `phase`; returns indices. None if
            images with partial alpha get a palette without alpha.
    """

    function: "Callable[..., np.ndarray]"
    rows: Callable[..., NextRows] | None = None
    whole: str = "the method"
    memory: int | None = None
    spreads: bool = False
    rgba: "Callable[..., np.ndarray] | None" = None


class PaletteLearner(Protocol):
    """Dithering of a whole image or animation that can learn its palette."""

    def __call__(self, animation: "Animation", on_progress: OnProgress) -> Dithered:
        """Dither an image or animation."""
        ...

    def draft(self, frames: int) -> "PaletteLearner":
        """Return faster dithering that learns the same palette."""
        ...

    def with_mapped(self, palette: "Palette") -> "PaletteLearner":
        """Return dithering of images that are mapped to a palette already."""
        ...


# A batch pickles it.
Dithering = PerFrame | PaletteLearner


def numbered_frames(
    animation: "Animation", number: int, on_progress: OnProgress
) -> "Iterator[tuple[int, np.ndarray]]":
    """Yield the number and the colour array of each frame, and report progress after each.

    Args:
        animation: one frame or more.
        number: number of the first frame.
        on_progress: progress callback.
    """
    for index, frame in enumerate(animation.frames):
        yield number + index, frame.color
        on_progress((index + 1) / len(animation.frames), "")


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
    for image in job.images:
        if image.is_dir():
            raise InputError(
                f"cannot read {image}: it is a folder; --recursive takes the images in it"
            )
    outputs = plan_outputs(job, target.panel)
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
        for index, (source, output) in enumerate(zip(job.images, outputs, strict=True)):

            def on_image(share: float, text: str, index: int = index) -> None:
                on_progress((index + share) / len(outputs), text)

            notes: list[str] = []
            kind = output_kind(output, job, target.panel)
            with contextlib.ExitStack() as stack:
                animation, dithered = stack.enter_context(
                    _dithered(
                        *(source, output, kind, job, target, dithering, preparation, number),
                        *(notes.append, on_image),
                    )
                )
                number += len(dithered.codes)
                if dithered.palette is not None:
                    palettes.append(dithered.palette.hex)
                    if palette_output is not None:
                        write_palette(palette_output, dithered.palette, opened)
                        count = len(dithered.palette)
                        messages.append(f"{title(source)} -> {palette_output}: {count} colours")
                if cells_output is not None:
                    write_cells(cells_output, dithered, animation, opened)
                    messages.append(f"{title(source)} -> {cells_output}: palettes and cells")
                content, report = encoded_result(
                    animation, dithered, target, output, kind, job, notes.append
                )
                if job.preview is not None:
                    write_preview(job.preview, animation, dithered, job, opened, notes.append)
                    messages.append(f"{title(source)} -> {job.preview}: as the panel looks")
                    report["preview"] = str(job.preview)
                with opened(output) as file:
                    file.writelines(content)
                    file.flush()  # reports a full disk behind standard output
            messages += [*notes, f"{title(source)} -> {output_title(output)}{packing_note(report)}"]
            if notes:
                report["notes"] = notes
            paths = {"input": str(source), "output": str(output)}
            reports.append({**paths, **report, **dithered.about})
    for message in messages:
        log(message, quiet=job.quiet)
    common: dict[str, Any] = {"palettes": palettes} if palettes else {"levels": target.levels}
    if target.panel is not None:
        common["panel"] = target.panel.name
    return {**common, "images": reports}


@contextlib.contextmanager
def _dithered(
    source: Path,
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
    # A pipe can be read only once.
    content = read_content(source) if source == STREAM or source.is_fifo() else None
    file = source if content is None else BytesIO(content)
    with contextlib.ExitStack() as stack:
        because = _needs_whole(dithering, target, job, preparation)
        if because is None and isinstance(dithering, PerFrame) and dithering.rows is not None:
            rows = stack.enter_context(opened_in_rows(source, file, job, preparation))
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
                takes_rows = kind == "rows" or format_suffix(output, job) in ROW_SUFFIXES
                yield done if takes_rows else as_arrays(*done)
                return
        if isinstance(dithering, PerFrame):
            check_whole(source, file, job, dithering.memory, because)
        yield _read_and_dithered(
            *(source, content, output, kind, job, target, dithering, preparation, number),
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


def _read_and_dithered(
    source: Path,
    content: bytes | None,
    output: Path,
    kind: Kind,
    job: Job,
    target: Target,
    dithering: Dithering,
    preparation: Preparation,
    number: int,
    note: Callable[[str], None],
    on_progress: OnProgress,
) -> "tuple[Animation, Dithered]":
    """Read a whole image or animation, prepare it and dither it."""
    managed = not job.no_color_management
    animation = read_input(
        source, job.max_pixels, note, content, color_management=managed, pages=True
    )
    with name_errors(source):
        before = animation.frames[0].color.shape[:2]
        rule, seen = AlphaRule.of(output, kind, job), AlphaSeen()
        for frame in animation.frames:
            seen.add_read(frame.alpha)
        animation = prepared(animation, source, output, kind, job, target, preparation, note)
        spreads = not isinstance(dithering, PerFrame) or dithering.spreads or job.line_art
        animation = _with_alpha(animation, rule, seen, number, fill=spreads)
    # Not in the block above: the sentence begins with the name of the output.
    sentence = rule.sentence(seen, output)
    if sentence is not None:
        note(sentence)
    with name_errors(source):
        masks = undithered(job, preparation, before, animation)
        if not isinstance(dithering, PerFrame):
            found = _whole(animation, target, dithering, masks, on_progress)
            return animation, _finished(found, animation, rule.report(seen), clear=True)
        if target.colors and dithering.rgba and masks is None and seen.partial and rule.is_kept:
            found = _to_rgba(animation, target.colors, dithering.rgba, number, on_progress)
            return animation, _finished(found, animation, rule.report(seen), clear=False)
        palette = target.palette_for(animation.frames)
        kept = None if masks is None else masks.keep(animation, palette, target)
        keywords = {}
        if palette is not None:
            intent = target.intent if masks is None else "absolute"
            keywords = {"palette": palette, "intent": intent}
        codes = []
        shown = with_kept(animation, kept)
        for frame, color in numbered_frames(shown, number, on_progress):
            codes.append(dithering.function(target.colored(color), phase=(frame, 0, 0), **keywords))
        found = put_kept(Dithered(codes, palette), kept)
        return animation, _finished(found, animation, rule.report(seen), clear=dithering.spreads)


def _to_rgba(
    animation: "Animation",
    colors: int,
    function: "Callable[..., np.ndarray]",
    number: int,
    on_progress: OnProgress,
) -> Dithered:
    """Dither frames with partial alpha to a palette with alpha, learned from all of them."""
    from dither.palettes.rgba import learn_rgba

    palette = learn_rgba(animation.frames, colors)
    codes = []
    for index, frame in enumerate(animation.frames):
        codes.append(function(frame, palette, phase=(number + index, 0, 0)))
        on_progress((index + 1) / len(animation.frames), "")
    return Dithered(codes, palette)


def _with_alpha(
    animation: "Animation", rule: AlphaRule, seen: AlphaSeen, number: int, *, fill: bool
) -> "Animation":
    """Return prepared frames with the alpha of the result; hidden colours are filled if wanted."""
    from dither.images.mask import without_hidden_colors

    if all(frame.alpha is None for frame in animation.frames):
        return animation
    frames = []
    for index, frame in enumerate(animation.frames):
        seen.add_prepared(frame.alpha)
        ruled = rule.apply(frame, (number + index, 0, 0))
        frames.append(without_hidden_colors(ruled) if fill else ruled)
    return dataclasses.replace(animation, frames=tuple(frames))


def _finished(
    dithered: Dithered, animation: "Animation", about: dict[str, Any], *, clear: bool
) -> Dithered:
    """Return a result with more entries for --json, and code 0 in hidden pixels if `clear`."""
    codes = dithered.codes
    if clear:
        alphas = [frame.alpha for frame in animation.frames]
        codes = [without_hidden(*pair) for pair in zip(codes, alphas, strict=True)]
    return dataclasses.replace(dithered, codes=codes, about={**dithered.about, **about})


def finish(report: dict[str, Any], json_output: bool, **options: Any) -> None:
    """Print the report of a command if wanted, with its options; exit with code 1 if images failed."""
    if json_output:
        print(json.dumps({**options, **report}))
    if report.get("failed"):
        raise typer.Exit(1)


def put_kept(dithered: Dithered, kept: "list[KeptPixels] | None") -> Dithered:
    """Return the result with the codes of the kept pixels of each frame."""
    if kept is None:
        return dithered
    codes = [each.put(frame) for each, frame in zip(kept, dithered.codes, strict=True)]
    return dataclasses.replace(dithered, codes=codes)


def _whole(
    animation: "Animation",
    target: Target,
    dithering: PaletteLearner,
    masks: Undithered | None,
    on_progress: OnProgress,
) -> Dithered:
    """Dither all frames together, except the pixels of the masks."""
    if masks is None:
        return dithering(animation, on_progress)
    from dither.palettes.palette import Palette

    palette, about = target.palette, {}
    if palette is None:
        # The palette is learned from the image as it is.
        first = dithering.draft(len(animation.frames))(animation, on_progress)
        palette, about = first.palette, first.about
        # It was learned, a draft has no alpha, and --cells leaves no pixels undithered.
        assert isinstance(palette, Palette)
    kept = masks.keep(animation, palette, target)
    dithering = dithering.with_mapped(palette)
    dithered = put_kept(dithering(with_kept(animation, kept), on_progress), kept)
    return dataclasses.replace(dithered, about={**about, **dithered.about})
