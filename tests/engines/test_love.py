"""LÖVE reads PNG, EXR and DDS itself; tested in gamma-correct mode, which decodes sRGB."""

import pytest
from engines.jobs import (
    CONTENTS_PNG,
    CONTENTS_RAW,
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
)
from engines.presence import windowed
from engines.records import documented, seen

pytestmark = pytest.mark.engines
# LÖVE has no textures of integers.
CONTENTS = (*CONTENTS_PNG, *(each for each in CONTENTS_RAW if each.pixel_format != "r16ui"))
DRAWS = (*PNG, *TIFF, *RAW, *DDS, *KTX2, *EXR, *CONTENTS, *TRAPS)


@pytest.fixture(scope="module")
def report(drawn: Drawn) -> Report:
    return drawn("LÖVE", "love", DRAWS, windowed("love", PROGRAMS / "love"))


@pytest.mark.parametrize(
    "texture",
    ["png8", "png16", "rg8", "raw-u8", "raw-f32", "dds-r8", "dds-rg8", "dds-r16", "dds-r32f"],
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
    assert documented("LÖVE") == seen(report)
