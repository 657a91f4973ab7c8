"""A job: a folder with pictures, exported textures and a list of draws for a runtime.

Each runtime has a program under `programs`. The program reads job.json (LÖVE has no JSON and reads
job.lua), draws each picture through each texture, and writes the pixels it read back, or a sentence
why it could not, into the same folder.
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
from bluenoise.export.formats import FAMILIES, TEXTURES

PROGRAMS = Path(__file__).parent / "programs"
# Time limit; the slowest program, the browser, needs half a minute.
_SECONDS = 240
# Exit code for "skip", as in other test runners.
_MISSING = 77


@dataclass(frozen=True)
class Draw:
    """All pictures dithered with one texture.

    Attributes:
        texture: a format of `bluenoise.export`: "rg8", "ktx2-r16", ...
        loader: the runtime's reader of the file: "image", "raw", "dds", "ktx2", "exr", or "imported"
            if an editor has imported it before.
        trap: a deliberate mistake: "srgb", "flipped", "mipmap" or "reduced"; "" for none.
    """

    texture: str
    loader: str
    trap: str = ""

    @property
    def name(self) -> str:
        """Name in files and records."""
        name = f"{self.texture}-imported" if self.loader == "imported" else self.texture
        return f"{name}.{self.trap}" if self.trap else name

    @property
    def pixel_format(self) -> str:
        """Pixel format of the texture."""
        return TEXTURES[self.texture].texel_format


TRAPS = (
    Draw("rg8", "image", "srgb"),
    Draw("rg8", "image", "flipped"),
    Draw("rg8", "image", "mipmap"),
    Draw("png16", "image", "reduced"),
)


PNG = tuple(Draw(name, "image") for name in ("png8", "png16", "rg8"))


def _family(name: str) -> tuple[Draw, ...]:
    """Return draws of the formats of a family that hold thresholds."""
    members = (each for each in FAMILIES[name] if "thresholds" in TEXTURES[each].holds)
    return tuple(Draw(each, name) for each in members)


RAW, DDS, KTX2 = _family("raw"), _family("dds"), _family("ktx2")
TIFF = (Draw("tiff16", "image"),)
EXR = (Draw("exr", "exr"),)


@dataclass(frozen=True)
class Outcome:
    """The result of a draw.

    Attributes:
        wrong: picture to the number of pixels that differ from `dither.requantize` at any number of
            levels; None if nothing was drawn.
        problem: why nothing was drawn, in the runtime's words; "" otherwise.
    """

    wrong: Mapping[str, int] | None
    problem: str = ""

    @property
    def exact(self) -> bool:
        """Whether every pixel equals that of `dither.requantize`."""
        return self.wrong is not None and not any(self.wrong.values())


@dataclass(frozen=True)
class Report:
    """The results of a runtime.

    Attributes:
        version: its name, version and graphics device.
        outcomes: name of a draw to its outcome.
    """

    version: str
    outcomes: Mapping[str, Outcome]


def write_job(folder: Path, draws: Sequence[Draw], language: Language) -> None:
    """Fill a folder with everything a program reads."""
    textures = sorted({draw.texture for draw in draws})
    matrix = dither.load_matrix(MATRIX)
    paths = {
        texture: bluenoise.export(matrix, folder / texture, [texture], name="blue")[0]
        for texture in textures
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
    # Only the escapes \n and \" occur, which JSON and Lua share.
    return json.dumps(value, ensure_ascii=False)


# The fixtures: from a runtime's name, its language, draws and command to a report. `DrawnBy` is for
# programs that draw in several runtimes, named by the folders they fill.
Drawn = Callable[[str, Language, Sequence[Draw], Sequence[str | Path]], Report]
DrawnBy = Callable[
    [Mapping[str, str], Language, Sequence[Draw], Sequence[str | Path]], Mapping[str, Report]
]


class MissingError(Exception):
    """Something that a program needs is not installed."""


def run_job(folder: Path, command: Sequence[str | Path]) -> None:
    """Run a program, with the folder as its last argument, until it has tried every draw.

    Raises:
        MissingError: the program exits with code 77: something it needs is not installed.
        AssertionError: it failed or exceeded the time limit.
    """
    code, said = run_program([*map(str, command), str(folder)], folder)
    if code == _MISSING:
        raise MissingError(said.strip().splitlines()[-1])
    assert code == 0, f"{command[0]} ended with code {code}: {said[-2000:]}"


def read_report(folder: Path, job: Path) -> Report:
    """Return the results that a program wrote for the draws of a job."""
    draws = json.loads((job / "job.json").read_text(encoding="utf-8"))["draws"]
    version = (folder / "runtime.txt").read_text(encoding="utf-8").strip()
    return Report(version, {draw["name"]: _outcome(folder, draw["name"]) for draw in draws})


def run_program(command: Sequence[str], folder: Path) -> tuple[int, str]:
    """Run a program and return its exit code and output; processes it started are killed."""
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(folder), "HOME": str(folder)}
    with (folder / "said.txt").open("w+", encoding="utf-8", errors="replace") as said:
        # Its own process group, so that its children can be killed too.
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
    """Return the result of a draw."""
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
