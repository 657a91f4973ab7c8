"""Quality of noise textures: the error of filtered integrands against independent samples."""

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from bluenoise.value_texture import ValueTexture, value_texture_of
from bluenoise.values.discrepancy import on_unit_cube, star_discrepancy
from bluenoise.values.families import FAMILIES, points_of
from bluenoise.values.pair_error import pair_errors
from bluenoise.values.sampled_error import sampled_errors
from bluenoise.values.views import View, frame_view, running_view
from dither.metrics.spectrum import low_frequency_power
from dither.metrics.viewing import Binomial, Box, Gaussian, ViewingFilter, named_filters

# The filters of denoisers: those for which the textures of other tools are made.
NOISE_FILTERS: dict[str, ViewingFilter] = {
    "gaussian:0.7": Gaussian(0.7),
    "gaussian:1.0": Gaussian(1.0),
    "box:3": Box(3),
    "box:5": Box(5),
    "binomial:2": Binomial(2),
    "binomial:3": Binomial(3),
}
# The running mean of temporal antialiasing, and the blur that is shown with it.
RATE, BLUR = 0.1, "gaussian:1.0"
FRAMES_SEEN = 32


class VectorEvaluation(NamedTuple):
    """Measurements of a noise texture. Errors are in dB against independent samples.

    Attributes:
        kind: of the values, such as "vec2".
        shape: frames, rows and columns.
        error_db: squared error of a filtered frame, by family of integrands and filter.
        over_time_db: squared error of the running mean of many frames, at a weight of 0.1 for the new
            one: by family, "mean" alone and "mean and blur" with a Gaussian of 1 pixel; None for a
            plane.
        by_frame_db: the same after 1, 2, ... 32 frames, on average over the frame at which the mean
            starts; independent samples are averaged as often. None for a plane.
        low_frequency_power: of each channel in 0 < |f| < 0.25 cycles per pixel, 1 for white noise; None
            if the torus is too small for such a frequency.
        discrepancy: L2 star discrepancy of the values of the first frame, mapped evenly onto a cube, 1
            for random values; None for points, and for more than 2^14 values.
    """

    kind: str
    shape: tuple[int, ...]
    error_db: dict[str, dict[str, float]]
    over_time_db: dict[str, dict[str, float]] | None
    by_frame_db: dict[str, dict[str, list[float]]] | None
    low_frequency_power: list[float] | None
    discrepancy: float | None


def evaluate_vectors(
    texture: ValueTexture | np.ndarray,
    kind: str | None = None,
    *,
    filters: Mapping[str, ViewingFilter | str] | Iterable[str] = NOISE_FILTERS,
) -> VectorEvaluation:
    """Measure a noise texture of values.

    Half-spaces, thresholds, half circles, arcs, hemispheres and caps are measured exactly: all of them
    at once, through the distances of the values of all pairs of cells. Boxes, bumps and squares of dot
    products are measured by up to 256 examples, the same for every texture of a set of values.

    Args:
        texture: (T, H, W, C), (H, W, C), or (H, W) of scalars; see `value_texture_of`.
        kind: of the values; None to take it from them.
        filters: blurs of the frame by name, or a list of their texts.

    Raises:
        InputError: the values are not of this kind, are all equal, or are more than 2^20.

    Example:
        >>> white = np.random.default_rng(1).permutation(1024).reshape(32, 32) / 1024
        >>> abs(round(evaluate_vectors(white).error_db["thresholds"]["gaussian:1.0"])) < 2
        True
    """
    if not isinstance(texture, ValueTexture):
        texture = value_texture_of(texture, kind)
    filters = named_filters(filters)
    frames, height, width = shape = texture.values.shape[:3]
    views: dict[tuple[str, object], View] = {
        ("frame", name): frame_view(shape, viewing) for name, viewing in filters.items()
    }
    if frames > 1:
        for name, viewing in (("mean", None), ("mean and blur", Gaussian(1.0))):
            for seen in (*range(1, FRAMES_SEEN + 1), None):
                views[name, seen] = running_view(shape, RATE, seen, viewing)
    errors = _errors(texture, list(views.values()))
    found = {
        family: {
            view: 10 * math.log10(max(value, 1e-12))
            for view, value in zip(views, column, strict=True)
        }
        for family, column in errors.items()
    }
    over_time = by_frame = None
    if frames > 1:
        names = ("mean", "mean and blur")
        over_time = {
            family: {name: each[name, None] for name in names} for family, each in found.items()
        }
        by_frame = {
            family: {
                name: [each[name, seen] for seen in range(1, FRAMES_SEEN + 1)] for name in names
            }
            for family, each in found.items()
        }
    powers = [low_frequency_power(plane) for plane in np.moveaxis(texture.values, -1, 0)]
    cube = on_unit_cube(texture.values[0].reshape(height * width, -1), texture.kind)
    return VectorEvaluation(
        kind=texture.kind,
        shape=shape,
        error_db={
            family: {name: each["frame", name] for name in filters}
            for family, each in found.items()
        },
        over_time_db=over_time,
        by_frame_db=by_frame,
        low_frequency_power=powers if all(map(math.isfinite, powers)) else None,
        discrepancy=None if cube is None else star_discrepancy(cube),
    )


def white_texture(texture: ValueTexture, seed: int = 0) -> ValueTexture:
    """Return white noise of the same values: each frame in random order.

    Args:
        texture: whose values are taken.
        seed: of the order.
    """
    generator = np.random.default_rng(seed)
    frames = texture.values.reshape(len(texture.values), -1, texture.values.shape[-1])
    mixed = np.stack([generator.permutation(frame) for frame in frames])
    return ValueTexture(texture.kind, mixed.reshape(texture.values.shape), texture.has_frames)


def _errors(texture: ValueTexture, views: list[View]) -> dict[str, list[float]]:
    """Return the errors by family, against independent samples, for each view."""
    known, points = FAMILIES[texture.kind], points_of(texture)
    exact = pair_errors(points, list(known.exact.values()), views)
    errors = {name: exact[:, index].tolist() for index, name in enumerate(known.exact)}
    for family in known.sampled:
        errors[family] = sampled_errors(points, family, views).tolist()
    return errors
