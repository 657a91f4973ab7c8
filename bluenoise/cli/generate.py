"""`bluenoise generate`: the command and its options."""

import hashlib
import json
import os
import shlex
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from bluenoise.cli.methods import (
    CombinationChoice,
    CouplingChoice,
    DistributionChoice,
    MethodChoice,
    OptimizerChoice,
    method_of,
)
from bluenoise.cli.values import make_texture, refuse_matrix_options, texture_facts
from bluenoise.generate import check_shape, parse_shape
from bluenoise.generate import generate as make_matrices
from bluenoise.objective.target import DISTRIBUTIONS
from bluenoise.runs.options import RunOptions
from dither.console.messages import log
from dither.console.options import OUTPUT, ForceOption, JsonOption, QuietOption, number, option
from dither.console.progress import progress_bar
from dither.errors import InputError, OutputExistsError
from dither.metrics.viewing import FILTER_TEXTS

_METHOD, _VIEWING, _FRAMES = "Method", "Viewing", "Frames (blue or void-and-cluster)"
_VALUES = "Noise textures"
_CHANNELS, _SPECTRUM, _RUN = "Channels", "With --method spectrum", "Run"
_LOSSES = "Losses of your own"


def generate(
    context: typer.Context,
    shape: Annotated[
        str,
        typer.Argument(
            metavar="SHAPE",
            help="Rows and columns, 1 to 2048, or frames first, 2 to 256: 64, 48x72 or 16x64x64.",
        ),
    ],
    output: Annotated[Path, option(OUTPUT, ".npy file to write.", "--output", "-o", value="FILE")],
    method: Annotated[
        MethodChoice,
        option(
            _METHOD,
            "blue: the best. void-and-cluster: the fastest. anneal: gradient descent on the error of "
            "all levels. spectrum: the published Fourier and histogram optimizer.",
        ),
    ] = MethodChoice.blue,
    values: Annotated[
        str | None,
        option(
            _VALUES,
            "Make a noise texture of these values instead of thresholds: scalar | phase (0 to 1, where "
            "1 is 0 again) | vec2 | vec3 | circle | disk | sphere | hemisphere | cosine | points:FILE "
            "(.npy, N x C) | points-pdf:FILE (the last column is the density) | density:FILE (.npy or "
            "image) | environment:FILE (latitude and longitude) | ggx:ROUGHNESS. Writes float32 "
            "(frames, rows, columns, channels).",
            value="VALUES",
        ),
    ] = None,
    seed: Annotated[
        int,
        number(
            _METHOD,
            *(0, (1 << 32) - 1),
            "Seed, 0 to 4294967295; the same seed gives the same matrix.",
            *("--seed", "-s"),
        ),
    ] = 0,
    distribution: Annotated[
        DistributionChoice,
        option(OUTPUT, "uniform writes ranks; triangular and gaussian write float32 noise to add."),
    ] = DistributionChoice.uniform,
    sigma: Annotated[
        float | None,
        number(
            _METHOD,
            *(0.3, 8),
            "With --method void-and-cluster: blur in pixels, 0.3 to 8 [1.5; with frames 1.9].",
            value="PIXELS",
        ),
    ] = None,
    viewing_filter: Annotated[
        str | None,
        option(
            _VIEWING,
            f"Viewing filter for blue or anneal: {FILTER_TEXTS} [several viewing distances]. "
            "green:0.15 (cycles per pixel, 0.05 to 0.35) or green:90lpi,600dpi makes green noise: dots "
            "of several pixels, for printers that do not hold single ones.",
            *("--viewing-filter", "--filter"),
            value="FILTER",
        ),
    ] = None,
    levels: Annotated[
        int | None,
        number(
            _VIEWING, 3, 65536, "Number of grey levels to optimise, with blue, 3 to 65536 [all]."
        ),
    ] = None,
    level_weights: Annotated[
        str | None,
        option(
            _VIEWING,
            "Weights of the grey levels from black to white, for blue or anneal, such as 4,2,1,1 "
            "[equal].",
            value="W,W,...",
        ),
    ] = None,
    loss: Annotated[
        list[str] | None,
        option(
            _LOSSES,
            "A loss of your own, for anneal: a function of values, patterns and levels in jax.numpy, "
            "and its weight [1]; may be repeated. The file's code is run.",
            value="FILE.py:NAME[,WEIGHT]",
        ),
    ] = None,
    pair_weight: Annotated[
        float | None,
        number(
            _LOSSES,
            *(0, 1e6),
            "Weight of the error of all dot patterns beside the losses; 0 leaves it out [1].",
            value="WEIGHT",
        ),
    ] = None,
    frames: Annotated[
        int | None, number(_FRAMES, 2, 256, "Number of frames, 2 to 256, if SHAPE has none.")
    ] = None,
    time_filter: Annotated[
        str | None,
        option(
            _FRAMES,
            "Temporal filter: gaussian:0.85 | exponential:0.1 | exponential:0.1,16 (histories of up to "
            "16 frames, for a good start from any frame) | box:4 [gaussian:0.85].",
            value="FILTER",
        ),
    ] = None,
    combine: Annotated[
        CombinationChoice | None,
        option(_FRAMES, "Add the errors in space and over time, or blur in both at once [sum]."),
    ] = None,
    time_weight: Annotated[
        float | None,
        number(
            _FRAMES,
            *(0.01, 100),
            "Weight of the temporal error against the spatial error, 0.01 to 100 [1].",
            value="WEIGHT",
        ),
    ] = None,
    channels: Annotated[
        int | None,
        number(
            _CHANNELS,
            *(2, 4),
            "Make 2 to 4 matrices, one per channel, with blue: 3 for RGB. Writes float32 (H, W, C).",
        ),
    ] = None,
    coupling: Annotated[
        CouplingChoice | None,
        option(
            _CHANNELS,
            "Optimise the channels together, or shift one matrix, which is faster [joint].",
        ),
    ] = None,
    cutoff: Annotated[
        float | None,
        number(
            _SPECTRUM,
            *(0.05, 0.7),
            "Lowest frequency with power, 0.05 to 0.7 cycles per pixel [0.3].",
            value="FREQUENCY",
        ),
    ] = None,
    steps: Annotated[
        int | None,
        number(
            _SPECTRUM,
            *(1, 10_000_000),
            "Steps of gradient descent, with anneal in rounds of 50 [1000; anneal 20000, with losses "
            "10000].",
        ),
    ] = None,
    fine_tune_steps: Annotated[
        int | None,
        number(_SPECTRUM, 0, 1_000_000, "Further steps on the histogram alone [100]."),
    ] = None,
    random_weights: Annotated[
        bool | None,
        option(
            _SPECTRUM,
            "Scale each loss term by uniform(0, 1) at every step, or not [random].",
            "--random-weights/--fixed-weights",
        ),
    ] = None,
    low_frequency_weight: Annotated[
        float | None,
        number(_SPECTRUM, 0, 1e6, "Weight of the power below the cutoff [1].", value="WEIGHT"),
    ] = None,
    smoothness_weight: Annotated[
        float | None,
        number(
            *(_SPECTRUM, 0, 1e6),
            "Weight of the deviation above the cutoff [1].",
            value="WEIGHT",
        ),
    ] = None,
    histogram_weight: Annotated[
        float | None,
        number(_SPECTRUM, 0, 1e6, "Weight of the sorted values [1].", value="WEIGHT"),
    ] = None,
    optimizer: Annotated[OptimizerChoice | None, option(_SPECTRUM, "Update rule [adam].")] = None,
    learning_rate: Annotated[
        float | None,
        number(
            _SPECTRUM,
            *(1e-9, 1e9),
            "Learning rate [adam 0.01, momentum 0.05, sgd 0.25].",
            value="RATE",
        ),
    ] = None,
    restarts: Annotated[
        int | None,
        number(
            _RUN,
            *(1, 1024),
            "Independent runs of spectrum or anneal, of which the best is kept [1; 32 for spectrum "
            "below 128 cells].",
        ),
    ] = None,
    jobs: Annotated[
        int | None, number(_RUN, 1, 1024, "Processes that share the restarts, 1 to 1024.")
    ] = None,
    scheduler: Annotated[
        str | None,
        option(
            _RUN,
            "Dask scheduler whose machines share the restarts, such as tcp://10.0.0.1:8786.",
            value="ADDRESS",
        ),
    ] = None,
    checkpoint: Annotated[
        Path | None,
        option(
            _RUN,
            "Save the run here when it is stopped; the same command resumes it. Removed when the "
            "matrix is written.",
            value="FILE",
        ),
    ] = None,
    json_output: JsonOption = False,
    force: ForceOption = False,
    quiet: QuietOption = False,
) -> None:
    """Make a threshold matrix or, with --values, a noise texture."""
    from dither.console.compiled_cache import keep_compiled_code
    from dither.files.atomic import check_writable

    keep_compiled_code()
    sides = _sides(shape, frames)
    if values is not None:
        refuse_matrix_options(_typed(context))
    if loss and "method" not in _typed(context):
        method = MethodChoice.anneal
    chosen = values or method_of(method, context.params, sides)
    if output.suffix != ".npy":
        raise InputError(f"the output {output} must end in .npy")
    if checkpoint is not None and os.path.realpath(checkpoint) == os.path.realpath(output):
        raise InputError(f"the checkpoint and the output are both {output}")
    if len(sides) == 3 and sides[2] <= 4 and distribution is not DistributionChoice.uniform:
        raise InputError(
            f"noise {sides[2]} columns wide with frames would be read as noise with {sides[2]} "
            "channels; use another width"
        )
    check_writable(output, replace=force)
    started = time.monotonic()
    with progress_bar(values or method, checkpoint, quiet) as on_progress:
        run = RunOptions(checkpoint, restarts, jobs, scheduler, on_progress)
        if isinstance(chosen, str):
            made = make_texture(chosen, context.params, sides, seed, run)
        else:
            made = make_matrices(sides, method=chosen, seed=seed, channels=channels, run=run)
            made = _values(made if isinstance(made, tuple) else (made,), distribution)
    written = _write(output, made, force)
    if checkpoint is not None:
        checkpoint.unlink(missing_ok=True)
    if written != output:
        raise InputError(
            f"{output} was created by another program meanwhile; the matrix is in {written}"
        )
    seconds = time.monotonic() - started
    by = f"of {values}" if values else f"by {method}"
    text = "x".join(map(str, sides)) + (f", {channels} channels," if channels else "")
    log(f"{output}: {text} {by}, {seconds:.1f} s", quiet=quiet)
    if json_output:
        report = {"output": str(output), "shape": sides, "dtype": made.dtype.name, "seed": seed}
        if values is None:
            report |= _matrix_facts(made, method, distribution, channels)
        else:
            report |= texture_facts(values, made)
        report |= {
            "seconds": round(seconds, 3),
            # `bluenoise report` shows these two if this object lies next to the file.
            "sha256": hashlib.sha256(output.read_bytes()).hexdigest(),
            "command": shlex.join(["bluenoise", *sys.argv[1:]]),
        }
        print(json.dumps(report))


def _matrix_facts(
    made: np.ndarray, method: MethodChoice, distribution: DistributionChoice, channels: int | None
) -> dict[str, object]:
    """Return what the JSON object says of threshold matrices only."""
    from dither.metrics.spectrum import low_frequency_power

    power = low_frequency_power(np.moveaxis(made, -1, 0) if channels else made)
    return {
        "channels": channels or 1,
        "method": method.value,
        "distribution": distribution.value,
        "low_frequency_power": power if power == power else None,
    }


def _values(matrices: tuple[Any, ...], distribution: DistributionChoice) -> np.ndarray:
    """Return ranks, thresholds of channels, or noise of another distribution."""
    from dither.matrix.threshold_matrix import channel_thresholds

    ranks = matrices[0].ranks
    if distribution is DistributionChoice.uniform:
        return ranks if len(matrices) == 1 else channel_thresholds(matrices)
    quantiles = DISTRIBUTIONS[distribution].quantiles(ranks.size).astype("float32")
    planes = [quantiles[matrix.ranks] for matrix in matrices]
    return planes[0] if len(planes) == 1 else np.stack(planes, axis=-1)


def _typed(context: typer.Context) -> list[str]:
    """Return the parameter names of the options on the command line."""
    sources = {name: context.get_parameter_source(name) for name in context.params}
    return [name for name, source in sources.items() if source and source.name == "COMMANDLINE"]


def _write(output: Path, values: np.ndarray, force: bool) -> Path:
    """Write the file, under a numbered name if another program took its name, and return its path."""
    from dither.files.npy import write_npy

    path, number = output, 0
    while True:
        try:
            write_npy(path, values, replace=force)
            return path
        except OutputExistsError:
            number += 1
            path = output.with_stem(f"{output.stem}-{number}")


def _sides(shape: str, frames: int | None) -> tuple[int, ...]:
    """Return the shape, with the frames of the option first."""
    sides = parse_shape(shape)
    if frames is None:
        return sides
    if len(sides) == 3:
        raise InputError(f"the shape {shape} has frames already; leave out --frames {frames}")
    check_shape((frames, *sides))
    return (frames, *sides)
