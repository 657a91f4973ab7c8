"""Tests of the built documentation site: it is self-contained. .ci/run runs them after scripts/docs."""

import re
import tomllib
from pathlib import Path

import pytest
from conftest import ROOT

SITE = ROOT / "build" / "site"
pytestmark = pytest.mark.skipif(not (SITE / "index.html").exists(), reason="scripts/docs builds it")


def _pages() -> list[Path]:
    return sorted(SITE.rglob("*.html"))


def test_nothing_is_loaded_from_elsewhere() -> None:
    for page in _pages():
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(r"<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=\"?([^\s\">]+)", text)
        assert loaded
        assert [url for url in loaded if url.startswith(("http:", "https:", "//"))] == [], page
    for sheet in SITE.rglob("*.css"):
        assert not re.search(r"url\([\"']?(https?:)?//", sheet.read_text(encoding="utf-8")), sheet


def test_the_version_is_shown_on_every_page() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    for page in _pages():
        assert f"bluenoise-dither {version}" in page.read_text(encoding="utf-8"), page


def test_every_picture_is_there() -> None:
    for page in _pages():
        for source in re.findall(
            r"<img\b[^>]*?src=\"?([^\s\">]+)", page.read_text(encoding="utf-8")
        ):
            if page.name != "404.html" and not source.startswith("data:"):
                assert (page.parent / source).exists(), (page, source)


def test_formulas_are_mathml() -> None:
    text = (SITE / "how-it-works.html").read_text(encoding="utf-8")
    assert text.count('display="block"') == 8
    body = re.sub(r"<(script|style|code|math)\b.*?</\1>", "", text, flags=re.DOTALL)
    assert "$" not in body
    # The converter leaves commands that it does not support as TeX.
    assert "\\" not in "".join(re.findall(r"<math.*?</math>", text, re.DOTALL))
