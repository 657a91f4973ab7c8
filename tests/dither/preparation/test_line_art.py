from collections.abc import Callable

import numpy as np
import pytest
from pages import FLAT, PHOTO, TEXT, Page, as_jpeg, as_scan, natural_photo, text_page
from PIL import Image
from skimage import data

from dither.errors import InputError
from dither.preparation.line_art import line_art_mask

_COLORS = [
    ((255, 255, 255), (20, 20, 20)),
    ((18, 18, 18), (230, 230, 230)),
    ((255, 243, 224), (120, 30, 10)),
    ((30, 60, 120), (255, 235, 120)),
]
_COPIES: list[Callable[[np.ndarray], np.ndarray]] = [
    lambda picture: picture,
    lambda picture: as_jpeg(picture, 75),
    lambda picture: as_jpeg(picture, 50),
    as_scan,
]


def _shares(page: Page, mask: np.ndarray) -> list[float]:
    """Return the share of right pixels in flat areas, text and photo."""
    return [
        float((mask[page.truth == kind] == (kind != PHOTO)).mean()) for kind in (FLAT, TEXT, PHOTO)
    ]


@pytest.mark.parametrize("colors", _COLORS)
@pytest.mark.parametrize("copy", _COPIES, ids=["clean", "jpeg-75", "jpeg-50", "scan"])
def test_text_beside_a_photo_is_separated(
    colors: tuple[tuple[int, int, int], tuple[int, int, int]],
    copy: Callable[[np.ndarray], np.ndarray],
) -> None:
    page = text_page(*colors)
    flat, text, photo = _shares(page, line_art_mask(copy(page.picture)))
    # The rule above the photo is 12 pixels away from it, which is in the same windows.
    assert min(flat, text) > 0.97
    assert photo > 0.985


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("quality", [None, 60])
def test_photos_are_photos_everywhere(seed: int, quality: int | None) -> None:
    photo = natural_photo(300, 400, seed)
    assert not line_art_mask(photo if quality is None else as_jpeg(photo, quality)).any()


@pytest.mark.parametrize("sigma", [8, 20, 40])
def test_noisy_photos_are_photos(sigma: int) -> None:
    photo = natural_photo(300, 400, 6) + np.random.default_rng(6).normal(0, sigma, (300, 400, 3))
    assert not line_art_mask(np.clip(photo, 0, 255).astype(np.uint8)).any()


@pytest.mark.parametrize("name", ["astronaut", "camera", "coffee", "cat"])
def test_real_photos_are_photos(name: str) -> None:
    # Not among the pictures to which the score was fitted.
    assert line_art_mask(getattr(data, name)()).mean() < 0.01


def test_a_blown_out_patch_in_a_photo_is_no_hole() -> None:
    photo = natural_photo(240, 320, 5)
    photo[120:160, 100:150] = 250
    assert not line_art_mask(photo).any()


@pytest.mark.parametrize("ends", [(0, 255), (200, 250), (40, 90)])
def test_gradients_are_dithered(ends: tuple[int, int]) -> None:
    ramp = np.rint(np.linspace(*ends, 400)).astype(np.uint8)
    page = np.full((200, 480), 255, np.uint8)
    page[60:120, 40:440] = ramp
    page[150:152, 20:460] = 0
    mask = line_art_mask(page)
    # Pixels that hardly differ from the page are as good as the page.
    assert not mask[70:110, 50:430][:, ramp[10:390] < 240].any()
    assert mask[:50].all()
    assert mask[130:].all()


def test_charts_lines_and_codes_are_line_art() -> None:
    rng = np.random.default_rng(4)
    page = np.full((240, 320, 3), 255, np.uint8)
    page[200:220, 20:300] = 210
    for bar in range(5):
        page[180 - 30 * bar : 200, 30 + 50 * bar : 60 + 50 * bar] = rng.integers(0, 256, 3)
    page[20:120, 20:120] = (
        np.repeat(np.repeat(rng.integers(0, 2, (20, 20)), 5, 0), 5, 1)[..., None] * 255
    )
    page[::40, :, 1] = 200
    assert line_art_mask(page).all()


def test_large_images_are_analysed_at_a_smaller_size() -> None:
    page = text_page()
    factor = 4
    large = np.asarray(Image.fromarray(page.picture).resize((480 * factor, 400 * factor)))
    truth = np.repeat(np.repeat(page.truth, factor, 0), factor, 1)
    flat, text, photo = _shares(page._replace(truth=truth), line_art_mask(large))
    assert min(flat, text, photo) > 0.97


def test_dtypes_and_grey_agree() -> None:
    gray = text_page().picture[..., 1]
    mask = line_art_mask(gray)
    assert (line_art_mask(np.repeat(gray[..., None], 3, axis=2)) == mask).all()
    assert (line_art_mask(gray.astype(np.uint16) * 257) == mask).all()
    assert (line_art_mask(gray / 255) == mask).all()


def test_transparent_pixels_have_no_effect() -> None:
    page = np.full((80, 120, 3), 255, np.uint8)
    page[30:34, 10:110] = 0
    alpha = np.full((80, 120), 255, np.uint8)
    alpha[50:, :] = 0
    page[50:] = natural_photo(120, 120)[90:]
    assert not line_art_mask(page).all()
    assert line_art_mask(page, alpha)[:50].all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (7, 3)])
def test_small_images_have_a_mask(shape: tuple[int, int]) -> None:
    assert line_art_mask(np.full(shape, 7, np.uint8)).tolist() == np.ones(shape, bool).tolist()


def test_other_shapes_are_refused() -> None:
    with pytest.raises(InputError, match="1 or 3 channels"):
        line_art_mask(np.zeros((4, 4, 2), np.uint8))
