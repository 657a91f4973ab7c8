"""Thousands of damaged files, the same in every run, and the commands that read them."""

import itertools
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from abuse import bombs as bomb_files
from abuse import images, tables, volumes
from abuse.cases import FOLDER, PIPE, Case, Content, Link
from abuse.damage import cuts, flips, stretches

SEED = 9


def good() -> dict[str, Content]:
    """Return the files in every folder."""
    return {"good.png": images.whole_images()["rgb.png"], "kept.txt": b"not to be changed\n"}


# {} is the damaged file. Files are assigned to the commands in turn.
IMAGE = (
    "dither ordered {} -o out.png -b 1",
    "dither diffuse {} -o out.png -b 2 --json",
    "dither compare good.png {} --json",
    "dither ordered good.png -o out.png -p {}",
    "dither ordered {} -o out.gif -p game-boy --resize 20x30 --fit cover --rotate auto",
    "dither compare {} good.png -o out.html",
    "dither diffuse {} -o out.tif -l 3 --gray --raster",
    "dither ordered {} --output-dir out --colors 4",
    "dither ordered {} -o out.tif -b 1",
)
IMAGE_HEAVY = (
    "dither optimize {} -o out.png --colors 4",
    "dither colors {} --permutations 2 --json",
    "bluenoise evaluate blue-16x16 --photo {} --json",
    "bluenoise report blue-16x16 --photo {} -o out.html",
)
MATRIX = (
    "dither ordered good.png -o out.png -b 1 -m {}",
    "dither ordered good.png -o out.png -b 2 --add-noise {}",
    "dither diffuse good.png -o out.png -b 1 -m {}",
    "bluenoise export {} -o out --format png8,raw,c",
    "bluenoise export {} -o out --values points --format raw,ktx2,godot",
    "dither ordered good.png -o out.png -p game-boy -m {}",
)
MATRIX_HEAVY = ("bluenoise evaluate {} --json", "bluenoise report {} -o out.html")
PALETTE = (
    "dither ordered good.png -o out.png -p {}",
    "dither diffuse good.png -o out.png -p {}",
)
PALETTE_HEAVY = ("dither optimize good.png -o out.png -p {}",)
KERNEL = (
    "dither diffuse good.png -o out.png -b 1 -k {}",
    "dither diffuse good.png -o out.png -p game-boy --raster -k {}",
)
CHECKPOINT = ("checkpoint {}",)
CHECKPOINT_HEAVY = (
    "bluenoise generate 8 -o out.npy --method spectrum --steps 2 --checkpoint {}",
    "bluenoise generate 8 -o out.npy --method blue --checkpoint {}",
)
# One in this many files is also given to a heavy command.
_EVERY = 60


@dataclass(frozen=True)
class Kind:
    """Files for one purpose.

    Attributes:
        whole: correct files.
        lying: files whose headers promise missing data.
        bombs: files that unpack to too much.
        commands: commands that read them.
        heavy: commands that take long if they accept a file.
        count: number of variants of each whole file with flipped bits, and with changed stretches.
    """

    whole: Callable[[], dict[str, bytes]]
    lying: Callable[[], Iterable[tuple[str, bytes]]]
    bombs: Callable[[], Iterable[tuple[str, bytes]]]
    commands: tuple[str, ...]
    heavy: tuple[str, ...]
    count: int


KINDS = {
    "image": Kind(
        images.whole_images, images.lying_images, bomb_files.image_bombs, IMAGE, IMAGE_HEAVY, 30
    ),
    "matrix": Kind(
        tables.whole_matrices,
        tables.lying_matrices,
        bomb_files.matrix_bombs,
        MATRIX,
        MATRIX_HEAVY,
        60,
    ),
    "checkpoint": Kind(
        tables.whole_checkpoints,
        tables.lying_checkpoints,
        bomb_files.checkpoint_bombs,
        CHECKPOINT,
        CHECKPOINT_HEAVY,
        200,
    ),
    "palette": Kind(
        tables.whole_palettes,
        tables.lying_palettes,
        bomb_files.palette_bombs,
        PALETTE,
        PALETTE_HEAVY,
        40,
    ),
    "kernel": Kind(
        tables.whole_kernels, tables.lying_kernels, bomb_files.kernel_bombs, KERNEL, (), 100
    ),
}


def cases(*, bombs: bool = True) -> Iterator[Case]:
    """Yield all cases, kind by kind; making bombs takes seconds."""
    for name, kind in KINDS.items():
        for number, (label, file, data, intact) in enumerate(_files(kind)):
            command = kind.commands[number % len(kind.commands)]
            yield _case(f"{name}/{label}", command, file, data, intact)
            if kind.heavy and number % _EVERY == 0:
                command = kind.heavy[number // _EVERY % len(kind.heavy)]
                yield _case(f"{name}/{label}/heavy", command, file, data, None, heavy=True)
        if bombs:
            yield from _bombs(name, kind)
        yield from _places(name, kind)
    yield from _wrong_endings()
    yield from _names()
    yield from volumes.cases(good(), bombs=bombs)


def sample(count: int) -> list[Case]:
    """Return this many light cases, the same each time."""
    light = [case for case in cases(bombs=False) if not case.heavy]
    return random.Random(SEED).sample(light, count)


def _files(kind: Kind) -> Iterator[tuple[str, str, bytes, bytes | None]]:
    """Yield label, file name, content, and for cut files the whole content."""
    for name, data in kind.whole().items():
        ending = name.rpartition(".")[2]
        yield f"{name}/whole", name, data, data
        for label, cut in cuts(data, ending):
            # A list of lines is a list wherever it is cut, and 25 as good a last number as 255.
            last_number = name == "plain.ppm" and len(cut) > len(data) - 4
            known = ending not in ("gpl", "hex") and not last_number
            yield f"{name}/{label}", name, cut, data if known else None
        for label, flipped in flips(data, ending, kind.count, SEED):
            yield f"{name}/{label}", name, flipped, None
        for label, stretched in stretches(data, kind.count // 2, SEED):
            yield f"{name}/{label}", name, stretched, None
    for number, (name, data) in enumerate(kind.lying()):
        yield f"lying/{number}-{name}", name, data, None


def _case(
    label: str,
    command: str,
    file: str,
    content: Content,
    intact: bytes | None = None,
    *,
    refused: bool = False,
    heavy: bool = False,
) -> Case:
    words = tuple(file if word == "{}" else word for word in command.split())
    return Case(
        label,
        words,
        good() | {file: content},
        _output(words),
        None if intact is None else good() | {file: intact},
        refused,
        heavy,
    )


def _output(words: tuple[str, ...]) -> str | None:
    return next(
        (new for old, new in itertools.pairwise(words) if old in ("-o", "--output-dir")), None
    )


def _bombs(name: str, kind: Kind) -> Iterator[Case]:
    for file, data in kind.bombs():
        for number, command in enumerate(kind.commands):
            # It takes seconds to compare images with as many pixels as are allowed.
            heavy = command.startswith("dither compare")
            yield _case(f"{name}/bomb/{file}/{number}", command, file, data, heavy=heavy)


def _places(name: str, kind: Kind) -> Iterator[Case]:
    """Yield cases of every command with a path that is not a regular file."""
    file, whole = next(iter(kind.whole().items()))
    for number, command in enumerate((*kind.commands, *kind.heavy)):
        heavy = command in kind.heavy
        for label, content, more in (
            ("folder", FOLDER, {}),
            ("pipe", PIPE, {}),
            ("dangling", Link("nowhere"), {}),
            ("loop", Link(file), {}),
            ("circle", Link("other"), {"other": Link(file)}),
            ("zeros", Link("/dev/zero"), {}),
            ("nothing", Link("/dev/null"), {}),
            ("folder-link", Link("hollow"), {"hollow": FOLDER}),
            ("empty", b"", {}),
        ):
            if "checkpoint" in command and label in ("dangling", "loop", "circle"):
                continue  # a checkpoint that is not there yet
            case = _case(
                f"{name}/place/{label}/{number}", command, file, content, refused=True, heavy=heavy
            )
            case.files.update(more)
            yield case
        missing = _case(
            f"{name}/place/missing/{number}", command, file, whole, refused=True, heavy=heavy
        )
        if "checkpoint" not in command:
            del missing.files[file]
            yield missing


def _wrong_endings() -> Iterator[Case]:
    """Yield cases of every kind of content under every extension."""
    contents = {name: data for kind in KINDS.values() for name, data in kind.whole().items()}
    contents |= {
        "page": b"<!doctype html><html></html>",
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        "pdf": b"%PDF-1.7\n",
        "program": b"\x7fELF" + bytes(200),
        "text": b"hello\n" * 40,
        "noise": random.Random(SEED).randbytes(500),
        "icon": b"\0\0\1\0\1\0" + bytes(99),
        "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9999 9999\n",
    }
    number = 0
    for kind in KINDS.values():
        endings = dict.fromkeys(name.rpartition(".")[2] for name in kind.whole())
        for ending in (*endings, "", "PNG", "exe"):
            for name, data in contents.items():
                command = kind.commands[number % len(kind.commands)]
                number += 1
                file = f"file.{ending}" if ending else "file"
                yield _case(f"ending/{number}-{name}-as-{ending}", command, file, data)


_NAMES = (
    "-x.png", "--force.png", "-.png", "a\nb.png", "a\x1b[31mb.png", "a\tb.png", "a\rb.png",
    "é ü.png", "写真.png", "\U0001f600.png", "e\u0301.png", "\u202egnp.png", "\udcff\udcfe.png",
    "a\u2028b.png", "x" * 251 + ".png", "%s%n{}.png", "$(x);`x`.png", "'\".png", "a$\\frac.png",
    "[red]b[!red].png", "<script>.png", "a\\b.png", " .png", "...png", "*?.png", "#000000.png",
    "con.png", "a\x7fb.png", "\x00".replace("\x00", "\x01") + ".png", "{stem}.png", "x.PNG", "~.png",
)  # fmt: skip


def _names() -> Iterator[Case]:
    """Yield cases of a whole image and of none, under hostile names."""
    whole = images.whole_images()["rgb.png"]
    for number, name in enumerate(_NAMES):
        file = f"./{name}" if name.startswith("-") else name
        for place, command in enumerate(
            (
                "dither ordered {} -o out.png -b 1",
                "dither compare good.png {}",
                "dither compare {} good.png -o out.html",
                "dither diffuse {} --output-dir out -b 1",
                "dither ordered good.png -o out.png -p {}",
            )
        ):
            for label, data in (("whole", whole), ("none", b"no image")):
                case = _case(f"name/{number}/{label}/{place}", command, file, data)
                yield case
        yield _case(f"name/{number}/end", "dither ordered -o out.png -b 1 -- {}", name, whole)
        npy = name.replace(".png", ".npy")
        yield _case(f"name/{number}/matrix", "bluenoise export {} -o out", npy,
                    tables.whole_matrices()["ranks.npy"])  # fmt: skip
