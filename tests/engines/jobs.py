"""A job: a folder with pictures, textures as `bluenoise.export` writes them, and what is to be drawn.

Every runtime is driven by a program of its own under `programs`. It reads job.json (LÖVE, which has no
JSON, job.lua), draws each picture through each texture, and leaves in the same folder the pixels that
it read back, or one sentence that says why it could not.
"""

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from engines.expected import MATRIX, PICTURES, requantized
from engines.shaders import Language, fragment
from PIL import Image

import bluenoise
import dither

PROGRAMS = Path(__file__).parent / "programs"
# A program that takes longer than this hangs; the slowest, the browser, ends within half a minute.
_SECONDS = 240
# As test runners of other languages say "skip".
_MISSING = 77
# The kinds whose names do not end in a pixel format.
_FORMATS = {
    "png8": "r8",
    "png16": "r16",
    "raw-u8": "r8",
    "raw-u16": "r16ui",
    "raw-f32": "r32f",
    "tiff16": "r16",
    "exr": "r32f",
}


@dataclass(frozen=True)
class Draw:
    """All pictures, dithered by one texture.

    Attributes:
        texture: a kind of `bluenoise.export`: "rg8", "ktx2-r16", ...
        loader: which of the runtime's ways reads the file: "image", "raw", "dds", "ktx2", "exr", or
            "imported" where an editor has done so before.
        trap: what is done wrong on purpose: "srgb", "flipped", "mipmap" or "reduced"; "" for nothing.
    """

    texture: str
    loader: str
    trap: str = ""

    @property
    def name(self) -> str:
        """Of its files and in records."""
        name = f"{self.texture}-imported" if self.loader == "imported" else self.texture
        return f"{name}.{self.trap}" if self.trap else name

    @property
    def pixel_format(self) -> str:
        """What the texels are, in the exporter's words."""
        return _FORMATS.get(self.texture, self.texture.split("-")[-1])


TRAPS = (
    Draw("rg8", "image", "srgb"),
    Draw("rg8", "image", "flipped"),
    Draw("rg8", "image", "mipmap"),
    Draw("png16", "image", "reduced"),
)


PNG = tuple(Draw(kind, "image") for kind in ("png8", "png16", "rg8"))
RAW = tuple(Draw(kind, "raw") for kind in ("raw-u8", "raw-u16", "raw-f32"))
DDS = tuple(Draw(f"dds-{each}", "dds") for each in ("r8", "rg8", "r16", "r16ui", "r32f"))
KTX2 = tuple(Draw(f"ktx2-{each}", "ktx2") for each in ("r8", "rg8", "r16", "r16ui", "r32f"))
TIFF = (Draw("tiff16", "image"),)
EXR = (Draw("exr", "exr"),)


@dataclass(frozen=True)
class Outcome:
    """What came of a draw.

    Attributes:
        wrong: for each picture, at how many pixels any number of levels differs from
            `dither.requantize`; None where nothing was drawn.
        problem: why nothing was drawn, in the runtime's words; "" where something was.
    """

    wrong: Mapping[str, int] | None
    problem: str = ""

    @property
    def exact(self) -> bool:
        """Whether every pixel is right."""
        return self.wrong is not None and not any(self.wrong.values())


@dataclass(frozen=True)
class Report:
    """What a runtime did.

    Attributes:
        version: its name and version, in its own words, and what it drew on.
        outcomes: of each draw, by its name.
    """

    version: str
    outcomes: Mapping[str, Outcome]


def write_job(folder: Path, draws: Sequence[Draw], language: Language) -> None:
    """Fill a folder with all that a program reads."""
    kinds = sorted({draw.texture for draw in draws})
    matrix = dither.load_matrix(MATRIX)
    paths = {
        kind: bluenoise.export(matrix, folder / kind, [kind], name="blue")[0] for kind in kinds
    }
    if any(draw.trap == "reduced" for draw in draws):
        codes = np.asarray(Image.open(paths["png16"]))
        Image.fromarray((codes >> 8).astype(np.uint8)).save(folder / "reduced.png")
    pictures = {}
    for name, make in PICTURES.items():
        picture = make()
        Image.fromarray(picture).save(folder / f"{name}.png")
        pictures[name] = {"width": picture.shape[1], "height": picture.shape[0]}
    job = {
        "columns": matrix.shape[1],
        "rows": matrix.shape[0],
        "pictures": pictures,
        "draws": [
            {
                **asdict(draw),
                "name": draw.name,
                "pixel_format": draw.pixel_format,
                "file": "reduced.png"
                if draw.trap == "reduced"
                else paths[draw.texture].relative_to(folder).as_posix(),
                "fragment": fragment(language, draw.pixel_format, mipmap=draw.trap == "mipmap"),
            }
            for draw in draws
        ],
    }
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    (folder / "job.lua").write_text(f"return {_lua(job)}\n", encoding="utf-8")


def _lua(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"[{_lua(key)}] = {_lua(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "{" + ", ".join(map(_lua, value)) + "}"
    # Of JSON's escapes only \n and \" occur, and Lua has them too.
    return json.dumps(value, ensure_ascii=False)


# What the tests' fixtures do: from a runtime's name, its language, draws and command to a report; and
# the same for programs that draw in several runtimes, named by the folders that they fill.
Drawn = Callable[[str, Language, Sequence[Draw], Sequence[str | Path]], Report]
DrawnBy = Callable[
    [Mapping[str, str], Language, Sequence[Draw], Sequence[str | Path]], Mapping[str, Report]
]


class MissingError(Exception):
    """What a program needs is not there."""


def run_job(folder: Path, command: Sequence[str | Path]) -> None:
    """Run a program, which finds the folder as its last argument, until it has tried every draw.

    Raises:
        MissingError: the machine lacks what the program needs, which it says with code 77.
        AssertionError: it failed, or hung.
    """
    code, said = run_program([*map(str, command), str(folder)], folder)
    if code == _MISSING:
        raise MissingError(said.strip().splitlines()[-1])
    assert code == 0, f"{command[0]} ended with code {code}: {said[-2000:]}"


def read_report(folder: Path, job: Path) -> Report:
    """What a program left in a folder, of the draws of a job."""
    draws = json.loads((job / "job.json").read_text(encoding="utf-8"))["draws"]
    version = (folder / "runtime.txt").read_text(encoding="utf-8").strip()
    return Report(version, {draw["name"]: _outcome(folder, draw["name"]) for draw in draws})


def run_program(command: Sequence[str], folder: Path) -> tuple[int, str]:
    """The exit code of a program and what it said; nothing that it started outlives the call."""
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(folder), "HOME": str(folder)}
    with (folder / "said.txt").open("w+", encoding="utf-8", errors="replace") as said:
        # A group of its own, so that what it has started ends with it.
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{command[0]} took longer than {_SECONDS} s") from None
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return code, (folder / "said.txt").read_text(encoding="utf-8", errors="replace")


def _outcome(folder: Path, name: str) -> Outcome:
    """What a draw came to."""
    problem = folder / f"{name}.problem"
    if problem.exists():
        return Outcome(None, problem.read_text(encoding="utf-8").strip())
    wrong = {}
    for picture, make in PICTURES.items():
        path = folder / f"{name}.{picture}.rgba"
        greys = make()
        drawn = np.fromfile(path, np.uint8).reshape(*greys.shape, 4)[..., :3]
        wrong[picture] = int((drawn != requantized(greys)).any(axis=2).sum())
    return Outcome(wrong)
