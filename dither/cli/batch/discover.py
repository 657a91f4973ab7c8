"""The images in a folder and the folders in it, each with its place in a folder that mirrors it."""

import os
import stat
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

# Files that end otherwise are not opened.
IMAGE_ENDINGS = frozenset(
    (
        *(
            ".apng",
            ".bmp",
            ".dib",
            ".gif",
            ".jfif",
            ".jpe",
            ".jpeg",
            ".jpg",
            ".pbm",
            ".pgm",
            ".png",
        ),
        *(".pnm", ".ppm", ".tif", ".tiff", ".webp"),
    )
)


class Pair(NamedTuple):
    """An image and the place of its result, both within their folders."""

    source: Path
    result: Path


class Discovered(NamedTuple):
    """What a folder holds.

    Attributes:
        pairs: in the order of their names.
        refused: a sentence for each image that cannot have a place and folder that cannot be read.
        skipped: how many files and folders are passed over, by the reason.
    """

    pairs: list[Pair]
    refused: dict[Path, str]
    skipped: dict[str, int]


def discover(folder: Path, other: Path, named: Callable[[Path], str]) -> Discovered:
    """Pair the images in a folder with places in another; neither is changed.

    Names that begin with a dot, files that do not end as images do, and links to folders, which may
    lead round in circles, are passed over; so is the other folder, where it lies in this one.

    Args:
        folder: where the images are.
        other: where results go; it may be missing.
        named: the name of a result from its image's path.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as text:
        ...     _ = (Path(text) / "a.jpg").write_text(""), (Path(text) / "b.txt").write_text("")
        ...     found = discover(Path(text), Path(text) / "out", lambda image: f"{image.stem}.png")
        >>> [str(pair.result) for pair in found.pairs], found.skipped
        (['a.png'], {'no image by its ending': 1})
    """
    refused: dict[Path, str] = {}
    skipped: Counter[str] = Counter()
    sources: list[Path] = []

    def unreadable(error: OSError) -> None:
        path = Path(error.filename)
        refused[path] = f"cannot read the folder {path}: {error.strerror}"

    for top, folders, files in os.walk(folder, onerror=unreadable):
        here = Path(top)
        entered = []
        for name in sorted(folders):
            if name.startswith("."):
                skipped["hidden"] += 1
            elif (here / name).is_symlink():
                skipped["a link to a folder"] += 1
            elif not _is_same(here / name, other):
                entered.append(name)
        folders[:] = entered
        for name in sorted(files):
            path = here / name
            if name.startswith("."):
                skipped["hidden"] += 1
            elif path.suffix.lower() not in IMAGE_ENDINGS:
                skipped["no image by its ending"] += 1
            elif _is_special(path):
                refused[path] = f"{path} is no regular file"
            else:
                sources.append(path.relative_to(folder))
    pairs = [Pair(source, source.parent / named(source)) for source in sorted(sources)]
    refused |= _in_the_way(pairs, folder, other)
    pairs = [pair for pair in pairs if folder / pair.source not in refused]
    return Discovered(pairs, refused, dict(skipped))


def _in_the_way(pairs: list[Pair], folder: Path, other: Path) -> dict[Path, str]:
    """Of images whose results would meet each other, or an image, a sentence."""
    count = Counter(pair.result for pair in pairs)
    parents = {above for result in count for above in result.parents}
    images = {os.path.realpath(folder / pair.source) for pair in pairs}
    refused = {}
    for source, result in pairs:
        path, place = folder / source, other / result
        if count[result] > 1:
            refused[path] = (
                f"{path}: {count[result]} images would be written as {place}; --name "
                f"'{{name}}{result.suffix}' keeps them apart"
            )
        elif result in parents:
            refused[path] = f"{path}: {place} is the folder of other results"
        elif os.path.realpath(place) in images:
            refused[path] = f"{path}: {place} is another input, and would be overwritten"
    return refused


def _is_special(path: Path) -> bool:
    """Whether something is there that is no file: to open a pipe would wait for ever."""
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except OSError:  # whoever opens it can say why not
        return False


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
