"""Fuzz one reader with coverage feedback: python -m abuse.fuzz READER [OPTION OF LIBFUZZER...].

Files are changed at random, and those that reach new lines are changed further. Every exception other
than an InputError with one sentence counts as a fault, and so do a timeout and excessive memory.
"""

import contextlib
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import atheris  # pyright: ignore[reportMissingImports]

# Modules that are imported here tell which of their lines are reached.
_TOLD = ["dither", "bluenoise", "PIL", "tifffile"]
with atheris.instrument_imports(include=_TOLD):  # pyright: ignore[reportAttributeAccessIssue]
    import PIL.Image
    import tifffile  # noqa: F401  (readers import it late)
    from abuse import images, tables

    from bluenoise.runs.checkpoint import Checkpoint
    from dither.cli.batch.journal import JOURNAL_NAME, open_journal
    from dither.diffusion.kernel_files import load_kernel
    from dither.errors import InputError
    from dither.images.animation import read_animation
    from dither.matrix.catalog import load_channels
    from dither.ordered.additive_noise import load_noise
    from dither.palettes.palette_like import load_palette
    from dither.volumes.regions import Region
    from dither.volumes.tiff_files import open_tiff

    PIL.Image.init()

_SECONDS, _MEGABYTES = 10, 3000
_LONGEST_FILE = 1 << 14
# Larger pictures take longer and reveal no more.
_MOST_PIXELS = 1 << 18


class Reader(NamedTuple):
    """A reader to fuzz.

    Attributes:
        read: function that reads a file.
        name: file name to use.
        whole: correct files to start from.
    """

    read: Callable[[Path], object]
    name: str
    whole: dict[str, bytes]


def readers() -> dict[str, Reader]:
    """Return the readers of untrusted files by name."""
    palettes = tables.whole_palettes()
    journal = json.dumps(["a.png", "/photos/a.jpg", 3, 1, "how", 5, 2]) + "\n"
    tiffs = {name: data for name, data in images.whole_images().items() if name.endswith("tif")}
    found = {
        ending: Reader(
            load_palette,
            f"palette.{ending}",
            {name: data for name, data in palettes.items() if name.endswith(ending)},
        )
        for ending in ("gpl", "pal", "hex", "act")
    }
    return found | {
        "image": Reader(_image, "image.png", images.whole_images()),
        "tiff": Reader(_volume, "volume.tif", tiffs),
        "matrix": Reader(_matrix, "matrix.npy", tables.whole_matrices()),
        "checkpoint": Reader(_checkpoint, "run.npz", tables.whole_checkpoints()),
        "kernel": Reader(load_kernel, "kernel.json", tables.whole_kernels()),
        "journal": Reader(_journal, JOURNAL_NAME, {"journal": journal.encode()}),
    }


def main() -> None:
    """Fuzz until a libFuzzer option such as -max_total_time=60 stops it; keep what is found."""
    name, *options = sys.argv[1:]
    reader = readers()[name]
    corpus, folder = Path("../build/fuzz") / name, tempfile.mkdtemp(prefix="fuzz-")
    corpus.mkdir(parents=True, exist_ok=True)
    for seed, content in reader.whole.items():
        (corpus / seed).write_bytes(content)

    def one(data: bytes) -> None:
        path = Path(folder) / reader.name
        path.write_bytes(data)
        with contextlib.suppress(InputError):
            reader.read(path)

    limits = [f"-timeout={_SECONDS}", f"-rss_limit_mb={_MEGABYTES}", f"-max_len={_LONGEST_FILE}"]
    kept = f"-artifact_prefix={corpus}/found-"
    atheris.Setup([sys.argv[0], *limits, kept, *options, str(corpus)], one)
    atheris.Fuzz()


def _image(path: Path) -> None:
    read_animation(path, max_pixels=_MOST_PIXELS)


def _volume(path: Path) -> None:
    volume = open_tiff(path)
    layers, rows, columns = (slice(0, min(side, 64)) for side in volume.shape[:3])
    volume.read(Region(layers, rows, columns))


def _matrix(path: Path) -> None:
    for read in (load_channels, load_noise):
        with contextlib.suppress(InputError):
            read(path)


def _checkpoint(path: Path) -> None:
    Checkpoint(path, tables.RUN).load(tables.LIKE)


def _journal(path: Path) -> None:
    with open_journal(path.parent):
        pass


if __name__ == "__main__":
    main()
