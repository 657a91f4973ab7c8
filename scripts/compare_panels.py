"""Compare dithering for a colour panel with PyPI epaper-dithering: FOLDER OF PNG.

Each photo is dithered to the measured inks of Spectra 6 by our methods and by epaper-dithering's direct
binary search with tone and gamut "auto". The eye is adapted to the panel: the light is scaled so that
the panel's black is 0 and its white 1, and clipped. B is the blurred error at 1.5 pixels. SSIMULACRA2
(PyPI ssimulacra2; higher is better) sees the picture at 1/2 and 1/4 of its size, the mean light of
2 x 2 and 4 x 4 pixels. Means over the photos; CPU seconds of one thread.
"""

import argparse
import importlib
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ["RAYON_NUM_THREADS"] = "1"

import numpy as np
from PIL import Image

import dither
from dither.color import linear_to_srgb, srgb_to_linear
from dither.diffusion import error_diffuse
from dither.metrics import blurred_error, parse_filter, scielab_error

PANEL = dither.load_panel("spectra-6-7.3")
PALETTE = PANEL.palette
Method = Callable[[Image.Image], np.ndarray]


def _theirs(photo: Image.Image) -> np.ndarray:
    peer = importlib.import_module("epaper_dithering")
    options = {"dbs": True, "tone": "auto", "gamut": "auto"}
    found = peer.dither_image(photo, peer.SPECTRA_7_3_6COLOR, **options)
    return np.asarray(found.convert("RGB"))


def _optimized(photo: Image.Image) -> np.ndarray:
    viewing = parse_filter(PANEL.viewing_filter)
    found = dither.optimize_palette(np.asarray(photo), palette=PALETTE, viewing_filter=viewing)
    return found.picture


METHODS: dict[str, Method] = {
    "epaper-dithering": _theirs,
    "`dither optimize`": _optimized,
    "`dither ordered`": lambda photo: PALETTE.colors[
        dither.dither_to_palette(np.asarray(photo), PALETTE)
    ],
    "`dither diffuse`": lambda photo: PALETTE.colors[
        error_diffuse(np.asarray(photo), palette=PALETTE)
    ],
}


def _adapted(picture: np.ndarray) -> np.ndarray:
    """Return the codes that an eye adapted to the panel sees."""
    black, white = PALETTE.linear[[PALETTE.black, PALETTE.white]]
    light = (srgb_to_linear(picture / 255) - black) / (white - black)
    return np.rint(255 * linear_to_srgb(light.clip(0, 1))).astype(np.uint8)


def _reduced(picture: np.ndarray, factor: int) -> Image.Image:
    """Return a picture whose pixels have the mean light of factor x factor pixels."""
    height, width = (length // factor for length in picture.shape[:2])
    light = srgb_to_linear(picture[: height * factor, : width * factor] / 255)
    mean = light.reshape(height, factor, width, factor, 3).mean(axis=(1, 3))
    return Image.fromarray(np.rint(255 * linear_to_srgb(mean)).astype(np.uint8))


def _look(original: np.ndarray, seen: np.ndarray, factor: int, folder: Path) -> float:
    paths = folder / "original.png", folder / "seen.png"
    for path, picture in zip(paths, (original, seen), strict=True):
        _reduced(picture, factor).save(path)
    return importlib.import_module("ssimulacra2").compute_ssimulacra2(*map(str, paths))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    photos = [Image.open(path).convert("RGB") for path in parser.parse_args().folder.glob("*.png")]
    if not photos:
        parser.error("the folder has no .png files")
    print("| | B | S-CIELAB | SSIMULACRA2 at 1/2 | at 1/4 | CPU s |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        for name, method in METHODS.items():
            method(photos[0].crop((0, 0, 64, 64)))
            rows = []
            for photo in photos:
                start = time.process_time()
                found = method(photo)
                seconds = time.process_time() - start
                original, seen = np.asarray(photo), _adapted(found)
                errors = blurred_error(original, seen, 1.5), scielab_error(original, seen)
                looks = (_look(original, seen, factor, Path(folder)) for factor in (2, 4))
                rows.append((*errors, *looks, seconds))
            cells = zip(np.mean(rows, axis=0), (2, 1, 1, 1, 2), strict=True)
            print(f"| {name} |", " | ".join(f"{value:.{digits}f}" for value, digits in cells), "|")


if __name__ == "__main__":
    main()
