"""Search of the nearest of the sixteen colours of a group, for one pixel or for eight.

The functions here are the twins in Python of those in
`dither.diffusion.compiled.group_search_in_llvm`; see `dither.diffusion.compiled.lanes` for pixels and
numbers. The tables are those of `dither.diffusion.compiled.nearest.candidate_groups`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from dither.native.loop import intrinsic_of

_vector: Callable[[Any], Any] = intrinsic_of("dither.diffusion.compiled.group_search_in_llvm")


@_vector
def first_group(lights: Any) -> Any:
    """Return the place of the first group, 0, for each pixel."""
    return np.zeros(lights.shape[:-1], np.int32)[()]


@_vector
def groups_of(axes: Any, places: Any, lights: Any) -> Any:
    """Return the place of the first group of candidates of each pixel.

    `axes` and `places` are of `dither.diffusion.compiled.nearest.candidate_groups`.
    """
    steps = (lights[..., :3] + np.int32(6144 << 10)) >> 12
    return places[axes[np.arange(3), steps].sum(axis=-1)]


@_vector
def nearest_keys(groups: Any, at: Any, lights: Any) -> Any:
    """Return the least key of the colours of each pixel's group.

    In |v - c|^2 = |v|^2 - 2 v c + |c|^2 the first term is the same for all colours c; the others times
    16, plus the position of c, are a key. The factors have 16 bits, for which processors have an
    instruction that adds two products.

    Args:
        groups: (n, 64) int32 of `dither.diffusion.compiled.nearest.candidate_groups`.
        at: for each pixel, its group: 64 times the row.
        lights: red, green and blue from the middle grey, -6144 to 6143 codes; 10 bits below a code are
            dropped.
    """
    own = groups.ravel()[np.asarray(at)[..., None] + np.arange(48)]
    factors = own[..., 16:].view(np.int16).reshape(*own.shape[:-1], 2, 16, 2).astype(np.int32)
    red, green, blue = np.moveaxis((lights[..., :3, None] >> 10) << 2, -2, 0)
    products = red * factors[..., 0, :, 0] + green * factors[..., 0, :, 1]
    return (own[..., :16] + products + blue * factors[..., 1, :, 0]).min(axis=-1)


@_vector
def entries(groups: Any, at: Any, keys: Any) -> Any:
    """Return the entries of the colours with these keys in the groups at these places."""
    return groups.ravel()[at + 48 + (keys & 15)]
