"""`dither optimize --method published` and `--loss`, from the shell."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dither.differentiable import published
from dither.images.io import read_image

LOSS = """
import jax.numpy as jnp

def mean(dithered, original):
    return jnp.mean((dithered.mean(axis=(0, 1)) - original.mean(axis=(0, 1))) ** 2)
"""


@pytest.fixture
def gradient(tmp_path: Path) -> np.ndarray:
    """A vertical gradient, 12 x 10 pixels, also as a file gradient.png."""
    codes = np.linspace(0, 255, 12)[:, None, None].repeat(10, 1).repeat(3, 2).astype(np.uint8)
    Image.fromarray(codes).save(tmp_path / "gradient.png")
    return codes


def test_the_published_method_writes_what_python_makes(
    run: Callable, tmp_path: Path, gradient: np.ndarray
) -> None:
    command = "dither optimize gradient.png -o out.png --method published --colors 2 --steps 100"
    report = json.loads(run(f"{command} --variance 0.3 --seed 5 --json").stdout)
    found = published(gradient, 2, variance=0.3, steps=100, seed=5)
    assert (read_image(tmp_path / "out.png").color == found.colors[found.indices]).all()
    (entry,) = report["images"]
    assert entry["loss"] == pytest.approx(float(found.trace[-1]))
    assert sum(entry["usage"]) == pytest.approx(1)


def test_losses_of_a_file_and_of_ours_go_together(
    run: Callable, tmp_path: Path, gradient: np.ndarray
) -> None:
    (tmp_path / "mine.py").write_text(LOSS)
    run(
        "dither optimize gradient.png -o out.png --palette black,white --steps 100"
        " --loss mine.py:mean,10 --loss blurred --memory 16MB"
    )
    made = read_image(tmp_path / "out.png").color
    assert set(np.unique(made)) == {0, 255}
    # The mean of light is kept, and the upper half is darker.
    light = np.where(
        gradient < 11, gradient / 255 / 12.92, ((gradient / 255 + 0.055) / 1.055) ** 2.4
    )
    assert (made == 255).mean() == pytest.approx(light.mean(), abs=0.08)
    assert made[:6].mean() < made[6:].mean()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--method published", "choose exactly one of --palette, --panel, --colors and --cells"),
        ("--method published --colors auto", "needs a number of colours"),
        ("--method published --palette game-boy", "--palette has no effect with --method"),
        ("--colors 4 --variance 0.2", "--variance has no effect without --method"),
        ("--colors 4 --method published --loss ssim", "choose one of --method and --loss"),
        ("--colors 4 --loss sim", "--loss is 'sim'"),
        ("--colors 4 --loss ssim,0", "must be a number above 0"),
        ("--colors 4 --loss ssim --preset clean", "--preset has no effect with --method or --loss"),
        ("--colors 4 --loss mine.py:mean", "mine.py cannot be read"),
        ("--colors 4 --steps 9", "--steps has no effect without --method or --loss"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    refused: Callable, gradient: np.ndarray, tmp_path: Path, options: str, words: str
) -> None:
    assert words in refused(f"dither optimize gradient.png -o out.png {options}")
    assert not (tmp_path / "out.png").exists()
