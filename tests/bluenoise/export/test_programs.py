import io
import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from bluenoise.export.programs import aseprite, imagemagick
from bluenoise.matrix_set import matrix_set_of
from dither.errors import InputError
from dither.matrix.catalog import load_matrix
from dither.ordered.levels import ordered_dither

BLUE = load_matrix("blue-64x64")


def levels_of(content: bytes) -> tuple[np.ndarray, int]:
    found = ElementTree.fromstring(content).find("threshold/levels")
    assert found is not None
    assert found.text is not None
    shape = int(found.attrib["height"]), int(found.attrib["width"])
    return np.array(found.text.split(), int).reshape(shape), int(found.attrib["divisor"])


def by_imagemagick(image: np.ndarray, levels: np.ndarray, divisor: int) -> np.ndarray:
    """Dither by the rule of ImageMagick's OrderedDitherImage, for two levels."""
    height, width = image.shape
    tiled = np.tile(levels, (-(-height // len(levels)), -(-width // levels.shape[1])))
    threshold = (image / 255 * divisor).astype(int)
    level, rest = np.divmod(threshold, divisor - 1)
    return np.minimum(level + (rest >= tiled[:height, :width]), 1)


def test_imagemagick_dithers_as_we_do(tmp_path: Path) -> None:
    ramp = np.tile(np.arange(256, dtype=np.uint8), (64, 1))
    levels, divisor = levels_of(imagemagick(matrix_set_of(BLUE), "blue"))
    ours = ordered_dither(ramp, BLUE, levels=2)
    assert (by_imagemagick(ramp, levels, divisor) == ours).mean() > 0.998
    program = shutil.which("magick") or shutil.which("convert")
    if (
        program is None
        or b"ImageMagick"
        not in subprocess.run([program, "-version"], capture_output=True, check=False).stdout
    ):
        return  # the rule above is the program's, and other programs have the name convert
    (tmp_path / "thresholds.xml").write_bytes(imagemagick(matrix_set_of(BLUE), "blue"))
    Image.fromarray(ramp).save(tmp_path / "a.png")
    subprocess.run(
        [program, "a.png", "-ordered-dither", "blue", "b.png"],
        cwd=tmp_path,
        check=True,
        env={**os.environ, "MAGICK_CONFIGURE_PATH": str(tmp_path)},
    )
    shown = np.array(Image.open(tmp_path / "b.png").convert("L")) > 0
    assert (shown == ours).mean() > 0.998


def test_aseprite_gets_an_image_with_the_order_of_the_ranks() -> None:
    with zipfile.ZipFile(io.BytesIO(aseprite(matrix_set_of(BLUE), "Blue"))) as archive:
        package = json.loads(archive.read("package.json"))
        (entry,) = package["contributes"]["ditheringMatrices"]
        values = np.array(Image.open(archive.open(entry["path"].removeprefix("./"))))[..., 0]
    order = np.argsort(BLUE.ranks.ravel())
    assert (np.diff(values.ravel()[order].astype(int)) >= 0).all()
    assert (np.bincount(values.ravel()) == 16).all()


@pytest.mark.parametrize("encode", [imagemagick, aseprite])
@pytest.mark.parametrize(
    "values", [np.arange(8).reshape(2, 2, 2), np.array([[-0.5, 0.1], [0.2, 0.4]])]
)
def test_frames_and_noise_are_refused(encode: Callable[..., bytes], values: np.ndarray) -> None:
    with pytest.raises(InputError, match=r"needs|holds one matrix"):
        encode(matrix_set_of(values), "a")
