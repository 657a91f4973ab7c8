"""Judges of small files: SSIMULACRA2, FLIP, grain, SSIM at half size and flicker."""

import importlib
import itertools
import tempfile
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from dither.color import linear_to_oklab, srgb_to_linear
from dither.metrics import grain, structural_similarity
from dither.optimizer.blur import gaussian_blur

JUDGED_FRAMES = 3


class Point(NamedTuple):
    """A file: its bytes, SSIMULACRA2, FLIP, grain, SSIM at half size, flicker, and CPU seconds."""

    bytes: float
    score: float
    flip: float = 0.0
    grain: float = 0.0
    half: float = 0.0
    flicker: float = 0.0
    seconds: float = 0.0


class Judge:
    """Measures of a picture against its original."""

    def __init__(self, *, flip: bool) -> None:
        self._ssimulacra2: Any = importlib.import_module("ssimulacra2")
        self._flip: Any = importlib.import_module("flip_evaluator") if flip else None

    def score(self, image: np.ndarray, shown: np.ndarray) -> float:
        """Return SSIMULACRA2."""
        with tempfile.TemporaryDirectory() as folder:
            paths = [f"{folder}/{name}.png" for name in ("before", "after")]
            for path, pixels in zip(paths, (image, shown), strict=True):
                Image.fromarray(pixels).save(path, compress_level=0)
            return float(self._ssimulacra2.compute_ssimulacra2(*paths))

    def point(
        self, image: np.ndarray, shown: np.ndarray, size: int, seconds: float, kind: str
    ) -> Point:
        """Return a file with what all judges say; FLIP judges PNG files."""
        error = 0.0
        if self._flip and kind == "png":
            before, after = image / np.float32(255), shown / np.float32(255)
            error = float(self._flip.evaluate(before, after, "LDR", applyMagma=False)[1])
        half = structural_similarity(image, shown, scale=2)
        score = self.score(image, shown)
        return Point(size, score, error, grain(image, shown), half, 0.0, seconds)

    def clip(
        self, frames: list[np.ndarray], shown: list[np.ndarray], size: float, seconds: float
    ) -> Point:
        """Return a clip with the mean SSIMULACRA2 of a few frames, and flicker."""
        numbers = np.linspace(0, len(frames) - 1, JUDGED_FRAMES).round().astype(int)
        score = float(np.mean([self.score(frames[n], shown[n]) for n in numbers]))
        return Point(size, score, flicker=flicker(frames, shown), seconds=seconds)


def flicker(frames: list[np.ndarray], shown: list[np.ndarray]) -> float:
    """Return the RMS change of the error from frame to frame, blurred by 1.5 pixels, in OKLab x 100."""

    def seen(frame: np.ndarray) -> np.ndarray:
        light = srgb_to_linear(frame / 255).astype(np.float32)
        return linear_to_oklab(gaussian_blur(light, 1.5))

    errors = [seen(after) - seen(before) for before, after in zip(frames, shown, strict=True)]
    changes = [after - before for before, after in itertools.pairwise(errors)]
    return 100 * float(np.sqrt(np.mean(np.square(changes).sum(axis=-1))))
