"""three.js and Babylon.js in one headless Chromium (WebGL 2).

Their own loaders read KTX 2, DDS and EXR; the browser decodes PNG.
"""

from collections.abc import Mapping

import pytest
from engines.jobs import (
    CONTENTS_KTX2,
    CONTENTS_PNG,
    CONTENTS_RAW,
    DDS,
    EXR,
    KTX2,
    PNG,
    PROGRAMS,
    RAW,
    TRAPS,
    Draw,
    DrawnBy,
    Report,
)
from engines.presence import browser_library, program
from engines.records import documented, seen

pytestmark = pytest.mark.engines
# WebGL 2 has no normalised textures of 16 bits, and browsers reduce 16-bit PNGs to 8.
_FORMATS = ("r8", "rg8", "rgba8", "rgba16f", "r16ui", "r32f")
CONTENTS = tuple(each for each in (*CONTENTS_PNG, *CONTENTS_RAW) if each.pixel_format in _FORMATS)
LOADED = tuple(each for each in CONTENTS_KTX2 if each.pixel_format in _FORMATS)
DRAWS = (*PNG, *RAW, *DDS, *KTX2, *EXR, *CONTENTS, *LOADED, *TRAPS)
LIBRARIES = {"three": "three.js", "babylon": "Babylon.js"}
BOTH = ("png8", "rg8", "raw-u8", "raw-u16", "raw-f32")


@pytest.fixture(scope="module")
def reports(drawn_by: DrawnBy) -> Mapping[str, Report]:
    browser_library("playwright-core")
    drive = PROGRAMS / "browser" / "drive.mjs"
    return drawn_by(LIBRARIES, "webgl", DRAWS, [program("node"), drive, program("chromium")])


@pytest.mark.parametrize(
    ("library", "texture"),
    [
        *(("three.js", texture) for texture in (*BOTH, "ktx2-r8", "ktx2-rg8", "ktx2-r32f", "exr")),
        *(("Babylon.js", texture) for texture in BOTH),
    ],
)
def test_every_pixel_is_that_of_requantize(
    reports: Mapping[str, Report], library: str, texture: str
) -> None:
    assert reports[library].outcomes[texture].exact, reports[library].outcomes[texture]


@pytest.mark.parametrize("library", LIBRARIES.values())
@pytest.mark.parametrize("draw", CONTENTS, ids=lambda draw: draw.name)
def test_every_value_and_every_frame_is_read_back(
    reports: Mapping[str, Report], library: str, draw: Draw
) -> None:
    assert reports[library].outcomes[draw.name].exact, reports[library].outcomes[draw.name]


@pytest.mark.parametrize("library", LIBRARIES.values())
@pytest.mark.parametrize("trap", TRAPS, ids=lambda draw: draw.name)
def test_each_trap_fails_the_comparison(
    reports: Mapping[str, Report], library: str, trap: Draw
) -> None:
    wrong = reports[library].outcomes[trap.name].wrong
    assert wrong is not None
    assert min(wrong.values()) > 100


@pytest.mark.parametrize("library", LIBRARIES.values())
def test_the_docs_say_what_was_seen(reports: Mapping[str, Report], library: str) -> None:
    assert documented(library) == seen(reports[library])
