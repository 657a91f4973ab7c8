import base64
import io
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from dither.comparison.compare import compare
from dither.comparison.embedded import Picture
from dither.comparison.error_map import error_map
from dither.comparison.page import comparison_page, flame
from dither.ordered.levels import requantize

EVIL = '</script><script>alert("1")</script>&<b>.png'
# What HTML leaves open.
VOID = {"meta", "link", "input"}


class Reader(HTMLParser):
    """The elements of a page: their attributes and text, and whether all are closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts.setdefault(self.open[-1], []).append(data)


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    generator = np.random.default_rng(3)
    original = np.linspace(0, 255, 40 * 30 * 3).reshape(30, 40, 3).astype(np.uint8)
    noise = generator.integers(0, 256, original.shape).astype(np.uint8)
    return [
        Picture("photo.png", original),
        Picture(EVIL, requantize(original, bits=1)),
        Picture("noise.png", noise),
    ]


@pytest.fixture(scope="module")
def page(pictures: list[Picture]) -> str:
    first, *others = pictures
    found = [compare(first.pixels, other.pixels) for other in others]
    return comparison_page(first, others, found)


@pytest.fixture(scope="module")
def read(page: str) -> Reader:
    return Reader(page)


def test_nothing_is_loaded_from_anywhere(page: str, read: Reader) -> None:
    assert page.startswith("<!DOCTYPE html>")
    # No address but of data, and none that a script or a style could load.
    bare = re.sub(r"data:image/png;base64,[\w+/=]+", "data:", page)
    assert not re.search(r"https?:|//[a-z]|@import|url\(|fetch\(|XMLHttp|import\(", bare)
    for tag, attributes in read.elements:
        for name in ("src", "href", "action", "srcset", "poster"):
            assert (attributes.get(name) or "data:").startswith("data:"), (tag, attributes)
        assert not [name for name in attributes if name.startswith("on")]
    policies = [
        attributes["content"]
        for _, attributes in read.elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert len(policies) == 1
    assert "default-src 'none'; img-src data:;" in (policies[0] or "")


def test_the_pictures_in_it_are_exactly_those(read: Reader, pictures: list[Picture]) -> None:
    data = _data(read)
    assert (data["width"], data["height"]) == (40, 30)
    assert [entry["name"] for entry in data["pictures"]] == [each.name for each in pictures]
    for entry, picture in zip(data["pictures"], pictures, strict=True):
        assert np.array_equal(np.array(_decoded(entry["address"]).convert("RGB")), picture.pixels)


def test_maps_tell_the_blurred_differences(read: Reader, pictures: list[Picture]) -> None:
    data = _data(read)
    assert "map" not in data["pictures"][0]
    assert data["map"]["step"] == 1
    for entry, picture in zip(data["pictures"][1:], pictures[1:], strict=True):
        told = data["map"]["top"] * (np.array(_decoded(entry["map"])) / 255.0) ** 2
        expected = error_map(pictures[0].pixels, picture.pixels)
        close = np.abs(told - np.minimum(expected, data["map"]["top"])) < 0.01 * data["map"]["top"]
        assert close.all()


def test_names_are_text_and_nothing_more(page: str, read: Reader) -> None:
    scripts = [attributes for tag, attributes in read.elements if tag == "script"]
    assert scripts == [{"type": "application/json", "id": "data"}, {}]
    assert EVIL in read.texts["button"]
    assert "<b>" not in page


def test_the_table_has_every_figure_and_marks_the_best(page: str, read: Reader) -> None:
    rows = re.findall(r"<tr data-picture.*?</tr>", page)
    assert len(rows) == 2
    cells = [re.findall(r"<td( class=\"best\")?>([^<]*)", row) for row in rows]
    assert [len(row) for row in cells] == [11, 11]
    blurred = [float(row[0][1]) for row in cells]
    assert [bool(row[0][0]) for row in cells] == [value == min(blurred) for value in blurred]
    lost = [row for row in rows if 'class="hues"' in row]
    assert all(
        re.search(r"red|green|blue|cyan|magenta|yellow|pink|orange|violet", row) for row in lost
    )


def test_what_the_script_asks_for_is_there_once(page: str, read: Reader) -> None:
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    asked = set(re.findall(r'(?:element|getElementById)\("([a-z-]+)"\)', page))
    assert asked
    assert asked <= set(ids)
    labelled = {attributes["for"] for tag, attributes in read.elements if "for" in attributes}
    assert labelled <= set(ids)


def test_a_map_is_read_by_lightness_alone() -> None:
    codes = [bytes.fromhex(color[1:]) for color in flame()]
    luma = [0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in codes]
    assert luma == sorted(luma)
    assert luma[0] < 20
    assert luma[-1] > 230


def test_progress_ends_near_one(pictures: list[Picture]) -> None:
    told: list[float] = []
    first, second, _ = pictures
    found = [compare(first.pixels, second.pixels)]
    comparison_page(first, [second], found, on_progress=lambda share, _: told.append(share))
    assert told == sorted(told)
    assert told[0] == 0
    assert 0.6 < told[-1] < 1


def _data(read: Reader) -> dict:
    return next(json.loads(text) for text in read.texts["script"] if text.startswith("{"))


def _decoded(address: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(address.split(",")[1])))
