"""The colours of fully transparent pixels influence no others."""

from collections.abc import Callable

import numpy as np
import pytest

from dither.diffusion import dot_diffuse, error_diffuse, requantize, riemersma_dither
from dither.diffusion.hidden import without_hidden
from dither.diffusion.kernels import DIFFUSION_KERNELS

SHAPES = {2: (70, 40), 4: (70, 40, 3)}


def pair(channels: int, dtype: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two images with equal visible pixels, and their alpha."""
    generator = np.random.default_rng(0)
    alpha = generator.choice(np.array([0, 0, 1, 128, 255]), (70, 40))
    alpha[:9] = 0
    alpha[20:30, 5:30] = 0
    images = []
    for hidden in (0, 1):
        color = np.random.default_rng(1).integers(0, 256, (70, 40, channels - 1))
        other = np.random.default_rng(hidden + 5).integers(0, 256, color.shape)
        color = np.where(alpha[..., None] == 0, other, color)
        image = np.concatenate([color, alpha[..., None]], axis=2)
        if dtype == "float32":
            images.append((image / 255).astype(dtype))
        else:
            images.append((image * (257 if dtype == "uint16" else 1)).astype(dtype))
    return images[0], images[1], alpha > 0


@pytest.mark.parametrize("channels", [2, 4])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("by", [error_diffuse, riemersma_dither, dot_diffuse])
def test_hidden_colours_do_not_matter(by: Callable, dtype: str, channels: int) -> None:
    one, two, shown = pair(channels, dtype)
    assert not np.array_equal(one, two)
    assert np.array_equal(by(one, levels=3)[shown], by(two, levels=3)[shown])
    assert np.array_equal(
        requantize(one, by=by, bits=1)[shown], requantize(two, by=by, bits=1)[shown]
    )


@pytest.mark.parametrize("kernel", [*DIFFUSION_KERNELS, "ostromoukhov"])
@pytest.mark.parametrize("serpentine", [True, False])
def test_with_every_kernel(kernel: str, serpentine: bool) -> None:
    one, two, shown = pair(4, "uint8")
    options = {"bits": 1, "kernel": kernel, "serpentine": serpentine}
    assert np.array_equal(requantize(one, **options)[shown], requantize(two, **options)[shown])


def test_the_alpha_stays_and_all_hidden_is_black() -> None:
    one, _, shown = pair(4, "uint8")
    assert np.array_equal(without_hidden(one)[..., 3], one[..., 3])
    assert np.array_equal(without_hidden(one)[shown], one[shown])
    clear = one.copy()
    clear[..., 3] = 0
    assert not without_hidden(clear).any()
    opaque = one[..., :3]
    assert without_hidden(opaque) is opaque
