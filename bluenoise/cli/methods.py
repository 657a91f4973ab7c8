"""What the options of `bluenoise generate` choose, and which of them go together."""

import dataclasses
import enum
from collections.abc import Sequence
from typing import Any

from bluenoise.objective.target import ALL_DISTANCES, DISTRIBUTIONS, FRAMES, counted_levels
from bluenoise.runs.checkpoint import OnProgress
from dither.errors import InputError
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.metrics.temporal import SpaceTime
from dither.metrics.viewing import ViewingFilter


class MethodChoice(enum.StrEnum):
    """How a matrix is made."""

    blue = "blue"
    anneal = "anneal"
    void_and_cluster = "void-and-cluster"
    spectrum = "spectrum"


class OptimizerChoice(enum.StrEnum):
    """The update rule of gradient descent."""

    adam = "adam"
    momentum = "momentum"
    sgd = "sgd"


class DistributionChoice(enum.StrEnum):
    """How the values of a matrix are spread."""

    uniform = "uniform"
    triangular = "triangular"
    gaussian = "gaussian"


class CombinationChoice(enum.StrEnum):
    """How the error of frames and that of pixels over time are one."""

    sum = "sum"
    product = "product"


class CouplingChoice(enum.StrEnum):
    """How the channels of a colour image go together."""

    joint = "joint"
    shifted = "shifted"


def _by_blue(
    sides: tuple[int, ...], options: dict[str, Any], on_progress: OnProgress
) -> Sequence[ThresholdMatrix]:
    from bluenoise.methods.blue import blue, blue_channels, default_swaps, shifted

    channels = options["channels"] or 1
    joint = channels > 1 and options["coupling"] is not CouplingChoice.shifted
    config = default_swaps(
        sides,
        viewing=_viewing(options, ALL_DISTANCES),
        levels=options["levels"],
        level_weights=_level_weights(options),
        channels=channels if joint else 1,
    )
    if len(sides) == 3:
        config = dataclasses.replace(config, viewing=_space_time(options))
    run = {
        "seed": options["seed"],
        "checkpoint": options["checkpoint"],
        "on_progress": on_progress,
    }
    if joint:
        return blue_channels(sides, config, channels=channels, **run)
    matrix = blue(sides, config, **run)
    return shifted(matrix, channels) if channels > 1 else [matrix]


def _by_void_and_cluster(
    sides: tuple[int, ...], options: dict[str, Any], on_progress: OnProgress
) -> Sequence[ThresholdMatrix]:
    from bluenoise.methods.void_and_cluster import default_sigma, void_and_cluster

    sigma = options["sigma"] or default_sigma(sides)
    frames = _space_time(options)
    on_progress(0, "")
    matrix = void_and_cluster(sides, sigma=sigma, frames=frames, seed=options["seed"])
    # It cannot be stopped on the way, a few seconds at most; a Ctrl-C meanwhile takes effect here.
    on_progress(1, "")
    return [matrix]


def _by_anneal(
    sides: tuple[int, ...], options: dict[str, Any], on_progress: OnProgress
) -> Sequence[ThresholdMatrix]:
    from bluenoise.generate import cool
    from bluenoise.methods.anneal import NEAR_AND_FAR, AnnealConfig

    config = AnnealConfig(
        (sides[0], sides[1]),
        viewing=_viewing(options, NEAR_AND_FAR),
        level_weights=_level_weights(options),
    )
    result = cool(
        config,
        seed=options["seed"],
        restarts=options["restarts"] or 1,
        checkpoint=options["checkpoint"],
        jobs=options["jobs"],
        scheduler=options["scheduler"],
        on_progress=on_progress,
    )
    return [result.matrix]


def _by_spectrum(
    sides: tuple[int, ...], options: dict[str, Any], on_progress: OnProgress
) -> Sequence[ThresholdMatrix]:
    from bluenoise.generate import descend
    from bluenoise.methods import spectrum
    from bluenoise.objective.target import SpectrumTarget

    rule = {
        None: spectrum.Adam,
        OptimizerChoice.adam: spectrum.Adam,
        OptimizerChoice.momentum: spectrum.Momentum,
        OptimizerChoice.sgd: spectrum.GradientDescent,
    }[options["optimizer"]]
    weights = {
        "low_frequency": options["low_frequency_weight"],
        "smoothness": options["smoothness_weight"],
        "histogram": options["histogram_weight"],
    }
    numbers = {name: options[name] for name in ("steps", "fine_tune_steps", "random_weights")}
    config = spectrum.SpectrumConfig(
        (sides[0], sides[1]),
        distribution=DISTRIBUTIONS[options["distribution"].value],
        target=SpectrumTarget(**_given(cutoff=options["cutoff"])),
        weights=spectrum.LossWeights(**_given(**weights)),
        optimizer=rule(**_given(learning_rate=options["learning_rate"])),
        **_given(**numbers),
    )
    result = descend(
        config,
        seed=options["seed"],
        restarts=options["restarts"],
        checkpoint=options["checkpoint"],
        jobs=options["jobs"],
        scheduler=options["scheduler"],
        on_progress=on_progress,
    )
    return [result.matrix]


MAKERS = {
    MethodChoice.blue: _by_blue,
    MethodChoice.void_and_cluster: _by_void_and_cluster,
    MethodChoice.anneal: _by_anneal,
    MethodChoice.spectrum: _by_spectrum,
}
# What the progress bar says.
TASKS = {
    MethodChoice.blue: "swaps",
    MethodChoice.void_and_cluster: "voids",
    MethodChoice.anneal: "anneal",
    MethodChoice.spectrum: "descent",
}


def _viewing(options: dict[str, Any], usual: ViewingFilter) -> ViewingFilter:
    from dither.metrics.viewing import parse_filter

    return usual if options["viewing"] is None else parse_filter(options["viewing"])


def _level_weights(options: dict[str, Any]) -> tuple[float, ...] | None:
    text = options["level_weights"]
    if text is None:
        return None
    try:
        weights = tuple(float(word) for word in text.split(","))
    except ValueError:
        raise InputError(
            f"--level-weights is {text[:40]!r}; numbers with commas between are wanted, as 4,2,1,1"
        ) from None
    counted_levels(256, weights=weights)  # refuses what makes no sense before long work starts
    return weights


def _space_time(options: dict[str, Any]) -> SpaceTime:
    """How frames hang together, by the options."""
    from dither.metrics.temporal import SpaceTimeProduct, SpaceTimeSum, parse_temporal_filter

    text = options["time_filter"]
    over_time = FRAMES.time if text is None else parse_temporal_filter(text)
    space = _viewing(options, FRAMES.space)
    if options["combine"] is CombinationChoice.product:
        return SpaceTimeProduct(space, over_time)
    return SpaceTimeSum(space, over_time, **_given(weight=options["time_weight"]))


def _given(**options: Any) -> dict[str, Any]:
    """The options that the person gave; the others keep the defaults of the config they fill."""
    return {name: value for name, value in options.items() if value is not None}


# Options of one method only, or of some; all others are shared.
_METHODS_OF = {
    "sigma": (MethodChoice.void_and_cluster,),
    "checkpoint": (MethodChoice.blue, MethodChoice.anneal, MethodChoice.spectrum),
    "viewing": (MethodChoice.blue, MethodChoice.anneal),
    **dict.fromkeys(
        ("restarts", "jobs", "scheduler"), (MethodChoice.anneal, MethodChoice.spectrum)
    ),
    "levels": (MethodChoice.blue,),
    "level_weights": (MethodChoice.blue, MethodChoice.anneal),
    "channels": (MethodChoice.blue,),
    **dict.fromkeys(
        (
            *("cutoff", "steps", "fine_tune_steps", "random_weights", "low_frequency_weight"),
            *("smoothness_weight", "histogram_weight", "optimizer", "learning_rate"),
        ),
        (MethodChoice.spectrum,),
    ),
}
_OF_FRAMES = ("time_filter", "combine", "time_weight")


def refuse_options_without_effect(
    options: dict[str, Any], method: MethodChoice, sides: tuple[int, ...]
) -> None:
    """An option that would have no effect is a mistake worth a sentence."""
    for name, owners in _METHODS_OF.items():
        if options[name] is not None and method not in owners:
            option = "--filter" if name == "viewing" else "--" + name.replace("_", "-")
            raise InputError(
                f"{option} has no effect with --method {method}; it is for {' and '.join(owners)}"
            )
    if len(sides) == 3:
        if method in (MethodChoice.anneal, MethodChoice.spectrum):
            raise InputError(f"the method {method} makes no frames; blue and void-and-cluster do")
        if options["channels"]:
            raise InputError("--channels and frames do not go together")
    for name in _OF_FRAMES:
        if options[name] is not None and len(sides) == 2:
            raise InputError(
                f"--{name.replace('_', '-')} has no effect without frames; give a shape as 16x64x64"
            )
    if options["time_weight"] is not None and options["combine"] is CombinationChoice.product:
        raise InputError("--time-weight has no effect with --combine product; it is for the sum")
    if options["coupling"] is not None and options["channels"] is None:
        raise InputError("--coupling has no effect without --channels")
