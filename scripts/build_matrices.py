"""Rebuild the shipped matrices and their manifest, byte for byte: build_matrices.py [FOLDER]."""

import hashlib
import json
import sys
from pathlib import Path

from bluenoise.evaluate import evaluate
from bluenoise.generate import generate
from dither.files import replacing
from dither.matrix import save_matrix

folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent / "matrices")
RECIPES = {"blue-64x64": {"shape": (64, 64), "method": "blue", "seed": 0}}


def rounded(digits: str) -> float:
    """The number to six significant digits."""
    return float(f"{float(digits):.6g}")


manifest = {}
for name, recipe in RECIPES.items():
    matrix = generate(**recipe)
    path = folder / f"{name}.npy"
    save_matrix(path, matrix)
    shape = "x".join(map(str, recipe["shape"]))
    manifest[name] = {
        "file": path.name,
        "shape": matrix.shape,
        "dtype": matrix.ranks.dtype.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "method": recipe["method"],
        "seed": recipe["seed"],
        "command": f"bluenoise generate {shape} -o {path.name} --method {recipe['method']} "
        f"--seed {recipe['seed']}",
        # Six digits: the last ones are the machine's, not the matrix's.
        "scores": json.loads(json.dumps(evaluate(matrix)._asdict()), parse_float=rounded),
    }
    print(path, file=sys.stderr)
with replacing(folder / "manifest.json") as file:
    file.write(json.dumps(manifest, indent=2).encode() + b"\n")
