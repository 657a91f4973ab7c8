"""The page is parsed as HTML, and its pictures are compared with those of `dither`."""

import base64
import hashlib
import io
import itertools
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import bluenoise
from dither import InputError, ThresholdMatrix, bayer, load_matrix, requantize, white_noise
from dither.color import to_gray
from dither.ordered.additive_noise import noise_dither

VOID = {"meta", "img", "input", "link", "br", "path", "rect"}


class Page(HTMLParser):
    """A parsed page: its elements with attributes; asserts that tags are closed in order."""

    def __init__(self, text: str):
        super().__init__()
        self.elements: list[tuple[str, dict[str, Any]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("script", "style"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def pictures(self, description: str) -> list[np.ndarray]:
        """Return the pictures whose alt text starts with `description`."""
        return [
            decoded(attributes["src"])
            for tag, attributes in self.elements
            if tag == "img" and attributes["alt"].startswith(description)
        ]

    def picture(self, description: str) -> np.ndarray:
        (found,) = self.pictures(description)
        return found


def decoded(address: str) -> np.ndarray:
    kind, _, data = address.partition(",")
    assert kind == "data:image/png;base64"
    picture = Image.open(io.BytesIO(base64.b64decode(data, validate=True)))
    colors = np.asarray(picture.convert("RGB"))
    return colors[..., 0] if (colors == colors[..., :1]).all() else colors


def reported(folder: Path, matrices: Mapping[str, Any], **options: Any) -> Page:
    path = folder / "report.html"
    assert bluenoise.report(matrices, path, force=True, **options)[0] == path
    return Page(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def small_photo() -> np.ndarray:
    y, x = np.mgrid[0:40, 0:60]
    ramps = np.stack([x * 4, y * 6, 255 - x * 2], axis=2)
    return np.clip(ramps, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, small_photo: np.ndarray) -> Page:
    matrices = {"blue": "blue-16x16", "<Bayer> & co": bayer(8, 16)}
    folder = tmp_path_factory.mktemp("two")
    return reported(folder, matrices, photo=small_photo)


def test_nothing_is_fetched(two: Page) -> None:
    for tag, attributes in two.elements:
        for name in ("src", "href", "data", "srcset", "action", "poster"):
            address = attributes.get(name, "#")
            assert address.startswith(("data:", "#")), (tag, name, address[:60])
        for address in re.findall(r"url\(([^)]*)\)", attributes.get("style", "")):
            assert address.startswith("data:")
        assert tag not in ("link", "base", "iframe", "object")
    policy = next(a["content"] for t, a in two.elements if "http-equiv" in a)
    assert policy.startswith("default-src 'none'")


def test_the_page_is_accessible(two: Page) -> None:
    ids = [attributes["id"] for _, attributes in two.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for tag, attributes in two.elements:
        if tag == "img":
            assert len(attributes["alt"]) > 10
        if attributes.get("role") == "img":
            assert len(attributes["aria-label"]) > 10
        if tag == "a":
            assert attributes["href"][1:] in ids
    levels = [int(tag[1]) for tag, _ in two.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    # Names are escaped.
    assert "<Bayer> & co" in two.text


@pytest.mark.parametrize(("above", "below"), [(1, 16), (1, 8), (1, 4), (1, 2)])
def test_patches_are_the_ranks_below_a_level(two: Page, above: int, below: int) -> None:
    for name, matrix in (("blue", load_matrix("blue-16x16")), ("<Bayer> & co", bayer(8, 16))):
        found = two.picture(f"the grey {above}/{below} thresholded by {name}")
        pattern = matrix.ranks < matrix.ranks.size * above / below
        wanted = np.tile(pattern, (12, 12))[: len(found), : found.shape[1]]
        assert np.array_equal(found, np.where(wanted, 255, 0))


def test_the_pictures_are_those_of_the_runtime(two: Page, small_photo: np.ndarray) -> None:
    grey = to_gray(small_photo)
    matrix = load_matrix("blue-16x16")
    assert np.array_equal(two.pictures("the photo before dithering")[0], grey)
    for words, bits in (("1 bit", 1), ("2 bits", 2)):
        found = two.picture(f"the photo at {words} by blue")
        assert np.array_equal(found, requantize(grey, matrix, bits=bits))
    shades = two.picture("blue as grey squares")
    assert np.array_equal(shades, np.rint(255 * matrix.thresholds))
    ramp = two.picture("a ramp from black to white, at 1 bit by blue")
    greys = np.broadcast_to(np.rint(np.linspace(0, 255, 320)).astype(np.uint8), ramp.shape)
    assert np.array_equal(ramp, requantize(greys, matrix, bits=1))


def test_tiles_repeat_the_matrix(two: Page) -> None:
    tiled = [a for _, a in two.elements if a.get("aria-label", "").startswith("nine tiles of blue")]
    (address,) = re.findall(r"url\(([^)]*)\)", tiled[0]["style"])
    assert np.array_equal(decoded(address), two.picture("blue as grey squares"))


def test_scores_are_those_of_evaluate(two: Page) -> None:
    matrix = load_matrix("blue-16x16")
    evaluation = bluenoise.evaluate(matrix)
    assert f"{evaluation.energy['gaussian:1.5']:.0f}" in two.text
    classical = bluenoise.methods.void_and_cluster.void_and_cluster((16, 16), seed=0)  # pyright: ignore
    ratios = np.array(list(evaluation.energy.values())) / list(
        bluenoise.evaluate(classical).energy.values()
    )
    gain = np.mean(10 * np.log10(ratios))
    assert f"{gain:+.2f} dB".replace("-", "−") in two.text
    assert "bluenoise generate 16x16 -o blue-16x16.npy --seed 0" in two.text


def test_curves_run_through_the_energies(two: Page) -> None:
    """Read the points back from the drawing, at the levels of all 255 greys."""
    from dither.metrics import STANDARD_FILTERS
    from dither.metrics.patterns import level_energies

    drawing = next(a for t, a in two.elements if a.get("class") == "drawing")
    left, top, width, height = map(float, drawing["data-area"].split())
    low, high = map(float, drawing["data-y"].split())
    after = itertools.dropwhile(lambda each: each[1].get("class") != "curve curve-0", two.elements)
    path = next(a["d"] for t, a in after if t == "path")
    points = np.array([list(map(float, pair.split())) for pair in path.strip("M").split("L")])
    greys = (points[:, 0] - left) / width
    found = low * (high / low) ** (1 - (points[:, 1] - top) / height)
    wanted = 1e6 * level_energies(
        load_matrix("blue-16x16").ranks, [STANDARD_FILTERS["gaussian:1.5"]]
    )
    assert greys == pytest.approx(np.arange(1, 256) / 256, abs=1e-3)
    assert found == pytest.approx(np.maximum(wanted[:, 0], low), rel=0.01)


def test_colours_and_noise(tmp_path: Path, small_photo: np.ndarray) -> None:
    planes = tuple(white_noise(8, 12, seed=seed) for seed in range(3))
    noise = np.random.default_rng(1).uniform(-1, 1, (6, 10))
    page = reported(tmp_path, {"rgb": planes, "noise": noise}, photo=small_photo)
    wanted = requantize(small_photo, planes, bits=1)
    assert np.array_equal(page.picture("the photo at 1 bit by rgb"), wanted)
    codes = noise_dither(to_gray(small_photo), noise, levels=4)
    assert np.array_equal(page.picture("the photo at 2 bits by noise"), codes * 85)
    assert "8 × 12, 3 channels" in page.text


def test_frames_are_stacked_vertically(tmp_path: Path, small_photo: np.ndarray) -> None:
    ranks = np.random.default_rng(2).permutation(6 * 8 * 8).reshape(6, 8, 8)
    matrix = ThresholdMatrix(ranks)
    page = reported(tmp_path, {"frames": matrix}, photo=small_photo)
    strip = page.picture("the photo at 1 bit by frames").reshape(6, 40, 60)
    grey = to_gray(small_photo)
    dots = [requantize(grey, matrix, bits=1, phase=(t, 0, 0)) for t in range(6)]
    assert np.array_equal(strip, dots)
    mean = page.picture("the mean of the 6 dithered frames")
    assert np.array_equal(mean, np.rint(np.mean(dots, axis=0)))
    patches = page.picture("the grey 1/4 thresholded by frames").reshape(6, -1, 92)
    wanted = np.tile(ranks < ranks.size // 4, (1, 12, 12))[:, :92, :92]
    assert np.array_equal(patches, np.where(wanted, 255, 0))
    slider = next(a for t, a in page.elements if t == "input")
    assert (slider["min"], slider["max"]) == ("1", "6")
    assert "Spectrum over time" in page.text
    assert "each frame alone" in page.text


def test_the_picture_holds_the_same_pixels(tmp_path: Path, small_photo: np.ndarray) -> None:
    matrices = {"blue": load_matrix("blue-16x16")}
    paths = bluenoise.report(matrices, tmp_path / "r.html", photo=small_photo, png=True)
    sheet = np.asarray(Image.open(paths[1]).convert("RGB"))[..., 0]
    matrix = load_matrix("blue-16x16")
    patch = np.tile(matrix.ranks < 64, (6, 6))[:92, :92] * np.uint8(255)
    for wanted in (
        requantize(to_gray(small_photo), matrix, bits=1),
        np.kron(patch, np.ones((3, 3))),
    ):
        assert _found(sheet, wanted.astype(np.uint8))


def _found(sheet: np.ndarray, wanted: np.ndarray) -> bool:
    """Return whether a part of the sheet equals these pixels."""
    height, width = wanted.shape
    rows = [row.tobytes() for row in sheet[: len(sheet) - height + 1]]
    first = wanted[0].tobytes()
    places = [(y, row.find(first)) for y, row in enumerate(rows)]
    return any(
        np.array_equal(sheet[y : y + height, x : x + width], wanted) for y, x in places if x >= 0
    )


def test_the_hash_is_that_of_the_file(tmp_path: Path, small_photo: np.ndarray) -> None:
    path = tmp_path / "mine.npy"
    np.save(path, np.arange(64).reshape(8, 8))
    page = reported(tmp_path, {"mine": path}, photo=small_photo)
    assert hashlib.sha256(path.read_bytes()).hexdigest() in page.text


def test_too_many_matrices(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="1 to 8 matrices"):
        bluenoise.report({str(n): bayer(2, 2) for n in range(9)}, tmp_path / "r.html")


def test_unusable_arguments_are_refused(tmp_path: Path) -> None:
    (tmp_path / "there.png").write_text("mine")
    matrix = {"it": bayer(2, 2)}
    with pytest.raises(InputError, match=r"must end in \.html"):
        bluenoise.report(matrix, tmp_path / "r.png")
    with pytest.raises(InputError, match="--force"):
        bluenoise.report(matrix, tmp_path / "there.html", png=True)
    with pytest.raises(InputError, match="1 cell;"):
        bluenoise.report({"it": np.zeros((1, 1), int)}, tmp_path / "r.html")
    with pytest.raises(InputError, match="photo"):
        bluenoise.report(matrix, tmp_path / "r.html", photo=np.zeros((4, 4, 2), np.uint8))
    assert {path.name for path in tmp_path.iterdir()} == {"there.png"}
