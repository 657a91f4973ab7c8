"""Turn the options of `bluenoise generate` into a method value."""

import enum
from typing import Any

from bluenoise.generate import Method
from bluenoise.objective.target import DISTRIBUTIONS, FRAMES, SpectrumTarget
from dither.errors import InputError
from dither.metrics.temporal import (
    SpaceTime,
    SpaceTimeProduct,
    SpaceTimeSum,
    parse_temporal_filter,
)
from dither.metrics.viewing import ViewingFilter, as_filter


class MethodChoice(enum.StrEnum):
    """Names of the methods."""

    blue = "blue"
    anneal = "anneal"
    void_and_cluster = "void-and-cluster"
    spectrum = "spectrum"


class OptimizerChoice(enum.StrEnum):
    """Update rules of gradient descent."""

    adam = "adam"
    momentum = "momentum"
    sgd = "sgd"


class DistributionChoice(enum.StrEnum):
    """Distributions of the values."""

    uniform = "uniform"
    triangular = "triangular"
    gaussian = "gaussian"


class CombinationChoice(enum.StrEnum):
    """Combinations of the error in space and the error over time."""

    sum = "sum"
    product = "product"


class CouplingChoice(enum.StrEnum):
    """Relations between the channels' matrices."""

    joint = "joint"
    shifted = "shifted"


# Options of some methods only. `bluenoise.generate` checks what all methods could share: frames,
# channels, restarts, processes and checkpoints.
_METHODS_OF = {
    "sigma": ("void-and-cluster",),
    "viewing_filter": ("blue", "anneal"),
    "levels": ("blue",),
    "loss": ("anneal",),
    "pair_weight": ("anneal",),
    "steps": ("spectrum", "anneal"),
    "level_weights": ("blue", "anneal"),
    **dict.fromkeys(
        (
            *("cutoff", "fine_tune_steps", "random_weights", "low_frequency_weight"),
            *("smoothness_weight", "histogram_weight", "optimizer", "learning_rate"),
        ),
        ("spectrum",),
    ),
}
_OPTIONS_OF_FRAMES = ("time_filter", "combine", "time_weight")


def method_of(name: MethodChoice, options: dict[str, Any], sides: tuple[int, ...]) -> Method:
    """Return the method with the options that were given; others keep the method's defaults.

    Args:
        name: of the method.
        options: by parameter name; None for those not given.
        sides: shape of the matrix.

    Raises:
        InputError: an option is malformed, or has no effect.
    """
    # An option that may be repeated is an empty list if it is not given.
    options = {**options, "loss": options["loss"] or None}
    _refuse_unused(name, options, sides)
    shared = _given(
        viewing=viewing(options["viewing_filter"]),
        level_weights=_level_weights(options["level_weights"]),
    )
    match name:
        case MethodChoice.blue:
            from bluenoise.methods.blue import Blue

            if len(sides) == 3:
                shared["viewing"] = space_time(options)
            return Blue(**shared, **_given(levels=options["levels"], coupling=options["coupling"]))
        case MethodChoice.void_and_cluster:
            from bluenoise.methods.void_and_cluster import VoidAndCluster

            return VoidAndCluster(sigma=options["sigma"], frames=space_time(options))
        case MethodChoice.anneal:
            from bluenoise.methods.anneal import Anneal

            if options["steps"] is not None:
                rounds = max(1, round(options["steps"] / Anneal().steps_per_round))
                shared["rounds"] = rounds
            if not options["loss"]:
                return Anneal(**shared)
            from bluenoise.methods.loss_anneal import DEFAULT_ROUNDS, LossAnneal
            from bluenoise.objective.own_loss import own_losses

            config = Anneal(**{"rounds": DEFAULT_ROUNDS, **shared})
            return LossAnneal(
                own_losses(options["loss"]), config, **_given(pair_weight=options["pair_weight"])
            )
        case MethodChoice.spectrum:
            return _spectrum(options)


def _spectrum(options: dict[str, Any]) -> Method:
    from bluenoise.methods import spectrum

    rule = {
        OptimizerChoice.adam: spectrum.Adam,
        OptimizerChoice.momentum: spectrum.Momentum,
        OptimizerChoice.sgd: spectrum.GradientDescent,
    }[options["optimizer"] or OptimizerChoice.adam]
    weights = {
        "low_frequency": options["low_frequency_weight"],
        "smoothness": options["smoothness_weight"],
        "histogram": options["histogram_weight"],
    }
    numbers = {name: options[name] for name in ("steps", "fine_tune_steps", "random_weights")}
    return spectrum.Spectrum(
        distribution=DISTRIBUTIONS[options["distribution"]],
        target=SpectrumTarget(**_given(cutoff=options["cutoff"])),
        weights=spectrum.LossWeights(**_given(**weights)),
        optimizer=rule(**_given(learning_rate=options["learning_rate"])),
        **_given(**numbers),
    )


def viewing(text: str | None) -> ViewingFilter | None:
    """Return the viewing filter of --viewing-filter."""
    return None if text is None else as_filter(text)


def _level_weights(text: str | None) -> tuple[float, ...] | None:
    if text is None:
        return None
    try:
        return tuple(float(word) for word in text.split(","))
    except ValueError:
        raise InputError(
            f"--level-weights is {text[:40]!r}; write numbers with commas between, such as 4,2,1,1"
        ) from None


def space_time(options: dict[str, Any], default: SpaceTimeSum = FRAMES) -> SpaceTime:
    """Return the viewing filter of frames in space and time."""
    space = viewing(options["viewing_filter"]) or default.space
    text = options["time_filter"]
    time = default.time if text is None else parse_temporal_filter(text)
    if options["combine"] == CombinationChoice.product:
        return SpaceTimeProduct(space, time)
    weight = options["time_weight"]
    return SpaceTimeSum(space, time, default.weight if weight is None else weight)


def _given(**options: Any) -> dict[str, Any]:
    """Drop the options that are None."""
    return {name: value for name, value in options.items() if value is not None}


def _refuse_unused(name: str, options: dict[str, Any], sides: tuple[int, ...]) -> None:
    """Refuse options that would have no effect."""
    refuse_frame_options(options, sides)
    for option, methods in _METHODS_OF.items():
        if options[option] is not None and name not in methods:
            raise InputError(
                f"--{option.replace('_', '-')} has no effect with --method {name}; "
                f"it is for {' and '.join(methods)}"
            )
    if options["pair_weight"] is not None and not options["loss"]:
        raise InputError("--pair-weight has no effect without --loss")
    if options["coupling"] is not None and options["channels"] is None:
        raise InputError("--coupling has no effect without --channels")


def refuse_frame_options(options: dict[str, Any], sides: tuple[int, ...]) -> None:
    """Refuse options of frames that would have no effect.

    Raises:
        InputError: there are no frames, or a product has no weight.
    """
    for option in _OPTIONS_OF_FRAMES:
        if options[option] is not None and len(sides) == 2:
            raise InputError(
                f"--{option.replace('_', '-')} has no effect without frames; "
                "give a shape such as 16x64x64"
            )
    if options["time_weight"] is not None and options["combine"] == CombinationChoice.product:
        raise InputError("--time-weight has no effect with --combine product; it is for the sum")
