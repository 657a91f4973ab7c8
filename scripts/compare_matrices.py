"""Compare the methods at 64x64 with void-and-cluster and with 64x64 textures: [FOLDER OF PNG]."""

import sys
import time
from functools import partial
from pathlib import Path

import numpy as np

from bluenoise.evaluate import evaluate
from bluenoise.generate import generate
from bluenoise.methods.void_and_cluster import void_and_cluster
from dither.images.io import read_image
from dither.matrix.classical import bayer
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.metrics.viewing import STANDARD_FILTERS

SEEDS = range(6)
methods = {
    "Bayer": lambda seed: bayer(64, 64),
    **{
        f"void-and-cluster, sigma {sigma}": partial(void_and_cluster, (64, 64), sigma=sigma)
        for sigma in (1.5, 1.7, 1.9)
    },
    "anneal": partial(generate, (64, 64), method="anneal"),
    "blue": partial(generate, (64, 64), method="blue"),
}
if len(sys.argv) > 1:
    # Textures of other sizes in the folder are ignored.
    images = [read_image(path).color for path in sorted(Path(sys.argv[1]).glob("*.png"))]
    square = [ThresholdMatrix.from_values(i) for i in images if i.shape == (64, 64)]
    if square:
        methods["the folder's"] = lambda seed: square[seed % len(square)]

print(f"{'mean level energy x 1e6':28}", *(f"{name[:12]:>12}" for name in STANDARD_FILTERS), end="")
print(f"{'anisotropy from, to':>22}{'seconds, warm':>16}")
for name, make in methods.items():
    make(seed=0)
    started = time.perf_counter()
    matrices = [make(seed=seed) for seed in SEEDS]
    seconds = (time.perf_counter() - started) / len(SEEDS)
    rows = [evaluate(matrix) for matrix in matrices]
    energies = np.mean([list(row.energy.values()) for row in rows], axis=0)
    anisotropies = [row.anisotropy_db or 0 for row in rows]
    print(f"{name:28}", *(f"{energy:12.1f}" for energy in energies), end="")
    print(f"{min(anisotropies):14.2f}{max(anisotropies):8.2f}{seconds:16.3f}")
