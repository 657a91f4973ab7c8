"""Errors received through at most four taps, in 32 bits, for the fast raster loops."""

import numpy as np

from dither.native.loop import compiled


def small_shares(taps: np.ndarray) -> bool:
    """Return whether there are at most four taps, whose shares are multiples of 1/256."""
    return len(taps) <= 4 and not (taps[:, 2] % 256).any()


@compiled
def four_taps(taps, skew, lead):
    """Return four taps: (share in 1/256 as int32, steps back in the field, first column) each.

    Missing taps have a share of 0 and point at the step before.
    """
    near = np.zeros((4, 3), np.int64)
    near[:, 1] = 1
    near[: len(taps)] = taps
    return (
        (np.int32(near[0, 2] >> 8), near[0, 1] + skew * near[0, 0], lead - near[0, 0]),
        (np.int32(near[1, 2] >> 8), near[1, 1] + skew * near[1, 0], lead - near[1, 0]),
        (np.int32(near[2, 2] >> 8), near[2, 1] + skew * near[2, 0], lead - near[2, 0]),
        (np.int32(near[3, 2] >> 8), near[3, 1] + skew * near[3, 0], lead - near[3, 0]),
    )


@compiled(inline=True)
def received(w0, e0, w1, e1, w2, e2, w3, e3):
    """Return the rounded sum of four shares of errors, int32; the latest error, e0, is added last."""
    due = np.int32(np.int32(w2 * e2) + np.int32(w3 * e3))
    due = np.int32(np.int32(due + np.int32(128)) + np.int32(w1 * e1))
    return np.int32(np.int32(due + np.int32(w0 * e0)) >> 8)
