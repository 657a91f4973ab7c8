"""Rebuild the shipped matrices and their manifest, byte for byte: [FOLDER [NAME...]]."""

import hashlib
import json
import sys
from pathlib import Path
from typing import NamedTuple

from bluenoise.evaluate import evaluate, luminance_gain_db, mean_evaluation
from bluenoise.methods.blue import blue, blue_channels, default_swaps
from dither.files.atomic import atomic_write
from dither.files.npy import write_npy
from dither.matrix.catalog import shipped_matrices
from dither.matrix.threshold_matrix import channel_thresholds


class Recipe(NamedTuple):
    """Recipe of a matrix: shape (frames first), seed, grey levels (None: all) and channels."""

    shape: tuple[int, ...]
    seed: int = 0
    levels: int | None = None
    channels: int = 1


RECIPES = {
    **{f"blue-{side}x{side}": Recipe((side, side)) for side in (16, 32, 64, 128, 256, 512)},
    **{f"blue-64x64-seed-{seed}": Recipe((64, 64), seed) for seed in (1, 2, 3)},
    **{f"blue-64x64-levels-{n}": Recipe((64, 64), levels=n) for n in (4, 16)},
    "blue-64x64-rgb": Recipe((64, 64), channels=3),
    # 4080 cells are 16 for each of the 255 steps of 8 bits, so that flat greys come out exact.
    "blue-60x68": Recipe((60, 68)),
    "blue-16x64x64": Recipe((16, 64, 64)),
    "blue-64x128x128": Recipe((64, 128, 128)),
}

folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent / "matrices")
wanted = sys.argv[2:] or list(RECIPES)
unknown = [name for name in wanted if name not in RECIPES]
if unknown:
    sys.exit(f"no recipe is named {', '.join(unknown)}; there are {', '.join(RECIPES)}")
# Matrices that are not rebuilt keep their entries.
kept = shipped_matrices()
manifest = {name: kept[name] for name in RECIPES if name not in wanted and name in kept}


def rounded(digits: str) -> float:
    """Round to 6 significant digits: later ones differ between machines."""
    return float(f"{float(digits):.6g}")


for name in wanted:
    shape, seed, levels, channels = RECIPES[name]
    config = default_swaps(shape, levels=levels, channels=channels)
    if channels > 1:
        made = blue_channels(shape, config, channels=channels, seed=seed)
        values = channel_thresholds(made)
    else:
        made = (blue(shape, config, seed=seed),)
        values = made[0].ranks
    path = folder / f"{name}.npy"
    write_npy(path, values)
    options = {"--seed": seed, "--levels": levels, "--channels": channels if channels > 1 else None}
    text = " ".join(f"{option} {value}" for option, value in options.items() if value is not None)
    scores = mean_evaluation([evaluate(matrix) for matrix in made])._asdict()
    if channels > 1:
        scores["luminance_gain_db"] = luminance_gain_db(made)
    manifest[name] = {
        "file": path.name,
        "shape": shape,
        "channels": channels,
        "dtype": values.dtype.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "method": "blue",
        "seed": seed,
        "levels": levels,
        "command": f"bluenoise generate {'x'.join(map(str, shape))} -o {path.name} {text}",
        "scores": json.loads(json.dumps(scores), parse_float=rounded),
    }
    print(path, file=sys.stderr)
ordered = {name: manifest[name] for name in RECIPES if name in manifest}
with atomic_write(folder / "manifest.json") as file:
    file.write(json.dumps(ordered, indent=2).encode() + b"\n")
