"""The page of `dither compare` in headless Chromium: what is seen is checked pixel by pixel."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from engines.jobs import PROGRAMS, run_program
from engines.presence import browser_library, program
from PIL import Image

from dither.color import linear_to_srgb, srgb_to_linear
from dither.comparison.compare import compare
from dither.comparison.embedded import Picture
from dither.comparison.error_map import error_map
from dither.comparison.page import comparison_page
from dither.metrics.blur import gaussian_blurred
from dither.ordered.levels import requantize

pytestmark = pytest.mark.engines
# 120 by 80 pixels, of which each begins as a square of 4 on a stage that is 636 wide.
HEIGHT, WIDTH, ZOOM = 80, 120, 4

Shot = Callable[[str], np.ndarray]


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    """An original and two that became of it."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    original = np.stack([2 * x, 3 * y, 255 - x - y], axis=2).clip(0, 255).astype(np.uint8)
    return [original, requantize(original, bits=1), requantize(255 - original, bits=2)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, pictures: list[np.ndarray]) -> Path:
    """Screenshots of every step."""
    browser_library("playwright-core")
    job = tmp_path_factory.mktemp("page")
    first, *others = (Picture(f"{place}.png", each) for place, each in enumerate(pictures))
    found = [compare(first.pixels, other.pixels) for other in others]
    (job / "page.html").write_text(comparison_page(first, others, found), encoding="utf-8")
    drive = PROGRAMS / "browser" / "compare.mjs"
    code, told = run_program([program("node"), str(drive), program("chromium"), str(job)], job)
    assert code == 0, told
    return job


@pytest.fixture(scope="module")
def said(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "said.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def shot(folder: Path, said: dict[str, Any]) -> Shot:
    """From the name of a step to the stage as it was seen then."""
    box = {name: round(value) for name, value in said["stage"].items()}

    def read(name: str) -> np.ndarray:
        with Image.open(folder / f"{name}.png") as picture:
            pixels = np.array(picture.convert("RGB"))
        rows = slice(box["y"], box["y"] + box["height"])
        return pixels[rows, box["x"] : box["x"] + box["width"]]

    return read


def _stage(shape: tuple[int, ...], picture: np.ndarray, zoom: int = ZOOM) -> tuple[slice, slice]:
    """Where a picture lies that fits."""
    place = [(room - side * zoom) // 2 for room, side in zip(shape, picture.shape, strict=False)]
    return tuple(
        slice(start, start + side * zoom) for start, side in zip(place, picture.shape, strict=False)
    )  # pyright: ignore[reportReturnType]


def _seen(shown: np.ndarray, picture: np.ndarray) -> np.ndarray:
    """The picture of a stage, a pixel for each square, and NaN where a square is not of one colour."""
    squares = shown[_stage(shown.shape, picture)].reshape(HEIGHT, ZOOM, WIDTH, ZOOM, 3)
    even = (squares == squares[:, :1, :, :1]).all(axis=(1, 3))
    return np.where(even, squares[:, 0, :, 0], np.nan)


# Rows of the picture below the names and the round handle in the middle.
CLEAR = slice(56, HEIGHT)


def _agree(seen: np.ndarray, expected: np.ndarray, columns: slice) -> None:
    assert np.array_equal(seen[CLEAR, columns], expected[CLEAR, columns])


def test_nothing_is_asked_for_and_nothing_goes_wrong(said: dict[str, Any]) -> None:
    assert said["problems"] == []
    assert said["asked"][0].startswith("file://")
    assert all(address.startswith("data:") for address in said["asked"][1:])


def test_the_border_goes_where_it_is_dragged(shot: Shot, pictures: list[np.ndarray]) -> None:
    original, dithered, _ = pictures
    assert shot("begun").shape[1] == 636
    left = (636 - WIDTH * ZOOM) // 2
    for name, border in (("begun", 318), ("dragged", 200), ("arrow", 205)):
        seen = _seen(shot(name), original)
        column = (border - left) / ZOOM
        _agree(seen, original, slice(0, int(column) - 1))
        _agree(seen, dithered, slice(int(column) + 2, WIDTH))


def test_held_b_swaps_the_sides(shot: Shot, pictures: list[np.ndarray]) -> None:
    original, dithered, _ = pictures
    seen = _seen(shot("held"), original)
    _agree(seen, dithered, slice(0, 30))
    _agree(seen, original, slice(35, WIDTH))


def test_another_picture_is_chosen_and_the_border_goes_to_the_end(
    shot: Shot, pictures: list[np.ndarray]
) -> None:
    _agree(_seen(shot("chosen"), pictures[0]), pictures[0], slice(0, WIDTH - 3))


def test_zoomed_pixels_are_whole_squares_moved_with_the_pointer(
    shot: Shot, pictures: list[np.ndarray]
) -> None:
    shown = shot("zoomed")
    whole = pictures[2].repeat(8, axis=0).repeat(8, axis=1)
    height, width = shown.shape[:2]
    # The middle of the picture lies in the middle, and then goes with the pointer.
    top, left = round(HEIGHT * 4 - height / 2) + 30, round(WIDTH * 4 - width / 2) + 50
    expected = whole[top : top + height, left : left + width]
    # Not where the names and the small picture of the whole are.
    clear = (slice(50, height - 120), slice(30, None))
    assert np.array_equal(shown[clear], expected[clear])


def test_from_afar_light_is_blurred_as_it_is_measured(
    shot: Shot, pictures: list[np.ndarray]
) -> None:
    light = gaussian_blurred(srgb_to_linear(pictures[2] / 255), 1.5)
    expected = 255 * linear_to_srgb(light)
    seen = _seen(shot("blurred"), pictures[0])
    difference = np.abs(seen - expected)[CLEAR, 10:]
    assert difference.max() < 1
    assert (difference > 0.51).mean() < 0.02  # what single precision rounds otherwise


def test_error_maps_are_brighter_where_errors_are_larger(
    shot: Shot, pictures: list[np.ndarray]
) -> None:
    errors = error_map(pictures[0], pictures[2])[CLEAR, 10:]
    seen = _seen(shot("errors"), pictures[0])[CLEAR, 10:]
    luma = (seen @ np.array([0.2126, 0.7152, 0.0722])).ravel()
    order = np.argsort(errors.ravel())
    # A code may round two errors to one, and no more.
    assert np.diff(luma[order]).min() > -3
    assert np.ptp(luma) > 60


def test_blinking_and_side_by_side(shot: Shot, pictures: list[np.ndarray]) -> None:
    for name, expected in (("before", pictures[0]), ("after", pictures[2])):
        _agree(_seen(shot(name), pictures[0]), expected, slice(0, WIDTH))
    sides = shot("sides")
    half = (sides.shape[1] - 8) // 2
    top = (sides.shape[0] - HEIGHT * ZOOM) // 2 + 60 * ZOOM
    for start, picture in ((0, pictures[0]), (sides.shape[1] - half, pictures[2])):
        shown = sides[top : top + ZOOM, start : start + half]
        # Its middle lies in the middle of its half.
        left = round(WIDTH * ZOOM / 2 - half / 2)
        row = picture[60].repeat(ZOOM, axis=0)[left : left + half]
        clear = slice(0, half - 160)
        assert np.array_equal(shown[:, clear], np.broadcast_to(row, shown.shape)[:, clear])
