"""Panda3D reads PNG, TIFF, EXR and DDS with its own loaders."""

import pytest

from engines.jobs import DDS, Draw, Drawn, EXR, KTX2, PNG, RAW, Report, TIFF, TRAPS
from engines.presence import python_program
from engines.records import documented, seen

pytestmark = pytest.mark.xdist_group("panda3d")
DRAWS = (*PNG, *TIFF, *RAW, *DDS, *KTX2, *EXR, *TRAPS)


@pytest.fixture(scope="module")
def report(drawn: Drawn) -> Report:
    return drawn("Panda3D", "panda3d", DRAWS, python_program("panda3d"))


@pytest.mark.parametrize("kind", ["png8", "png16", "rg8", "tiff16", "raw-u8", "raw-u16", "raw-f32", "dds-r16", "dds-r16ui", "dds-r32f", "exr"])
def test_every_pixel_is_that_of_requantize(report: Report, kind: str) -> None:
    assert report.outcomes[kind].exact, report.outcomes[kind]


@pytest.mark.parametrize("trap", TRAPS, ids=lambda draw: draw.name)
def test_each_trap_fails_the_comparison(report: Report, trap: Draw) -> None:
    wrong = report.outcomes[trap.name].wrong
    assert wrong is not None
    assert min(wrong.values()) > 100


def test_the_docs_say_what_was_seen(report: Report) -> None:
    assert documented("Panda3D") == seen(report)
