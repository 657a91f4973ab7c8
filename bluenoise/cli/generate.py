"""`bluenoise generate`: the command and its options."""

import hashlib
import json
import os
import shlex
import sys
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from bluenoise.cli.methods import (
    MAKERS,
    TASKS,
    CombinationChoice,
    CouplingChoice,
    DistributionChoice,
    MethodChoice,
    OptimizerChoice,
    refuse_options_without_effect,
)
from bluenoise.objective.target import DISTRIBUTIONS
from dither.console import ForceOption, JsonOption, QuietOption, in_range, log, progress_bar
from dither.errors import InputError, OutputExistsError

# Options that only some methods have; None stands for their own default.
_SPECTRUM = "With --method spectrum: "
_BLUE = "With --method blue: "
_FRAMES = "With frames: "
_JAX = "With --method spectrum or anneal: "


def generate(
    context: typer.Context,
    shape: Annotated[
        str,
        typer.Argument(
            help="Rows and columns, 4 to 512, or frames first, 2 to 256: 64, 60x68 or 16x64x64."
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The .npy file to write.")],
    method: Annotated[
        MethodChoice,
        typer.Option(
            help="blue is the best, void-and-cluster the fastest, anneal gradient descent alone, "
            "spectrum as published."
        ),
    ] = MethodChoice.blue,
    seed: Annotated[int, typer.Option("--seed", "-s", callback=in_range(0, (1 << 32) - 1))] = 0,
    distribution: Annotated[
        DistributionChoice, typer.Option(help="uniform writes ranks, the others float32 noise.")
    ] = DistributionChoice.uniform,
    sigma: Annotated[
        float | None,
        typer.Option(
            callback=in_range(0.3, 8),
            help="With --method void-and-cluster: blur in pixels [1.5, with frames 1.9].",
        ),
    ] = None,
    viewing: Annotated[
        str | None,
        typer.Option("--filter", help="With --method blue or anneal: from where it is looked at."),
    ] = None,
    levels: Annotated[
        int | None,
        typer.Option(callback=in_range(3, 65536), help=_BLUE + "greys that count [all]."),
    ] = None,
    level_weights: Annotated[
        str | None,
        typer.Option(
            help="With --method blue or anneal: what greys count from black to white, as 4,2,1,1 "
            "[all alike]."
        ),
    ] = None,
    frames: Annotated[
        int | None,
        typer.Option(callback=in_range(2, 256), help="Another way to write the frames of SHAPE."),
    ] = None,
    time_filter: Annotated[
        str | None,
        typer.Option(help=_FRAMES + "gaussian:0.85, exponential:0.1 or box:4 [gaussian:0.85]."),
    ] = None,
    combine: Annotated[
        CombinationChoice | None,
        typer.Option(
            help=_FRAMES + "add the errors of frames and of pixels over time, or blur both at once "
            "[sum]."
        ),
    ] = None,
    time_weight: Annotated[
        float | None,
        typer.Option(callback=in_range(0.01, 100), help=_FRAMES + "of time in the sum [1]."),
    ] = None,
    channels: Annotated[
        int | None,
        typer.Option(
            callback=in_range(2, 4),
            help=_BLUE + "a matrix for each, as float32 (H, W, C): 3 for RGB.",
        ),
    ] = None,
    coupling: Annotated[
        CouplingChoice | None,
        typer.Option(
            help="With --channels: optimized together, or one matrix moved about, which is quicker "
            "[joint]."
        ),
    ] = None,
    cutoff: Annotated[
        float | None,
        typer.Option(
            callback=in_range(0.05, 0.7), help=_SPECTRUM + "lowest wanted cycles per pixel [0.3]."
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(callback=in_range(1, 10_000_000), help=_SPECTRUM + "of descent [1000]."),
    ] = None,
    fine_tune_steps: Annotated[
        int | None,
        typer.Option(callback=in_range(0, 1_000_000), help=_SPECTRUM + "on the histogram [100]."),
    ] = None,
    random_weights: Annotated[
        bool | None,
        typer.Option(
            "--random-weights/--fixed-weights",
            help=_SPECTRUM + "scale each term by uniform(0, 1) at every step [random].",
        ),
    ] = None,
    low_frequency_weight: Annotated[
        float | None, typer.Option(callback=in_range(0, 1e6), help=_SPECTRUM + "base weight [1].")
    ] = None,
    smoothness_weight: Annotated[
        float | None, typer.Option(callback=in_range(0, 1e6), help=_SPECTRUM + "base weight [1].")
    ] = None,
    histogram_weight: Annotated[
        float | None, typer.Option(callback=in_range(0, 1e6), help=_SPECTRUM + "base weight [1].")
    ] = None,
    optimizer: Annotated[
        OptimizerChoice | None, typer.Option(help=_SPECTRUM + "the update rule [adam].")
    ] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option(
            callback=in_range(1e-9, 1e9), help=_SPECTRUM + "[adam 0.01, momentum 0.05, sgd 0.25]."
        ),
    ] = None,
    restarts: Annotated[
        int | None,
        typer.Option(
            callback=in_range(1, 1024),
            help=_JAX + "runs at once, the best is kept [1, of few cells 32].",
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            callback=in_range(1, 1024), help="With --restarts: processes that take them one by one."
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="With --restarts: on the machines of a Dask scheduler, as tcp://10.0.0.1:8786.",
        ),
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(help="Go on from this file if it exists, leave it on Ctrl-C."),
    ] = None,
    json_output: JsonOption = False,
    force: ForceOption = False,
    quiet: QuietOption = False,
) -> None:
    """Make a threshold matrix: a tileable .npy of ranks."""
    from dither.files.atomic import check_writable
    from dither.matrix.threshold_matrix import channel_thresholds
    from dither.metrics.spectrum import low_frequency_power

    options = context.params
    sides = _sides(shape, frames)
    refuse_options_without_effect(options, method, sides)
    if output.suffix != ".npy":
        raise InputError(f"the output {output} must end in .npy")
    if checkpoint is not None and os.path.realpath(checkpoint) == os.path.realpath(output):
        raise InputError(f"the checkpoint and the output are both {output}")
    if len(sides) == 3 and sides[2] == 4 and distribution is not DistributionChoice.uniform:
        raise InputError("noise 4 columns wide with frames would be read as that of 4 channels")
    check_writable(output, replace=force)
    started = time.monotonic()
    with progress_bar(TASKS[method], checkpoint, quiet) as on_progress:
        matrices = MAKERS[method](sides, options, on_progress)
    values = matrices[0].ranks
    if distribution is not DistributionChoice.uniform:
        quantiles = DISTRIBUTIONS[distribution.value].quantiles(values.size).astype("float32")
        planes = [quantiles[matrix.ranks] for matrix in matrices]
        values = np.stack(planes, axis=-1) if channels else planes[0]
    elif channels:
        values = channel_thresholds(matrices)
    written = _written(output, values, force)
    if checkpoint is not None:
        checkpoint.unlink(missing_ok=True)
    if written != output:
        raise InputError(f"{output} was made by another meanwhile; the matrix is in {written}")
    seconds = time.monotonic() - started
    text = "x".join(map(str, sides)) + (f", {channels} channels," if channels else "")
    log(f"{output}: {text} by {method}, {seconds:.1f} s", quiet=quiet)
    if json_output:
        planes = np.moveaxis(values, -1, 0) if channels else values
        power = low_frequency_power(planes)
        report = {
            "output": str(output),
            "shape": sides,
            "channels": channels or 1,
            "dtype": values.dtype.name,
            "method": method.value,
            "distribution": distribution.value,
            "seed": seed,
            "seconds": round(seconds, 3),
            "low_frequency_power": power if power == power else None,
            # What `bluenoise report` tells of the file, where this lies beside it.
            "sha256": hashlib.sha256(output.read_bytes()).hexdigest(),
            "command": shlex.join(["bluenoise", *sys.argv[1:]]),
        }
        print(json.dumps(report))


def _written(output: Path, values: np.ndarray, force: bool) -> Path:
    """Where the matrix is in the end: beside a file that took its name while it was made."""
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
    """The shape as one writes it, or the plane it names with that many frames."""
    from bluenoise.generate import check_shape, parse_shape

    sides = parse_shape(shape)
    if frames is None:
        return sides
    if len(sides) == 3:
        raise InputError(f"the shape {shape} has frames already; leave out --frames {frames}")
    check_shape((frames, *sides))
    return (frames, *sides)
