"""Rebuild the shipped matrices and their manifest, byte for byte: [FOLDER [NAME...]]."""

import hashlib
import json
import sys
from pathlib import Path

from bluenoise.evaluate import evaluate
from bluenoise.generate import blue
from bluenoise.refine import RefineConfig
from dither.files import replacing
from dither.matrix import save_matrix, shipped_matrices

# Name: rows, columns, seed, and how many greys count (all if None).
RECIPES = {
    **{f"blue-{side}x{side}": (side, side, 0, None) for side in (16, 32, 64, 128, 256, 512)},
    **{f"blue-64x64-seed-{seed}": (64, 64, seed, None) for seed in (1, 2, 3)},
    **{f"blue-64x64-levels-{levels}": (64, 64, 0, levels) for levels in (4, 16)},
    # 4080 cells are 16 for each of the 255 steps of 8 bits, so that flat greys come out exact.
    "blue-60x68": (60, 68, 0, None),
}

folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent / "matrices")
wanted = sys.argv[2:] or list(RECIPES)
unknown = [name for name in wanted if name not in RECIPES]
if unknown:
    sys.exit(f"no recipe is named {', '.join(unknown)}; there are {', '.join(RECIPES)}")
# What is not rebuilt keeps its entry.
kept = shipped_matrices()
manifest = {name: kept[name] for name in RECIPES if name not in wanted and name in kept}


def rounded(digits: str) -> float:
    """The number to six significant digits: the last ones are the machine's, not the matrix's."""
    return float(f"{float(digits):.6g}")


for name in wanted:
    height, width, seed, levels = RECIPES[name]
    matrix = blue((height, width), RefineConfig(levels=levels), seed=seed)
    path = folder / f"{name}.npy"
    save_matrix(path, matrix)
    option = "" if levels is None else f" --levels {levels}"
    manifest[name] = {
        "file": path.name,
        "shape": matrix.shape,
        "dtype": matrix.ranks.dtype.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "method": "blue",
        "seed": seed,
        "levels": levels,
        "command": f"bluenoise generate {height}x{width} -o {path.name} --seed {seed}{option}",
        "scores": json.loads(json.dumps(evaluate(matrix)._asdict()), parse_float=rounded),
    }
    print(path, file=sys.stderr)
ordered = {name: manifest[name] for name in RECIPES if name in manifest}
with replacing(folder / "manifest.json") as file:
    file.write(json.dumps(ordered, indent=2).encode() + b"\n")
