"""The front door for noise textures: arrange the values of a space, or any values, as blue noise."""

import dataclasses

import numpy as np

from bluenoise.methods import swaps
from bluenoise.methods.swaps import SwapConfig
from bluenoise.methods.void_and_cluster import void_and_cluster
from bluenoise.objective.pair_kernel import plane_filter
from bluenoise.objective.target import start_sigma
from bluenoise.runs.checkpoint import Checkpoint
from bluenoise.runs.options import RunOptions, check_seed
from bluenoise.values import value_swaps
from bluenoise.values.value_set import ValueSet, value_set
from dither.errors import InputError
from dither.metrics.temporal import SpaceTime, SpaceTimeSum, TemporalExponential
from dither.metrics.viewing import Gaussian, ViewingFilter, as_filter
from dither.wording import counted, sides_text

# Renderers average about ten frames; a weight of 1 for the error over time costs single frames .7 dB.
FRAMES = SpaceTimeSum(Gaussian(1.0), TemporalExponential(0.1), weight=0.6)


def generate_vectors(
    shape: tuple[int, ...],
    *,
    values: str | ValueSet = "vec2",
    viewing: ViewingFilter | SpaceTime | str | None = None,
    seed: int = 0,
    run: RunOptions = RunOptions(),
) -> np.ndarray:
    """Make a tileable noise texture whose error is blue for many integrands.

    Args:
        shape: rows and columns; or frames, rows and columns. See `bluenoise.generate.check_shape`.
        values: a space by name (see `value_set`), or values, as many as a frame has cells.
        viewing: the filter that the renderer applies, or its text: a denoiser's blur, or with frames
            the average over time as well. None for a Gaussian of 1 pixel and, with frames, the
            running mean of `FRAMES`. A filter of a plane is combined with that mean.
        seed: an integer from 0 to 2^32 - 1; the same seed gives the same bytes.
        run: checkpoint and progress.

    Returns:
        (T, H, W, C) float32; T is 1 for a plane. Every frame holds each value once. With a density, it
        is the last channel.

    Raises:
        InputError: the shape, the seed or the values are out of range, or the checkpoint cannot be
            used.
        KeyboardInterrupt: passed on after the checkpoint is written.

    Example:
        >>> generate_vectors((4, 4), values="sphere", seed=1).shape
        (1, 4, 4, 3)
    """
    check_seed(seed)
    if len(shape) not in (2, 3) or min(shape) < 1 or min(shape[-2:]) < 2:
        raise InputError(
            f"the shape is {sides_text(shape)}; give rows and columns, 2 or more each, or frames, rows "
            "and columns"
        )
    frames, height, width = (1, *shape)[-3:]
    held = value_set(values, height * width) if isinstance(values, str) else values
    if len(held.values) != height * width:
        raise InputError(
            f"there are {counted(len(held.values), 'value')} for the {height * width} cells of a "
            "frame; give as many"
        )
    config = default_swaps(shape, viewing, held)
    plan, order = value_swaps.plan_swaps(config, held, (frames, height, width))
    if held.name == "scalar":
        state = _scalar_start(shape, config, seed)
    else:
        state = value_swaps.init((frames, height, width), seed)

    def unpack(arrays: dict[str, np.ndarray]) -> swaps.State:
        # Compiled loops do not check their indices.
        each = np.sort(arrays["indices"].reshape(frames, -1), axis=1)
        if not (each == np.arange(height * width)).all():
            raise InputError("the checkpoint is damaged: a frame does not hold each value once")
        return swaps.State(arrays["indices"], int(arrays["round"]))

    facts = {"values": held.digest, "shape": shape, "seed": seed, **vars(config)}
    state = Checkpoint(run.checkpoint, facts).follow(
        lambda state: swaps.trajectory(plan, state, seed),
        state,
        lambda state: {"indices": state.indices, "round": np.array(state.round)},
        unpack,
        lambda state, info: run.on_progress(
            state.round / config.rounds, f"swaps kept {info.kept:.2%}"
        ),
    )
    chosen = order[state.indices]
    texture = held.values[chosen]
    if held.density is None:
        return texture
    return np.concatenate([texture, held.density[chosen][..., None]], axis=-1)


def default_swaps(
    shape: tuple[int, ...], viewing: ViewingFilter | SpaceTime | str | None, values: ValueSet
) -> SwapConfig:
    """Return the settings of the swaps for a shape and values.

    Scalars start from void-and-cluster and need few swaps, all of them improvements; other values start
    in random order. With frames a proposal reaches over time, and there are fewer.

    Raises:
        InputError: the filter is one over time, and there are no frames.
    """
    frames = len(shape) == 3
    viewing = as_filter(viewing) if isinstance(viewing, str) else viewing
    if isinstance(viewing, SpaceTime):
        if not frames:
            raise InputError("a viewing filter over time needs a shape with frames")
    elif frames:
        viewing = FRAMES if viewing is None else dataclasses.replace(FRAMES, space=viewing)
    viewing = viewing or Gaussian(1.0)
    if values.name == "scalar":
        return SwapConfig(viewing)
    return SwapConfig(
        viewing=viewing,
        proposals=2400 if frames else 3000,
        local=0.5,
        widest=0.3,
        narrowest=0.03,
        hottest=2e-3,
        coldest=2e-4,
        spreads=2.0,
    )


def _scalar_start(shape: tuple[int, ...], config: SwapConfig, seed: int) -> swaps.State:
    """Return void-and-cluster's order of each frame's cells."""
    sigma = start_sigma(plane_filter(config.viewing))
    frames = config.viewing if isinstance(config.viewing, SpaceTime) else FRAMES
    ranks = void_and_cluster(shape, sigma=sigma, frames=frames, seed=seed).planes
    order = np.argsort(ranks.reshape(len(ranks), -1), axis=1)
    return swaps.State(np.argsort(order, axis=1).reshape(ranks.shape).astype(np.int32), 0)
