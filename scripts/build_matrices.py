"""Rebuild the shipped matrices and noise textures, and their manifests: [FOLDER [NAME...]]."""

if __name__ == "__main__":
    import usage

    usage.check(__doc__, "[FOLDER]", "[NAME...]")

import dataclasses
import hashlib
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from bluenoise.evaluate import evaluate, luminance_gain_db, mean_evaluation
from bluenoise.methods.blue import blue, blue_channels, default_swaps
from bluenoise.objective.target import FRAMES
from bluenoise.values.evaluate_vectors import evaluate_vectors
from bluenoise.values.generate_vectors import generate_vectors
from dither.files.atomic import atomic_write
from dither.files.npy import write_npy
from dither.matrix.catalog import shipped_matrices, shipped_textures
from dither.matrix.threshold_matrix import channel_thresholds
from dither.metrics.temporal import SpaceTimeSum, TemporalExponential
from dither.metrics.viewing import Gaussian


class Recipe(NamedTuple):
    """Recipe of a matrix: shape (frames first), seed, grey levels (None: all), channels, and filter."""

    shape: tuple[int, ...]
    seed: int = 0
    levels: int | None = None
    channels: int = 1
    viewing: SpaceTimeSum | None = None


class TextureRecipe(NamedTuple):
    """Recipe of a noise texture: shape (frames first), values and seed."""

    shape: tuple[int, ...]
    values: str
    seed: int = 0


# The running mean of temporal antialiasing, whose options are in `_options`.
ANTIALIASING = dataclasses.replace(FRAMES, space=Gaussian(1.0), time=TemporalExponential(0.1))

RECIPES = {
    **{f"blue-{side}x{side}": Recipe((side, side)) for side in (16, 32, 64, 128, 256, 512, 1024)},
    **{f"blue-64x64-seed-{seed}": Recipe((64, 64), seed) for seed in (1, 2, 3)},
    **{f"blue-64x64-levels-{n}": Recipe((64, 64), levels=n) for n in (4, 16)},
    "blue-64x64-rgb": Recipe((64, 64), channels=3),
    # 4080 cells are 16 for each of the 255 steps of 8 bits, so that flat greys come out exact.
    "blue-60x68": Recipe((60, 68)),
    "blue-16x64x64": Recipe((16, 64, 64)),
    "blue-64x128x128": Recipe((64, 128, 128)),
    "blue-32x64x64-antialiasing": Recipe((32, 64, 64), viewing=ANTIALIASING),
}
_SPACES = ("vec2", "circle", "disk", "sphere", "cosine")
# Fewer frames of all but the most used, so that the wheel stays small.
TEXTURES = {
    **{f"{space}-128x128": TextureRecipe((128, 128), space) for space in _SPACES},
    "vec2-32x64x64": TextureRecipe((32, 64, 64), "vec2"),
    **{f"{space}-16x64x64": TextureRecipe((16, 64, 64), space) for space in _SPACES[1:]},
}


def main() -> None:
    """Build what the arguments name; entries of all others are kept."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent / "matrices")
    names = [*RECIPES, *TEXTURES]
    wanted = sys.argv[2:] or names
    unknown = [name for name in wanted if name not in names]
    if unknown:
        sys.exit(f"no recipe is named {', '.join(unknown)}; there are {', '.join(names)}")
    matrices = {name: partial(_matrix_entry, recipe) for name, recipe in RECIPES.items()}
    _build(folder, "manifest.json", matrices, wanted, shipped_matrices())
    textures = {name: partial(_texture_entry, recipe) for name, recipe in TEXTURES.items()}
    _build(folder, "textures.json", textures, wanted, shipped_textures())


def _build(
    folder: Path,
    manifest: str,
    makers: dict[str, Callable[[Path], dict[str, Any]]],
    wanted: list[str],
    kept: dict[str, dict[str, Any]],
) -> None:
    """Make the wanted files, and write a manifest with their entries and the kept ones."""
    entries = {}
    for name, make in makers.items():
        if name in wanted:
            entries[name] = make(folder / f"{name}.npy")
            print(folder / f"{name}.npy", file=sys.stderr)
        elif name in kept:
            entries[name] = kept[name]
    with atomic_write(folder / manifest) as output:
        output.write(json.dumps(entries, indent=2).encode() + b"\n")


def _matrix_entry(recipe: Recipe, path: Path) -> dict[str, Any]:
    """Make a matrix, write it, and return its entry."""
    shape, seed, levels, channels, viewing = recipe
    config = default_swaps(shape, levels=levels, channels=channels)
    if viewing is not None:
        config = dataclasses.replace(config, viewing=viewing)
    if channels > 1:
        made = blue_channels(shape, config, channels=channels, seed=seed)
        values = channel_thresholds(made)
    else:
        made = (blue(shape, config, seed=seed),)
        values = made[0].ranks
    write_npy(path, values)
    scores = mean_evaluation([evaluate(matrix) for matrix in made])._asdict()
    if channels > 1:
        scores["luminance_gain_db"] = luminance_gain_db(made)
    return {
        "file": path.name,
        "shape": shape,
        "channels": channels,
        "dtype": values.dtype.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "method": "blue",
        "seed": seed,
        "levels": levels,
        "command": _command(path, shape, _options(recipe)),
        "scores": _rounded(scores),
    }


def _texture_entry(recipe: TextureRecipe, path: Path) -> dict[str, Any]:
    """Make a noise texture, write it, and return its entry."""
    texture = generate_vectors(recipe.shape, values=recipe.values, seed=recipe.seed)
    write_npy(path, texture)
    scores = evaluate_vectors(texture, recipe.values)._asdict()
    del scores["by_frame_db"]  # hundreds of numbers, which `bluenoise evaluate --json` prints
    return {
        "file": path.name,
        "values": recipe.values,
        "shape": recipe.shape,
        "components": texture.shape[-1],
        "dtype": texture.dtype.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "seed": recipe.seed,
        "command": _command(path, recipe.shape, f"--seed {recipe.seed} --values {recipe.values}"),
        "scores": _rounded(scores),
    }


def _options(recipe: Recipe) -> str:
    given = {
        "--seed": recipe.seed,
        "--levels": recipe.levels,
        "--channels": recipe.channels if recipe.channels > 1 else None,
        "--filter": "gaussian:1.0" if recipe.viewing else None,
        "--time-filter": "exponential:0.1" if recipe.viewing else None,
    }
    return " ".join(f"{option} {value}" for option, value in given.items() if value is not None)


def _command(path: Path, shape: tuple[int, ...], options: str) -> str:
    return f"bluenoise generate {'x'.join(map(str, shape))} -o {path.name} {options}"


def _rounded(scores: dict[str, Any]) -> Any:
    """Round to 6 significant digits: later ones differ between machines."""
    return json.loads(json.dumps(scores), parse_float=lambda digits: float(f"{float(digits):.6g}"))


main()
