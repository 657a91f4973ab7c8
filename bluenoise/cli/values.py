"""`bluenoise generate --values`: noise textures of values from the text of the option."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from bluenoise.cli.methods import refuse_frame_options, space_time, viewing
from bluenoise.runs.options import RunOptions
from bluenoise.values.generate_vectors import FRAMES, generate_vectors
from bluenoise.values.importance import density_values, environment_values, ggx_values, point_values
from bluenoise.values.value_set import SPACES, ValueSet, value_set
from dither.color import LUMINANCE_WEIGHTS, linear_of_codes, srgb_to_linear
from dither.errors import InputError
from dither.files.npy import read_npy
from dither.suggestions import did_you_mean

# Options of `bluenoise generate` that noise textures take, besides those of every run.
_OPTIONS = (
    *("shape", "output", "values", "viewing_filter", "frames", "time_filter", "combine"),
    *("time_weight", "seed", "checkpoint", "json_output", "force", "quiet"),
)


def refuse_matrix_options(given: Iterable[str]) -> None:
    """Refuse options that are only for threshold matrices.

    Args:
        given: parameter names of the options on the command line.

    Raises:
        InputError: one of them is not for noise textures.
    """
    for name in given:
        if name not in _OPTIONS:
            raise InputError(
                f"--{name.replace('_', '-')} has no effect with --values; it is for threshold matrices"
            )


def make_texture(
    text: str, options: dict[str, Any], sides: tuple[int, ...], seed: int, run: RunOptions
) -> np.ndarray:
    """Make the noise texture of --values and the options of the viewing filter.

    Args:
        text: of --values.
        options: by parameter name.
        sides: shape of the texture.
        seed: of the run.
        run: checkpoint and progress.

    Returns:
        (T, H, W, C) float32.

    Raises:
        InputError: an option is malformed or has no effect.
    """
    refuse_frame_options(options, sides)
    filters = viewing(options["viewing_filter"]) if len(sides) == 2 else space_time(options, FRAMES)
    held = parse_values(text, sides[-2] * sides[-1])
    return generate_vectors(sides, values=held, viewing=filters, seed=seed, run=run)


def texture_facts(text: str, texture: np.ndarray) -> dict[str, object]:
    """Return what the JSON object of `generate` says of a texture; `bluenoise export` reads it."""
    kind = text.partition(":")[0]
    held = {"density": "vec2", "environment": "sphere", "ggx": "hemisphere", "points-pdf": "points"}
    return {
        "values": held.get(kind, kind),
        "pdf": kind in held or kind == "cosine",
        "channels": texture.shape[-1],
    }


def parse_values(text: str, count: int) -> ValueSet:
    """Return the values of --values.

    Args:
        text: a space, points:FILE, points-pdf:FILE, density:FILE, environment:FILE or ggx:ALPHA.
        count: cells of a frame.

    Raises:
        InputError: the text is none of these, or the file cannot be used.

    Example:
        >>> parse_values("ggx:0.3", 16).values.shape
        (16, 3)
    """
    kind, colon, argument = text.partition(":")
    if not colon:
        if kind not in SPACES:
            others = (
                "points:FILE",
                "points-pdf:FILE",
                "density:FILE",
                "environment:FILE",
                "ggx:ALPHA",
            )
            raise InputError(
                f"no values are named {text[:40]!r}; "
                + did_you_mean(text, SPACES, f"there are {', '.join((*SPACES, *others))}")
            )
        return value_set(kind, count)
    if kind == "ggx":
        try:
            return ggx_values(float(argument), count)
        except ValueError:
            raise InputError(f"{text[:40]!r} has no roughness; write ggx:0.3") from None
    if kind == "points":
        return point_values(read_npy(argument), count)
    if kind == "points-pdf":
        points = read_npy(argument)
        if points.ndim != 2 or points.shape[1] < 2:
            raise InputError(
                f"{argument} has the shape {points.shape}; points with a density are (N, C + 1), with "
                "the density last"
            )
        return point_values(points[:, :-1], count, points[:, -1])
    if kind == "density":
        return density_values(_table(argument), count)
    if kind == "environment":
        return environment_values(_table(argument), count)
    raise InputError(
        f"{text[:40]!r} is no kind of values; files are points:, points-pdf:, density: and environment:"
    )


def _table(file: str) -> np.ndarray:
    """Read a table of densities: .npy, (H, W) or (H, W, 3), or an image, whose light is taken."""
    if Path(file).suffix == ".npy":
        table = np.asarray(read_npy(file), float)
    else:
        from dither.images.io import read_image

        color = read_image(file).color
        coded = color.dtype.kind == "u"
        table = (
            linear_of_codes(np.iinfo(color.dtype).max)[color] if coded else srgb_to_linear(color)
        )
    if table.ndim == 3 and table.shape[2] in (3, 4):
        table = table[..., :3] @ LUMINANCE_WEIGHTS
    return table[..., 0] if table.ndim == 3 and table.shape[2] == 1 else table
