"""Value swaps: arrange the values of a noise texture so that filtered integrands have little error.

Let v be a texture on the torus whose frames each hold every value of a set once, h the filter's impulse
response with sum 1, W its autocorrelation, and d(u, v) = E_w |f_w(u) - f_w(v)|^2 for integrands f_w of
a family. The squared error of the filtered integrands, summed over the family, is then

    constant  -  1/2 sum over x, y of W(x - y) d(v_x, v_y),

the pair energy of `methods.swaps`. `methods.rank_swaps` has the case of thresholds.
"""

import numpy as np

from bluenoise.methods.swaps import State, SwapConfig, SwapPlan, swap_group
from bluenoise.objective.pair_kernel import JointChannels, whole_kernel, wrap_frames
from bluenoise.values.distance import mean_distance
from bluenoise.values.hilbert_order import hilbert_order
from bluenoise.values.value_set import ValueSet
from dither.errors import InputError

# Values that the mean distance to the set is estimated from; more change nothing visible.
_SAMPLE = 512
# Smallest frames, and rows and columns, of a tile. Frames have many cells, so their tiles are smaller
# and run in parallel for a cycle of 64x64 pixels.
_PLANE_TILE, _FRAMES_TILE = (1, 48), (16, 24)


def plan_swaps(
    config: SwapConfig, values: ValueSet, shape: tuple[int, int, int]
) -> tuple[SwapPlan, np.ndarray]:
    """Compute the kernel, the tiles and the order of the values.

    Args:
        config: settings of the swaps.
        values: as many as a frame has cells.
        shape: frames, rows and columns.

    Returns:
        The plan, and the (N,) index in the value set of each value in the plan's order.

    Raises:
        InputError: all values are equal, or the filter passes every frequency equally.
    """
    assert not isinstance(config.viewing, JointChannels)
    order = hilbert_order(values.points)
    points = np.ascontiguousarray(values.points[order], np.float32)
    sample = points[:: -(-len(points) // _SAMPLE)].astype(float)
    mean = mean_distance(sample, values.distance)
    if not mean > 0:
        raise InputError("all values are equal, so that no arrangement is better than another")
    kernel = wrap_frames(whole_kernel(config.viewing), shape[0])
    pulls = np.empty(points.shape, np.float32)
    for start in range(0, len(points), 256):
        steps = points[start : start + 256, None] - sample
        chords = np.linalg.norm(steps, axis=-1)[..., None]
        slopes = values.distance.slope(chords) / np.maximum(chords, 1e-6)
        pulls[start : start + 256] = (slopes * steps).mean(axis=1) * (kernel.sum() / mean)
    longest = float(np.linalg.norm(np.ptp(points, axis=0)))
    group = swap_group(kernel, shape, 0, shape[0], _PLANE_TILE if shape[0] == 1 else _FRAMES_TILE)
    distance = (values.distance.weights / mean).astype(np.float32)
    return SwapPlan(config, (group,), points, pulls, distance, longest, False), order


def init(shape: tuple[int, int, int], seed: int) -> State:
    """Return a start: the values in random order in each frame.

    Args:
        shape: frames, rows and columns.
        seed: of the random order.
    """
    generator = np.random.default_rng(seed)
    indices = np.stack([generator.permutation(shape[1] * shape[2]) for _ in range(shape[0])])
    return State(indices.reshape(shape).astype(np.int32), 0)
