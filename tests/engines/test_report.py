"""The page of a report in headless Chromium, operated like a person does."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from engines.jobs import PROGRAMS
from engines.presence import browser_library, program
from PIL import Image

import bluenoise
from dither import ThresholdMatrix

pytestmark = pytest.mark.engines


def test_the_slider_shows_the_frame(tmp_path: Path) -> None:
    browser_library("playwright-core")
    ranks = np.random.default_rng(4).permutation(6 * 8 * 8).reshape(6, 8, 8)
    page = tmp_path / "report.html"
    bluenoise.report({"it": ThresholdMatrix(ranks)}, page, photo=np.zeros((8, 8), np.uint8))
    command = [program("node"), PROGRAMS / "browser" / "report.mjs", program("chromium"), page]
    description = "the grey 1/4 thresholded by it"
    done = subprocess.run(
        [*command, description], capture_output=True, text=True, timeout=120, check=True
    )
    seen = json.loads(done.stdout)
    assert seen["errors"] == []
    assert set(seen["requests"]) <= {"file:", "data:"}
    assert seen["requests"].count("file:") == 1
    assert seen["frame"] == "4 of 6"
    shown = np.asarray(Image.open(f"{page}.png").convert("L"))
    pattern = np.tile(ranks[3] < ranks.size // 4, (12, 12))[:92, :92]
    wanted = np.kron(pattern, np.full((3, 3), 255))
    # If the picture starts between two pixels, the screenshot has one more row.
    starts = range(len(shown) - len(wanted) + 1)
    assert len(starts) <= 2
    assert any(np.array_equal(shown[start:][: len(wanted)], wanted) for start in starts)
    (chart,) = seen["charts"]
    assert "blurred by 3 pixels" in chart
    assert all(seen["values"])
    assert seen["overflow"] <= 0
