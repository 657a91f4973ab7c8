"""Godot 3 reads PNG and EXR with `Image.load`, and textures that its editor imported.

It uses the exported shader and import settings.
"""

import shutil

import pytest
from engines.expected import MATRIX
from engines.jobs import (
    CONTENTS_PNG,
    DDS,
    EXR,
    KTX2,
    PNG,
    PROGRAMS,
    RAW,
    TIFF,
    TRAPS,
    Draw,
    Drawn,
    Report,
    run_program,
)
from engines.presence import windowed
from engines.records import documented, seen

import bluenoise
import dither

pytestmark = pytest.mark.engines
IMPORTED = Draw("rg8", "imported")
# Godot 3 reduces 16-bit PNGs to 8 bits.
CONTENTS = tuple(each for each in CONTENTS_PNG if each.texture != "png16")
DRAWS = (*PNG, IMPORTED, *TIFF, *RAW, *DDS, *KTX2, *EXR, *CONTENTS, *TRAPS)


@pytest.fixture(scope="module")
def report(drawn: Drawn, tmp_path_factory: pytest.TempPathFactory) -> Report:
    project = tmp_path_factory.mktemp("godot") / "project"
    shutil.copytree(PROGRAMS / "godot", project)
    bluenoise.export(dither.load_matrix(MATRIX), project / "textures", ["rg8"], name="blue")
    godot = [*windowed("godot3"), "--audio-driver", "Dummy", "--path", project]
    # The exit code means nothing: this editor crashes on exit, after the import.
    run_program([*map(str, godot), "--editor", "--quit"], project)
    assert list((project / ".import").glob("blue.rg8.png-*.stex"))
    return drawn("Godot 3", "godot", DRAWS, [*godot, "-s", "program.gd"])


@pytest.mark.parametrize("texture", ["png8", "rg8", "rg8-imported", "raw-u8", "raw-f32"])
def test_every_pixel_is_that_of_requantize(report: Report, texture: str) -> None:
    assert report.outcomes[texture].exact, report.outcomes[texture]


@pytest.mark.parametrize("draw", CONTENTS, ids=lambda draw: draw.name)
def test_every_value_and_every_frame_is_read_back(report: Report, draw: Draw) -> None:
    assert report.outcomes[draw.name].exact, report.outcomes[draw.name]


@pytest.mark.parametrize("trap", TRAPS, ids=lambda draw: draw.name)
def test_each_trap_fails_the_comparison(report: Report, trap: Draw) -> None:
    wrong = report.outcomes[trap.name].wrong
    assert wrong is not None
    assert min(wrong.values()) > 100


def test_the_docs_say_what_was_seen(report: Report) -> None:
    assert documented("Godot 3") == seen(report)
