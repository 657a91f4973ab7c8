"""Find the images of a folder and its subfolders, and the places of their results."""

import os
import stat
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from dither.cli.inputs import IMAGE_SUFFIXES, is_video
from dither.files.natural_order import natural_key

# Reasons to skip, each with the noun for one and for several.
_NOT_AN_IMAGE, _HIDDEN, _LINK = "not an image", "hidden", "link to a folder"
_BELOW, _VIDEO = "in a subfolder", "video"
_SKIPPED = {
    _NOT_AN_IMAGE: ("file that is not an image", "files that are not images"),
    _HIDDEN: ("hidden file or folder", "hidden files and folders"),
    _BELOW: ("image in a subfolder", "images in subfolders"),
    _LINK: ("link to a folder", "links to folders"),
    _VIDEO: ("video (give its name, without --recursive)", "videos (give their names, one by one)"),
}


class Pair(NamedTuple):
    """An image and the file of its result, each relative to its folder.

    Attributes:
        source: the image.
        result: the file of its result.
        frame: number of the matrix's frame, if the images are the layers of a volume.
    """

    source: Path
    result: Path
    frame: int = 0


class Discovered(NamedTuple):
    """The content of a folder.

    Attributes:
        pairs: images and results, sorted by the name of the image.
        refused: a sentence for each image without a possible result and each unreadable folder.
        skipped: the number of skipped files and folders by reason.
    """

    pairs: list[Pair]
    refused: dict[Path, str]
    skipped: dict[str, int]

    def skipped_sentence(self) -> str:
        """Return a sentence such as "Skipped 1 file that is not an image.", or an empty string."""
        counts = [
            f"{count} {_SKIPPED[reason][count > 1]}"
            for reason, count in sorted(self.skipped.items())
        ]
        return f"Skipped {', '.join(counts)}." if counts else ""


def discover(folder: Path, results: Path, named: Callable[[Path], str]) -> Discovered:
    """Pair the images of a folder with result files in another; neither folder is changed.

    Names that begin with a dot, files without an image's suffix, and links to folders, which may form
    circles, are skipped; so is the folder of the results where it lies inside.

    Args:
        folder: folder of the images.
        results: folder of the results; it may be missing.
        named: returns the file name of a result for the path of its image.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as text:
        ...     _ = (Path(text) / "a.jpg").write_text(""), (Path(text) / "b.txt").write_text("")
        ...     found = discover(Path(text), Path(text) / "out", lambda image: f"{image.stem}.png")
        >>> [str(pair.result) for pair in found.pairs], found.skipped
        (['a.png'], {'not an image': 1})
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
                skipped[_HIDDEN] += 1
            elif (here / name).is_symlink():
                skipped[_LINK] += 1
            elif not _is_same(here / name, results):
                entered.append(name)
        folders[:] = entered
        for name in sorted(files):
            path = here / name
            if name.startswith("."):
                skipped[_HIDDEN] += 1
            elif not IMAGE_SUFFIXES.fullmatch(path.suffix):
                skipped[_VIDEO if is_video(path) else _NOT_AN_IMAGE] += 1
            elif _is_special(path):
                refused[path] = f"{path} is not a regular file"
            else:
                sources.append(path.relative_to(folder))
    pairs = [Pair(source, source.parent / named(source)) for source in sorted(sources)]
    refused |= _conflicts(pairs, folder, results)
    pairs = [pair for pair in pairs if folder / pair.source not in refused]
    return Discovered(pairs, refused, dict(skipped))


def as_layers(found: Discovered) -> Discovered:
    """Return the images directly in a folder as layers, in natural order: layer-2 before layer-10.

    Example:
        >>> pairs = [Pair(Path(name), Path(name)) for name in ("a10.png", "a2.png", "b/a1.png")]
        >>> [(pair.source.name, pair.frame) for pair in as_layers(Discovered(pairs, {}, {})).pairs]
        [('a2.png', 0), ('a10.png', 1)]
    """
    direct = [pair for pair in found.pairs if len(pair.source.parts) == 1]
    ordered = sorted(direct, key=lambda pair: natural_key(pair.source.name))
    pairs = [pair._replace(frame=number) for number, pair in enumerate(ordered)]
    below = len(found.pairs) - len(direct)
    skipped = {**found.skipped, **({_BELOW: below} if below else {})}
    return found._replace(pairs=pairs, skipped=skipped)


def _conflicts(pairs: list[Pair], folder: Path, results: Path) -> dict[Path, str]:
    """Return a sentence for each image whose result would overwrite another result or an image."""
    count = Counter(pair.result for pair in pairs)
    parents = {above for result in count for above in result.parents}
    images = {os.path.realpath(folder / pair.source) for pair in pairs}
    refused = {}
    for source, result, _ in pairs:
        path, place = folder / source, results / result
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
    """Tell whether a path is no regular file: opening a pipe would block forever."""
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except OSError:  # opening it gives the error
        return False


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
