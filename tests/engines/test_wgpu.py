"""wgpu-py on Vulkan has no loaders: Pillow and numpy read the files."""

import pytest
from engines.jobs import CONTENTS_KTX2, CONTENTS_PNG, PNG, RAW, TIFF, TRAPS, Draw, Drawn, Report
from engines.presence import python_program
from engines.records import documented, seen

pytestmark = pytest.mark.engines
CONTENTS = (*CONTENTS_PNG, *CONTENTS_KTX2)
DRAWS = (*PNG, *TIFF, *RAW, *CONTENTS, *TRAPS)


@pytest.fixture(scope="module")
def report(drawn: Drawn) -> Report:
    return drawn("wgpu", "wgsl", DRAWS, python_program("wgpu"))


@pytest.mark.parametrize(
    "texture", ["png8", "png16", "rg8", "tiff16", "raw-u8", "raw-u16", "raw-f32"]
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
    assert documented("wgpu") == seen(report)
