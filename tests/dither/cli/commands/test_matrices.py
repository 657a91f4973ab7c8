"""--matrix as typed: names, arrays of any type, and textures."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dither.images.io import read_image
from dither.matrix.classical import bayer, clustered_dot, white_noise
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.ordered.levels import requantize

GRAY = np.add.outer(np.arange(40), np.arange(60)).astype(np.uint8)


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> None:
    Image.fromarray(GRAY).save(tmp_path / "gray.png")


@pytest.mark.parametrize(
    ("name", "matrix"),
    [
        ("bayer-8x8", bayer(8, 8)),
        ("clustered-dot-45", clustered_dot(6, 45)),
        ("white", white_noise(64, 64)),
        ("dots-6x6", clustered_dot(4)),
    ],
)
def test_classical_matrices_have_names(
    run: Callable, tmp_path: Path, name: str, matrix: ThresholdMatrix
) -> None:
    run(f"dither ordered gray.png -o out.png --bits 1 --matrix {name}")
    assert (read_image(tmp_path / "out.png").color == requantize(GRAY, matrix, bits=1)).all()


def test_arrays_and_textures_are_taken_by_their_order(run: Callable, tmp_path: Path) -> None:
    ranks = white_noise(16, 16, seed=3).ranks
    expected = requantize(GRAY, ThresholdMatrix(ranks), bits=1)
    np.save(tmp_path / "ranks.npy", ranks[..., None])
    np.save(tmp_path / "one.npy", (ranks + 1).astype(">i8"))
    np.save(tmp_path / "float.npy", ((ranks + 0.5) / 256).astype("f2"))
    Image.fromarray(ranks.astype(np.uint8)).save(tmp_path / "t8.png")
    Image.fromarray(ranks * np.uint16(257)).save(tmp_path / "t16.png")
    rgba = np.dstack([ranks, ranks.T, ranks * 0, ranks * 0]).astype(np.uint8)
    Image.fromarray(rgba).save(tmp_path / "rgba.png")
    Image.fromarray(rgba).save(tmp_path / "rgba.tif")
    for name in ("ranks.npy", "one.npy", "float.npy", "t8.png", "t16.png", "rgba.png", "rgba.tif"):
        run(f"dither ordered gray.png -o out.png --bits 1 --matrix {name} --force")
        assert (read_image(tmp_path / "out.png").color == expected).all(), name


@pytest.mark.parametrize("command", ["ordered", "diffuse"])
def test_close_names_are_suggested(refused: Callable, command: str) -> None:
    sentence = refused(f"dither {command} gray.png -o out.png --bits 1 --matrix blue64x64")
    assert "no matrix is named 'blue64x64'; did you mean 'blue-64x64'" in sentence
    sentence = refused(f"dither {command} gray.png -o out.png --bits 1 --matrix bayer-9x9")
    assert "powers of two, not 9" in sentence
