"""Compare the methods at 64x64 with void-and-cluster and with textures: [FOLDER OF PNG] [--write].

With --write, the tables and the sentences of docs/comparisons.md and README.md are written again. This
takes about two CPU minutes.
"""

if __name__ == "__main__":
    import usage

    usage.check(__doc__, "[FOLDER]", "--write")

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from write_comparisons import write_matrices

from bluenoise.evaluate import evaluate
from bluenoise.generate import generate
from bluenoise.methods.void_and_cluster import void_and_cluster
from dither.images.io import read_image
from dither.matrix.classical import bayer, white_noise
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.metrics.viewing import STANDARD_FILTERS

SEEDS = range(6)
REFERENCE = "void-and-cluster"


class Row(NamedTuple):
    """Means over seeds of a method: energies x 1e6, anisotropy from and to in dB, and CPU seconds."""

    energies: np.ndarray
    anisotropy: tuple[float, float]
    seconds: float


def methods(folder: Path | None) -> dict[str, Callable[..., ThresholdMatrix]]:
    """Return the function of each method, which takes a seed."""
    found: dict[str, Callable[..., ThresholdMatrix]] = {
        "(white noise)": lambda seed: white_noise(64, 64, seed),
        "(Bayer)": lambda seed: bayer(64, 64),
        "spectrum": partial(generate, (64, 64), method="spectrum"),
        REFERENCE: partial(generate, (64, 64), method="void-and-cluster"),
        **{
            f"void-and-cluster, sigma {sigma}": partial(void_and_cluster, (64, 64), sigma=sigma)
            for sigma in (1.7, 1.9)
        },
        "anneal": partial(generate, (64, 64), method="anneal"),
        "blue": partial(generate, (64, 64), method="blue"),
    }
    # Textures of other sizes in the folder are ignored.
    images = [read_image(path).color for path in sorted(folder.glob("*.png"))] if folder else []
    square = [ThresholdMatrix.from_values(i) for i in images if i.shape == (64, 64)]
    if square:
        found["(Peters 2016)"] = lambda seed: square[seed % len(square)]
    return found


def measured(make: Callable[..., ThresholdMatrix]) -> Row:
    """Return the row of a method."""
    make(seed=0)
    started = time.process_time()
    matrices = [make(seed=seed) for seed in SEEDS]
    seconds = (time.process_time() - started) / len(SEEDS)
    rows = [evaluate(matrix) for matrix in matrices]
    anisotropies = [row.anisotropy_db or 0 for row in rows]
    energies = np.mean([list(row.energy.values()) for row in rows], axis=0)
    return Row(energies, (min(anisotropies), max(anisotropies)), seconds)


def main() -> None:
    """Print the table; write it into the pages if asked."""
    words = [word for word in sys.argv[1:] if word != "--write"]
    rows = {
        name: measured(make) for name, make in methods(Path(words[0]) if words else None).items()
    }
    reference = rows[REFERENCE].energies
    lines = [
        f"{'mean level energy x 1e6':28}"
        + "".join(f"{name[:12]:>13}" for name in STANDARD_FILTERS)
        + f"{'score, dB':>12}{'anisotropy from, to':>22}{'CPU s, warm':>14}"
    ]
    for name, row in rows.items():
        score = np.mean(10 * np.log10(row.energies / reference))
        lines.append(
            f"{name:28}"
            + "".join(f"{energy:13.1f}" for energy in row.energies)
            + f"{score:12.2f}{row.anisotropy[0]:14.2f}{row.anisotropy[1]:8.2f}{row.seconds:14.4f}"
        )
    print("\n".join(lines))
    if "--write" in sys.argv:
        write_matrices("\n".join(lines))


if __name__ == "__main__":
    main()
