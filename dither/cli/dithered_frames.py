"""Dither the frames of an image or animation, each by itself or all together, with their alpha."""

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from dither.cli.alpha import AlphaRule, AlphaSeen, without_hidden
from dither.cli.in_rows import NextRows
from dither.cli.inputs import name_errors
from dither.cli.job import Job
from dither.cli.line_art import Undithered, undithered, with_kept
from dither.cli.outputs import Kind
from dither.cli.prepared import prepared
from dither.cli.result_files import Dithered
from dither.cli.target import Target
from dither.preparation.adjustments import Preparation
from dither.progress import OnProgress

if TYPE_CHECKING:
    import numpy as np

    from dither.gamut.line_art import KeptPixels
    from dither.images.animation import Animation
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


def dithered_frames(
    animation: "Animation",
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
) -> "tuple[Animation, Dithered]":
    """Prepare an image or animation and dither it.

    Args:
        animation: as read.
        source: names the input in messages.
        output: the file of the result, or -.
        kind: what it holds.
        job: the options of the result.
        target: levels or palette.
        dithering: dithers one frame, or all together.
        preparation: the adjustments.
        number: number of the first frame.
        note: called with sentences for the user.
        on_progress: progress callback.

    Raises:
        InputError: the frames cannot be dithered, or the output cannot hold the result.
    """
    with name_errors(source):
        before = animation.frames[0].color.shape[:2]
        rule, seen = AlphaRule.of(output, kind, job, in_cells=target.cells is not None), AlphaSeen()
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
    from dither.preparation.mask import without_hidden_colors

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
