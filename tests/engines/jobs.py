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
from typing import Any

import numpy as np
from engines.content_shaders import content_fragment
from engines.contents import blank, matrix, values_of, wrong_pixels
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
    """All pictures dithered with one texture, or the values that it holds.

    Attributes:
        texture: a format of `bluenoise.export`: "rg8", "ktx2-r16", ...
        loader: the runtime's reader of the file: "image", "raw", "dds", "ktx2", "exr", or "imported"
            if an editor has imported it before.
        trap: a deliberate mistake: "srgb", "flipped", "mipmap" or "reduced"; "" for none.
        content: "plane" of thresholds, or a content of `engines.contents`.
        raw_layout: "array" or "volume", which bare frames become.
    """

    texture: str
    loader: str
    trap: str = ""
    content: str = "plane"
    raw_layout: str = "array"

    @property
    def name(self) -> str:
        """Name in files and records."""
        name = f"{self.texture}-imported" if self.loader == "imported" else self.texture
        if self.content != "plane":
            name = f"{self.content}-{name}"
            name += "-as-volume" if self.loader == "raw" and self.layout == "volume" else ""
        return f"{name}.{self.trap}" if self.trap else name

    @property
    def layout(self) -> str:
        """Kind of texture: "plane", "array" or "volume"."""
        layout = TEXTURES[self.texture].frame_layout
        if self.content == "plane" or layout == "flipbook":
            return "plane"
        return self.raw_layout if layout == "frames" else layout

    @property
    def pixel_format(self) -> str:
        """Pixel format of the texture for a GPU."""
        texel_format = TEXTURES[self.texture].texel_format
        return {"octahedral8": "rg8", "octahedral16": "rg16"}.get(texel_format, texel_format)

    @property
    def pictures(self) -> tuple[str, ...]:
        """Names of the pictures that are drawn."""
        if self.content == "plane":
            return tuple(PICTURES)
        return ("landscape",) if self.content == "frames" else ("blank",)


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


def _contents(
    loader: str, textures: Mapping[str, str], raw_layout: str = "array"
) -> tuple[Draw, ...]:
    """Return draws of contents, each with the formats listed for it."""
    return tuple(
        Draw(each, loader, content=content, raw_layout=raw_layout)
        for content, names in textures.items()
        for each in names.split()
    )


# Values as flipbooks; and values and a matrix with frames as arrays and as volumes.
CONTENTS_PNG = _contents(
    "image",
    {
        "sphere": "rgba8 octahedral8",
        "weighted": "rgba8",
        "circle": "rg8",
        "scalar": "png8 png16",
        "frames": "rg8",
    },
)
_ARRAYS = {
    "sphere": "rgba8 rgb10a2 rgba16 rgba16f r32f octahedral8 octahedral16",
    "weighted": "rgba16 rgba16f",
    "circle": "rg8 rg16",
    "scalar": "r16",
    "frames": "r8 r16 r16ui r32f",
}
_VOLUMES = {
    "sphere": "rgba8 rgba16f octahedral16",
    "circle": "rg16",
    "scalar": "r16",
    "frames": "r8 r16 r32f",
}


def _in_files(kind: str) -> tuple[Draw, ...]:
    """Return draws of arrays and volumes in KTX 2 or DDS."""
    files = {
        content: " ".join(f"{kind}-{each}" for each in names.split())
        for content, names in _ARRAYS.items()
    }
    volumes = {
        content: " ".join(f"{kind}-volume-{each}" for each in names.split())
        for content, names in _VOLUMES.items()
    }
    return _contents(kind, files) + _contents(kind, volumes)


CONTENTS_KTX2, CONTENTS_DDS = _in_files("ktx2"), _in_files("dds")
_BARE = {
    "sphere": "raw-rgba8 raw-rgb10a2 raw-rgba16 raw-rgba16f raw-f32 raw-octahedral8 raw-octahedral16",
    "circle": "raw-rg8 raw-rg16",
    "scalar": "raw-u8 raw-r16",
    "frames": "raw-u8 raw-u16 raw-f32",
}
CONTENTS_RAW = _contents("raw", _BARE) + _contents("raw", _BARE, "volume")


# Groups of contents in the docs: whose names begin so, and end so, in order.
_GROUPS = {
    "ktx2-volume-": "volume in KTX 2",
    "ktx2-": "array in KTX 2",
    "dds-volume-": "volume in DDS",
    "dds-": "array in DDS",
    "raw-": "array of bare numbers",
    "": "flipbook in PNG",
}


def group_of(name: str) -> str | None:
    """Return the group of a draw in the docs, by its name; None for planes of thresholds.

    Example:
        >>> group_of("frames-ktx2-r16"), group_of("sphere-rgba8"), group_of("ktx2-r16")
        ('thresholds: array in KTX 2', 'values: flipbook in PNG', None)
    """
    content, _, texture = name.partition("-")
    if content not in (*_ARRAYS, "weighted"):
        return None
    group = next(words for start, words in _GROUPS.items() if texture.startswith(start))
    if texture.endswith("-as-volume"):
        group = "volume of bare numbers"
    return f"{'thresholds' if content == 'frames' else 'values'}: {group}"


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
    held = {"plane": dither.load_matrix(MATRIX), "frames": matrix()}
    paths = {
        (draw.content, draw.texture): bluenoise.export(
            held.get(draw.content) or values_of(draw.content),
            folder / draw.content / draw.texture,
            [draw.texture],
            name="blue",
        )[0]
        for draw in {(each.content, each.texture): each for each in draws}.values()
    }
    if any(draw.trap == "reduced" for draw in draws):
        codes = np.asarray(Image.open(paths["plane", "png16"]))
        Image.fromarray((codes >> 8).astype(np.uint8)).save(folder / "reduced.png")
    pictures = {}
    for name, make in {**PICTURES, "blank": blank}.items():
        picture = make()
        Image.fromarray(picture).save(folder / f"{name}.png")
        pictures[name] = {"width": picture.shape[1], "height": picture.shape[0]}
    job = {
        "pictures": pictures,
        "draws": [
            {
                **asdict(draw),
                **_shape(paths[draw.content, draw.texture]),
                "name": draw.name,
                "layout": draw.layout,
                "pictures": list(draw.pictures),
                "pixel_format": draw.pixel_format,
                "file": "reduced.png"
                if draw.trap == "reduced"
                else paths[draw.content, draw.texture].relative_to(folder).as_posix(),
                "fragment": _fragment(language, draw),
            }
            for draw in draws
        ],
    }
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    (folder / "job.lua").write_text(f"return {_lua(job)}\n", encoding="utf-8")


def _fragment(language: Language, draw: Draw) -> str:
    if draw.content == "plane":
        return fragment(language, draw.pixel_format, mipmap=draw.trap == "mipmap")
    return content_fragment(language, draw.content, draw.texture, draw.layout)


def _shape(path: Path) -> dict[str, int]:
    """Return the size of a texture, from its sidecar."""
    facts = json.loads(path.with_name(f"{path.name}.json").read_text())
    layers, rows, columns, channels = facts["shape"]
    return {"layers": layers, "rows": rows, "columns": columns, "channels": channels}


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
    return Report(version, {draw["name"]: _outcome(folder, draw) for draw in draws})


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


def _outcome(folder: Path, draw: Mapping[str, Any]) -> Outcome:
    """Return the result of a draw."""
    name = draw["name"]
    problem = folder / f"{name}.problem"
    if problem.exists():
        return Outcome(None, problem.read_text(encoding="utf-8").strip())
    wrong = {}
    for picture in draw["pictures"]:
        path = folder / f"{name}.{picture}.rgba"
        greys = blank() if picture == "blank" else PICTURES[picture]()
        drawn = np.fromfile(path, np.uint8).reshape(*greys.shape, 4)[..., :3]
        if draw["content"] == "plane":
            wrong[picture] = int((drawn != requantized(greys)).any(axis=2).sum())
        else:
            wrong[picture] = wrong_pixels(draw["content"], draw["texture"], drawn)
    return Outcome(wrong)
