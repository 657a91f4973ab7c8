import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dither.color import linear_to_oklab, srgb_to_linear
from dither.errors import InputError
from dither.metrics.look import look
from dither.palettes.from_image import k_means
from dither.palettes.nearest import nearest_indices
from dither.small_files.fewest_bytes import encoded_tightly, optimize_bytes

pytest.importorskip("numba")


@pytest.fixture(name="noisy")
def _noisy(photo: np.ndarray) -> np.ndarray:
    """The photo with noise, so that it has many colours."""
    noise = np.random.default_rng(0).integers(-9, 10, photo.shape)
    return np.clip(photo + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("share", [0.6, 0.3])
def test_a_file_fits_and_uses_what_it_may(noisy: np.ndarray, share: float) -> None:
    most = int(share * len(optimize_bytes(noisy, rate=0.03).content))
    found = optimize_bytes(noisy, max_bytes=most)
    assert 0.85 * most <= len(found.content) <= most
    shown = np.array(Image.open(io.BytesIO(found.content)).convert("RGB"))
    assert (shown == found.picture).all()
    assert found.look == pytest.approx(look(noisy, shown))


def test_a_look_is_reached_with_fewer_bytes_than_a_better_one(noisy: np.ndarray) -> None:
    low, high = (optimize_bytes(noisy, look=wanted) for wanted in (45, 65))
    assert low.look >= 45
    assert high.look >= 65
    assert len(low.content) < len(high.content)


def _waves() -> np.ndarray:
    """A colourful picture of smooth waves with some noise, (120, 160, 3) uint8."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:120, :160]
    picture = rng.normal(128, 4, (120, 160, 1)).repeat(3, axis=2)
    for channel in range(3):
        for _ in range(4):
            slope = rng.normal(0, 0.05, 2)
            wave = np.sin(slope[0] * x + slope[1] * y + 6 * rng.random())
            picture[..., channel] += 60 * rng.random() * wave
    return np.clip(picture, 0, 255).astype(np.uint8)


def test_a_look_that_needs_more_colours_than_the_first_rate_is_reached() -> None:
    wanted = optimize_bytes(_waves(), rate=0.05).look - 3
    assert optimize_bytes(_waves(), look=wanted).look >= wanted


def test_a_lower_rate_looks_better_at_the_same_number_of_colours() -> None:
    looks = [optimize_bytes(_waves(), rate=rate, colors=64).look for rate in (2, 0.5, 0.1)]
    assert looks[0] < looks[1] < looks[2] - 2


def test_a_higher_rate_takes_fewer_bytes(noisy: np.ndarray) -> None:
    sizes = [len(optimize_bytes(noisy, rate=rate).content) for rate in (0.05, 0.5, 5)]
    assert sizes[0] > sizes[1] > sizes[2]


def test_an_image_of_few_colours_stays_as_it_is_if_it_fits() -> None:
    image = np.zeros((40, 60, 3), np.uint8)
    image[10:30, 20:40] = (200, 30, 30)
    image[5:8] = (0, 90, 0)
    found = optimize_bytes(image, max_bytes=500)
    assert (found.picture == image).all()
    assert found.look == 100
    assert found.rate == 0
    exact = len(encoded_tightly(found.indices, found.palette.colors))
    assert len(optimize_bytes(image, rate=0.5).content) <= exact


def test_flat_areas_of_a_drawing_keep_their_colours(noisy: np.ndarray) -> None:
    image = noisy.copy()
    image[:, : noisy.shape[1] // 2] = (250, 246, 236)
    found = optimize_bytes(image, rate=0.5)
    flat = found.indices[:, : noisy.shape[1] // 2 - 6]
    assert (flat == flat[0, 0]).all()
    assert np.abs(found.palette.colors[flat[0, 0]].astype(int) - (250, 246, 236)).max() <= 1


def test_a_dark_green_wall_stays_green_where_a_bit_weighs_much() -> None:
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:128, :192]
    light = 60 + 50 * np.sin(x / 17 + y / 29) + 40 * np.sin(y / 11)
    image = light[..., None] * (1.15, 1.0, 0.9) + rng.normal(0, 14, (128, 192, 1))
    image[:, :60] *= (1.2, 0.8, 0.7)
    image[40:100, 90:150] = np.array((52, 62, 50)) + rng.normal(0, 5, (60, 60, 1))
    image = np.clip(image, 0, 255).astype(np.uint8)
    found = optimize_bytes(image, rate=8, colors=32)
    walls = (each[44:96, 94:146] / 255 for each in (image, found.picture))
    before, after = (linear_to_oklab(srgb_to_linear(wall).mean(axis=(0, 1)))[1:] for wall in walls)
    assert np.hypot(*(after - before)) < 0.15 * np.hypot(*before)


def test_a_gif_of_a_drawing_takes_few_colours_and_fewer_bytes_than_its_nearest_colours() -> None:
    y, x = np.mgrid[:120, :200]
    inside = np.clip(np.hypot(x - 90, y - 60) - 40, 0, 6)[..., None] / 6
    image = np.rint(inside * (250, 246, 236) + (1 - inside) * (200, 30, 60)).astype(np.uint8)
    image[90:, 140:] = image[90:, 140:] // 2
    image[:9, 50:120] += (np.arange(70) // 18)[:, None].astype(np.uint8)
    found = optimize_bytes(image, rate=0.5, coding="lzw")
    palette = k_means(image, len(found.palette))
    nearest = encoded_tightly(nearest_indices(image, palette), palette.colors, ".gif")
    assert len(found.palette) <= 16
    assert len(found.content) <= len(nearest)


def test_a_palette_and_a_mask_are_kept(noisy: np.ndarray) -> None:
    colors = np.array([[0, 0, 0], [255, 255, 255], [200, 60, 40], [40, 90, 160]], np.uint8)
    mask = np.zeros(noisy.shape[:2], bool)
    mask[:10] = True
    found = optimize_bytes(noisy, rate=1, palette=colors, mask=mask)
    assert (found.palette.colors == colors).all()
    assert found.usage.sum() == pytest.approx(1)


def test_colours_that_become_equal_are_merged() -> None:
    ramp = np.linspace(100, 103, 64).round().astype(np.uint8)
    image = np.stack([np.broadcast_to(ramp, (64, 64))] * 3, axis=-1).copy()
    image[::2] += np.uint8(1)
    found = optimize_bytes(image, rate=30, colors=4)
    assert len(found.palette) <= 5


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "give exactly one of rate, max_bytes and look (none given)"),
        ({"rate": 1, "look": 50}, "(rate, look given)"),
        ({"rate": 0}, "rate is 0; it must be from 0.01 to 100"),
        ({"rate": float("nan")}, "rate is nan"),
        ({"max_bytes": 0}, "max_bytes is 0"),
        ({"look": 101}, "look is 101; it must be at most 100"),
        ({"rate": 1, "colors": 1}, "colors is 1"),
        ({"max_bytes": 90}, "the image does not fit in 90 bytes; the smallest file found has"),
    ],
)
def test_unusable_options_are_refused(
    noisy: np.ndarray, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError) as refusal:
        optimize_bytes(noisy, **options)
    assert words in str(refusal.value)


def test_two_colours_that_do_not_fit_are_one_sentence() -> None:
    dots = np.random.default_rng(0).integers(0, 2, (48, 48), np.uint8) * np.uint8(255)
    with pytest.raises(InputError, match="does not fit in 100 bytes; its own colours"):
        optimize_bytes(dots, max_bytes=100)
    assert optimize_bytes(dots, rate=1).look == 100


def test_a_small_budget_is_used() -> None:
    rows, columns = np.mgrid[:60, :80]
    shades = np.stack([rows * 4, columns * 3, 255 - rows - columns], axis=2).astype(np.uint8)
    for budget in (300, 500, 900):
        found = optimize_bytes(shades, max_bytes=budget)
        assert 0.85 * budget <= len(found.content) <= budget
