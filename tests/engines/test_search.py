"""The search of the documentation in headless Chromium, from disk. scripts/docs builds the site."""

import json
import subprocess

import pytest
from conftest import ROOT
from engines.jobs import PROGRAMS
from engines.presence import browser_library, program

SITE = ROOT / "build" / "site"
pytestmark = [
    pytest.mark.engines,
    pytest.mark.skipif(not (SITE / "index.html").exists(), reason="scripts/docs builds it"),
]


@pytest.mark.parametrize("page", ["index.html", "api/metrics.html"])
def test_the_search_finds_an_option_from_disk(page: str) -> None:
    browser_library("playwright-core")
    command = [program("node"), PROGRAMS / "browser" / "search.mjs", program("chromium")]
    done = subprocess.run(
        [*command, SITE / page, "--auto-contrast"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    seen = json.loads(done.stdout)
    assert seen["errors"] == []
    assert set(seen["requests"]) <= {"file:", "blob:", "data:"}
    assert seen["address"].startswith(f"{SITE.as_uri()}/commands/dither-")
    assert "#-auto-contrast-percent" in seen["address"]
