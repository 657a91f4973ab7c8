"""Panda3D reads PNG, TIFF, EXR and DDS itself."""

import pytest
from engines.jobs import (
    CONTENTS_DDS,
    CONTENTS_PNG,
    DDS,
    EXR,
    KTX2,
    PNG,
    RAW,
    TIFF,
    TRAPS,
    Draw,
    Drawn,
    Report,
)
from engines.presence import python_program
from engines.records import documented, seen

# Panda3D 1.10 overruns its buffer on 8-bit DDS files with a version 10 header.
_UNSAFE = ("r8", "rg8", "rgba8", "rgb10a2")
_SAFE = [draw for draw in DDS if draw.pixel_format not in _UNSAFE]
CONTENTS = (
    *CONTENTS_PNG,
    *(each for each in CONTENTS_DDS if each.pixel_format not in _UNSAFE),
)
DRAWS = (*PNG, *TIFF, *RAW, *_SAFE, *KTX2, *EXR, *CONTENTS, *TRAPS)


@pytest.fixture(scope="module")
def report(drawn: Drawn) -> Report:
    return drawn("Panda3D", "panda3d", DRAWS, python_program("panda3d"))


@pytest.mark.parametrize(
    "texture",
    [
        "png8",
        "png16",
        "rg8",
        "tiff16",
        "raw-u8",
        "raw-u16",
        "raw-f32",
        "dds-r16",
        "dds-r16ui",
        "dds-r32f",
    ],
)
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
    assert documented("Panda3D") == seen(report)
