"""three.js in headless Chromium (WebGL 2): its loaders read the files, a browser's decoder the PNGs."""

from collections.abc import Callable

import pytest

from engines.jobs import TRAPS, Draw, Report
from engines.records import documented, seen

# Both libraries share a browser, which is started once.
pytestmark = [pytest.mark.engines, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def report(browser: Callable[[str, str], Report]) -> Report:
    return browser("three", "three.js")


@pytest.mark.parametrize("kind", ["png8", "rg8", "raw-u8", "raw-u16", "raw-f32", "ktx2-r8", "ktx2-rg8", "ktx2-r32f", "exr"])
def test_every_pixel_is_that_of_requantize(report: Report, kind: str) -> None:
    assert report.outcomes[kind].exact, report.outcomes[kind]


@pytest.mark.parametrize("trap", TRAPS, ids=lambda draw: draw.name)
def test_each_trap_fails_the_comparison(report: Report, trap: Draw) -> None:
    wrong = report.outcomes[trap.name].wrong
    assert wrong is not None
    assert min(wrong.values()) > 100


def test_the_docs_say_what_was_seen(report: Report) -> None:
    assert documented("three.js") == seen(report)
