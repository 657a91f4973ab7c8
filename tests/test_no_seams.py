"""Work that is done in bands or blocks leaves no trace of them in the result.

The tests of each module compare the other tiled work with the whole: ordered dithering
(`test_tiling.py`), error diffusion (`test_error_diffusion.py`), volumes (`test_block.py`) and measures
(`test_patterns.py`). The pixel search is in `test_search.py`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from seams import seam_steps, seam_variance

from dither.color import srgb_to_linear
from dither.ordered import palette as ordered_palette
from dither.ordered import tiling
from dither.palettes import histogram
from dither.palettes.palette_like import load_palette

Patched = pytest.MonkeyPatch


def _pictures_of_bands(
    monkeypatch: Patched, where: Any, name: str, sizes: tuple[int, ...], work: Callable
) -> list[Any]:
    found = []
    for size in sizes:
        monkeypatch.setattr(where, name, size)
        found.append(work())
    return found


def test_mixtures_do_not_depend_on_blocks(monkeypatch: Patched, photo: np.ndarray) -> None:
    one, *others = _pictures_of_bands(
        monkeypatch, tiling, "_BLOCK_PIXELS", (1 << 30, 1, 700),
        lambda: ordered_palette.dither_to_palette(photo, load_palette("pico-8")),
    )  # fmt: skip
    for other in others:
        assert (other == one).all()


def test_histograms_do_not_depend_on_blocks(monkeypatch: Patched, photo: np.ndarray) -> None:
    light = srgb_to_linear(photo / 255)
    one, *others = _pictures_of_bands(
        monkeypatch, histogram, "_BLOCK_PIXELS", (1 << 30, 1, 700),
        lambda: histogram.color_histogram(light),
    )  # fmt: skip
    for other in others:
        assert (other.bins == one.bins).all()
        assert (other.counts == one.counts).all()
        assert other.colors == pytest.approx(one.colors, abs=1e-12)


def test_searched_images_do_not_depend_on_bands(monkeypatch: Patched, photo: np.ndarray) -> None:
    pytest.importorskip("numba")
    from dither.optimizer import bands, search_image
    from dither.optimizer.gamut_target import gamut_target

    tall = np.concatenate([photo] * 3)  # three bands of the fewest rows
    light = srgb_to_linear(tall / 255)
    palette = load_palette("game-boy").linear

    def searched() -> list[np.ndarray]:
        image = search_image.prepare_search(light, light * 0.5)
        gamut = gamut_target(tall, 4, sigma=1.5)
        rows_of = gamut.target_rows(palette)
        target = np.concatenate([rows_of(each.rows) for each in bands.bands(tall.shape)])
        return [*image, gamut.blurred, gamut.histogram.bins, gamut.targets(palette), target]

    one, other = _pictures_of_bands(monkeypatch, bands, "_PIXELS", (1 << 30, 1), searched)
    for before, after in zip(one, other, strict=True):
        assert (before == after).all()
    assert (one[-1] == one[-2]).all()


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("level", [60, 200])
@pytest.mark.parametrize("method", ["diffuse", "rows", "palette", "riemersma"])
def test_flat_images_have_no_seams(method: str, level: int, axis: int) -> None:
    pytest.importorskip("numba")
    from dither.diffusion import error_diffuse, riemersma_dither

    noise = np.random.default_rng(0).standard_normal((1088, 256, 3))
    flat = np.clip(level + 6 * noise, 0, 255).astype(np.uint8)
    flat = flat if axis == 1 else np.ascontiguousarray(flat.swapaxes(0, 1))
    if method == "diffuse":
        found = error_diffuse(flat[..., 0], levels=2, threads=2)
    elif method == "rows":
        found = error_diffuse(flat[..., 0], levels=2, threads=2, serpentine=False)
    elif method == "palette":
        palette = load_palette("black-white-red").colors
        found = palette[error_diffuse(flat, palette=palette, threads=2)].mean(axis=2)
    else:
        found = riemersma_dither(flat[..., 0], levels=2)
    means = found.mean(axis=axis)
    for period in (16, 32, 64):
        assert seam_variance(means, period) < 2.5
        assert seam_steps(means, period) < 1.5
