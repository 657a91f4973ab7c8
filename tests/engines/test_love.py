"""LÖVE reads PNG, EXR and DDS itself; in gamma-correct mode, where it would decode as sRGB."""

import pytest
from engines.jobs import DDS, EXR, KTX2, PNG, PROGRAMS, RAW, TIFF, TRAPS, Draw, Drawn, Report
from engines.presence import windowed
from engines.records import documented, seen

pytestmark = pytest.mark.engines
DRAWS = (*PNG, *TIFF, *RAW, *DDS, *KTX2, *EXR, *TRAPS)


@pytest.fixture(scope="module")
def report(drawn: Drawn) -> Report:
    return drawn("LÖVE", "love", DRAWS, windowed("love", PROGRAMS / "love"))


@pytest.mark.parametrize(
    "kind",
    ["png8", "png16", "rg8", "raw-u8", "raw-f32", "dds-r8", "dds-rg8", "dds-r16", "dds-r32f"],
)
def test_every_pixel_is_that_of_requantize(report: Report, kind: str) -> None:
    assert report.outcomes[kind].exact, report.outcomes[kind]


@pytest.mark.parametrize("trap", TRAPS, ids=lambda draw: draw.name)
def test_each_trap_fails_the_comparison(report: Report, trap: Draw) -> None:
    wrong = report.outcomes[trap.name].wrong
    assert wrong is not None
    assert min(wrong.values()) > 100


def test_the_docs_say_what_was_seen(report: Report) -> None:
    assert documented("LÖVE") == seen(report)
