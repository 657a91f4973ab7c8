"""Error diffusion of inks whose dots avoid each other.

At each pixel, the amounts that the inks still lack are summed. The sum, rounded, is the number of dots;
they go to the inks that lack most. The error of each ink is passed on as usual, so its mean is kept.
The errors of all inks sum to that of the rounded sum: the dots of all inks together are spread as
evenly as those of a single ink by error diffusion, and inks only share a pixel if all of them together
exceed the paper.

Source: Z. He, "Hierarchical error diffusion", IEEE Transactions on Image Processing 18(7), 2009, for
the two decisions; D. Lau and G. Arce, "Modern digital halftoning" (2001), for inks that repel each
other.
"""

from collections.abc import Callable

import numpy as np

from dither.diffusion.kernel_files import load_kernel
from dither.diffusion.kernels import FLOYD_STEINBERG, DiffusionKernel
from dither.diffusion.plan import Clamp
from dither.diffusion.thresholds import threshold_modulation
from dither.diffusion.tone_kernels import VariableKernel
from dither.errors import InputError
from dither.extras import require_extra
from dither.matrix.threshold_matrix import ThresholdMatrix

# Units between two levels: 1/256 of a code of 8 bits.
_STEP = 255 * 256
_MAX_AMOUNTS = 16
# Black, magenta, cyan, yellow of CMYK, from dark to light: the dark ones win ties.
_CMYK_ORDER = (3, 1, 0, 2)


def ink_diffusion(
    *,
    levels: int = 2,
    kernel: DiffusionKernel | VariableKernel | str = FLOYD_STEINBERG,
    serpentine: bool = True,
    clamp: Clamp | None = None,
    noise: float = 0.0,
    matrix: ThresholdMatrix | None = None,
    strength: float = 0.5,
    amount: float = 1.0,
    frame: int = 0,
    seed: int = 0,
) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function that diffuses the next rows of one image of inks.

    Args:
        levels: of each ink, 2 to 256.
        kernel: error kernel, or the name or .json file of one; not one that depends on the tone.
        serpentine: scan every second row to the left.
        clamp: clip amounts with their errors to none..full ("range") or to 16 times full ("none", the
            default).
        noise: range of white noise added to the threshold of the sum, as a share of a level, 0 to 1.
        matrix: threshold matrix that modulates this threshold, or None.
        strength: range of the matrix's thresholds as a share of a level, 0 to 1.
        amount: share of each error that is passed on, 0 to 1.
        frame: frame of a matrix with frames, wrapping around.
        seed: seed of the noise, 0 or more.

    Returns:
        A function of (n, W, inks) uint8 amounts, 0 for no ink, that returns (n, W, inks) uint8 levels.
        With four inks, they are cyan, magenta, yellow and black.

    Raises:
        InputError: the kernel depends on the tone, an argument is out of range, or numba is not
            installed.

    Example:
        >>> half = np.full((64, 64, 2), 120, np.uint8)
        >>> dots = ink_diffusion()(half)
        >>> dots.mean(axis=(0, 1)).round(2).tolist(), int(dots.all(axis=2).sum())
        ([0.47, 0.47], 0)
    """
    loaded = load_kernel(kernel) if isinstance(kernel, str) else kernel
    if not isinstance(loaded, DiffusionKernel):
        raise InputError(
            "a tone-dependent kernel dithers each ink by itself; dots of inks avoid each other with "
            "other kernels only"
        )
    if not 2 <= levels <= 256:
        raise InputError(f"levels is {levels}; it must be from 2 to 256")
    if clamp not in (None, "range", "none"):
        raise InputError(f"clamp is {clamp!r}; it must be range or none")
    for name, share in (("noise", noise), ("strength", strength), ("amount", amount)):
        if not 0 <= share <= 1:
            raise InputError(f"{name} is {share}; it must be from 0 to 1")
    require_extra("error diffusion", "diffuse", "numba")
    from dither.diffusion.compiled.inks import diffuse_rows

    taps = loaded.passed_taps(amount)
    reach = int(abs(taps[:, 1]).max()) if len(taps) else 0
    ring = 1 + int(taps[:, 0].max()) if len(taps) else 1
    thresholds = threshold_modulation(noise, matrix, strength, seed, frame)
    full = (levels - 1) * _STEP
    bounds = (0, full) if clamp == "range" else (-_MAX_AMOUNTS * full, (_MAX_AMOUNTS + 1) * full)
    waiting = np.zeros((ring, 0, 0), np.int64)
    top = 0

    def diffuse(amounts: np.ndarray) -> np.ndarray:
        nonlocal waiting, top
        rows, width, inks = amounts.shape
        if top == 0:
            waiting = np.zeros((ring, width + 2 * reach, inks), np.int64)
        order = np.array(_CMYK_ORDER if inks == len(_CMYK_ORDER) else range(inks), np.int64)
        out = np.empty(amounts.shape, np.uint8)
        diffuse_rows(
            *(np.ascontiguousarray(amounts), levels, out, waiting, top, taps, serpentine, order),
            *(_STEP, bounds, thresholds),
        )
        top += rows
        return out

    return diffuse
