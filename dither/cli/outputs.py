"""Where results go: a file, files named after their inputs in a folder, or standard output."""

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from dither.cli.options import PackedChoice
from dither.errors import InputError
from dither.files.safe_open import read_all

STREAM = Path("-")


@dataclass(frozen=True)
class Placing:
    """Where the options say that results go.

    Attributes:
        output: a file, a folder, or - for standard output.
        output_dir: a folder, which may be missing.
        name: of files in a folder, as `result_name` takes it.
        format: of standard output, if not png.
        packed: the order of bare rows, if they are written in place of images.
    """

    output: Path | None
    output_dir: Path | None
    name: str | None
    format: str | None
    packed: PackedChoice | None


@dataclass(frozen=True)
class Destination:
    """One result's place.

    Attributes:
        path: the file, or - for standard output.
        ending: that names the format, with its dot; of packed rows it means nothing.
    """

    path: Path
    ending: str

    @property
    def title(self) -> str:
        """What people are told."""
        return "standard output" if self.path == STREAM else str(self.path)


def destinations(images: Sequence[Path], placing: Placing) -> list[Destination]:
    """One destination for each input.

    Raises:
        InputError: the options do not go together, an ending names no lossless format, two inputs
            would go to one file, an output is another input, or a folder is named -.
    """
    output = placing.output
    if (output is None) == (placing.output_dir is None):
        raise InputError("give one of --output and --output-dir")
    if placing.output_dir == STREAM:
        raise InputError("--output-dir is -, and no folder; standard output is --output -")
    if list(images).count(STREAM) > 1:
        raise InputError("standard input can be read only once")
    if placing.format is not None and (output != STREAM or placing.packed):
        without = "with --packed" if placing.packed else "without --output -"
        raise InputError(f"--format has no effect {without}")
    folder = placing.output_dir
    if output is not None and output != STREAM and output.is_dir():
        folder = output
    if folder is None:
        if placing.name is not None:
            raise InputError("--name has no effect without a folder")
        if len(images) > 1:
            raise InputError(
                f"{len(images)} images need a folder as --output, and {output} is none"
            )
        assert output is not None
        paths = [output]
    else:
        paths = _in_folder(folder, images, placing)
    places = [Destination(path, _ending(path, placing)) for path in paths]
    for place in places:
        check_ending_of(place, placing)
    return places


def _in_folder(folder: Path, images: Sequence[Path], placing: Placing) -> list[Path]:
    name = placing.name or ("{stem}-dithered.bin" if placing.packed else "{stem}-dithered.png")
    names = [Path("stdin") if image == STREAM else image for image in images]
    paths = [folder / result_name(name, image) for image in names]
    # Links may make one file of two names.
    targets = [os.path.realpath(path) for path in paths]
    sources = [os.path.realpath(image) for image in images]
    for index, (path, target) in enumerate(zip(paths, targets, strict=True)):
        if target in targets[:index]:
            raise InputError(f"two inputs would both be written as {path}")
        if target in sources and target != sources[index]:
            raise InputError(f"{path} is another input, and would be overwritten")
    return paths


def result_name(name: str, image: Path) -> str:
    """The name of a result in a folder.

    Args:
        name: with {stem} or {name} where the image's name without or with its ending stands.
        image: the input.

    Raises:
        InputError: it is no name of a file, or another word is in braces.

    Example:
        >>> result_name("{stem}-dithered.png", Path("in/photo.jpg"))
        'photo-dithered.png'
    """
    rest = name.replace("{stem}", "x").replace("{name}", "x")
    if "{" in rest or "}" in rest or Path(rest).name != rest:
        raise InputError(
            f"--name is {name!r}; it must be the name of a file, with {{stem}} or {{name}} in it or "
            "not"
        )
    return re.sub(r"\{(stem|name)\}", lambda match: getattr(image, match[1]), name)


def _ending(path: Path, placing: Placing) -> str:
    return f".{placing.format or 'png'}" if path == STREAM else path.suffix


def check_ending_of(place: Destination, placing: Placing) -> None:
    """Refuse a file whose ending names no lossless format, or that of packed rows which names one.

    Raises:
        InputError: that is so.
    """
    from dither.images.io import WRITE_FORMATS, check_ending

    if placing.packed:
        if place.path != STREAM and place.ending.lower() in (*WRITE_FORMATS, ".jpg", ".jpeg"):
            raise InputError(
                f"--packed writes bare rows and no image; {place.path} should end otherwise, such as "
                "in .bin"
            )
        return
    try:
        check_ending(place.ending)
    except InputError as error:
        if placing.format is not None:
            raise InputError(f"--format is {placing.format!r}: {error}") from None
        raise InputError(f"cannot write {place.path}: {error}") from None


def standard_input() -> BytesIO:
    """All of standard input.

    Raises:
        InputError: it is a terminal or closed, or longer than a gibibyte.
    """
    if sys.stdin is None or sys.stdin.isatty():
        kind = "closed" if sys.stdin is None else "a terminal"
        raise InputError(f"standard input is {kind}; pipe an image into it")
    return BytesIO(read_all(sys.stdin.buffer, "standard input"))


def check_standard_output() -> None:
    """Refuse to write bytes on a terminal, or nowhere.

    Raises:
        InputError: standard output is a terminal or closed.
    """
    if sys.stdout is None or sys.stdout.isatty():
        kind = "closed" if sys.stdout is None else "a terminal"
        raise InputError(f"standard output is {kind}; send it to a file or a pipe")
