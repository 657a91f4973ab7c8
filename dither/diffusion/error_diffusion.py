"""Error diffusion: each sample takes the nearest level or colour, and its neighbours the error.

A sample's light is v, in units of 1/4194240 of white (`dither.diffusion.light`). In the order of the
scan, with e the errors of earlier samples and w the kernel's shares in 1/65536,

    value = clip(v + floor((sum of w e + 32768) / 65536))
    e     = value - the light of the level or colour that is taken

Errors that would leave the image are dropped. All of this is in whole numbers: the result is the same
to the byte on every machine, for any number of threads.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from dither.diffusion.kernel_files import load_kernel
from dither.diffusion.kernels import FLOYD_STEINBERG, DiffusionKernel
from dither.diffusion.plan import Clamp, Palette, jobs_of, palette_colors, require_numba
from dither.diffusion.scan_order import by_tone, in_blocks, to_and_fro
from dither.diffusion.thresholds import Thresholds, varied_thresholds
from dither.diffusion.tone_kernels import VariableKernel
from dither.errors import InputError
from dither.matrix.catalog import load_matrix
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.samples import Light, level_count, level_values, native_byte_order, white_code


def error_diffuse(
    image: np.ndarray,
    *,
    levels: int | None = None,
    palette: np.ndarray | Palette | None = None,
    kernel: DiffusionKernel | VariableKernel | str = FLOYD_STEINBERG,
    serpentine: bool = True,
    light: Light = "encoded",
    clamp: Clamp | None = None,
    noise: float = 0.0,
    matrix: ThresholdMatrix | str | None = None,
    strength: float = 0.5,
    frame: int = 0,
    seed: int = 0,
    threads: int = 1,
) -> np.ndarray:
    """The level of every sample, or the palette's colour of every pixel, after error diffusion.

    Args:
        image: (H, W) or (H, W, C); uint8, uint16, bool, or float32/float64 in 0..1. To levels, every
            channel is diffused by itself; to a palette, C is 1 or 3, and grey counts as a colour.
        levels: 2 to 65,536, shown as the codes of `level_values`; 2 if no palette is given.
        palette: (K, 3) uint8 sRGB colours, 1 to 256, or what has such `colors`.
        kernel: where the error goes: a kernel, or the name or .json file of one. With "ostromoukhov"
            the shares follow the tone of the sample, its share of the way between two levels at 8 bits;
            such a kernel goes to levels alone, and threads do not help.
        serpentine: scan every second row to the left, mirrored, which breaks up worms. It is slower,
            since no two rows can be worked on at a time, and threads do not help.
        light: where errors are measured: between the codes ("encoded"), or the light they emit
            ("linear", right for what is seen from far; sRGB is assumed). Nearest means nearest there.
        clamp: clip what a sample has become with its errors to black..white ("range"), or not
            ("none", to 16 times white). Not clipping keeps the mean, so it is the default for levels;
            a palette without the image's colours piles errors up, so there clipping is.
        noise: 0 to 1, the range of white noise added to the threshold between neighbouring levels, as
            a share of their distance.
        matrix: whose thresholds that threshold follows: a matrix, or the name or .npy file of one.
        strength: 0 to 1, the range of the matrix's thresholds, as a share of that distance.
        frame: of a matrix with frames, around the circle.
        seed: of the noise.
        threads: that may work at a time; no number of them changes the result.

    Returns:
        To levels: the image's shape, uint8 up to 256 levels, else uint16. To a palette: (H, W) uint8,
        the first of the nearest colours by Euclidean distance, compared at 12 bits a channel.

    Raises:
        InputError: the image, the palette, the kernel or a number is out of range, or numba, which
            compiles the loops, is not installed.

    Example:
        >>> image = np.full((64, 64), 128, np.uint8)
        >>> float(error_diffuse(image, levels=2).mean().round(2))
        0.5
        >>> error_diffuse(image[:1, :4], palette=np.array([[0, 0, 0], [255, 255, 255]], np.uint8))
        array([[1, 0, 1, 0]], dtype=uint8)
    """
    if not (isinstance(threads, int | np.integer) and 1 <= threads <= 256):
        raise InputError(f"threads is {threads}; it must be a whole number from 1 to 256")
    for name, number in (("noise", noise), ("strength", strength)):
        if not 0 <= number <= 1:
            raise InputError(f"{name} is {number}; it must be from 0 to 1")
    if not (isinstance(seed, int | np.integer) and 0 <= seed < 1 << 64):
        raise InputError(f"seed is {seed}; it must be a whole number from 0 to {(1 << 64) - 1}")
    if not isinstance(kernel, DiffusionKernel | VariableKernel):
        kernel = load_kernel(kernel)
    if matrix is not None and not isinstance(matrix, ThresholdMatrix):
        matrix = load_matrix(matrix)
    if isinstance(kernel, VariableKernel) and palette is not None:
        raise InputError(
            "a kernel that follows the tone between two levels goes to levels, not to a palette"
        )
    require_numba()
    from dither.diffusion.compiled import loops

    varied = _varied(loops, varied_thresholds(noise, matrix, strength, int(seed), frame))
    taps = () if isinstance(kernel, VariableKernel) else kernel.taps
    codes, jobs = jobs_of(
        image,
        levels=levels,
        palette=palette,
        light=light,
        clamp=clamp,
        taps=np.array(taps, np.int64).reshape(-1, 3),
        varied=varied,
    )
    for job in jobs:
        if isinstance(kernel, VariableKernel):
            by_tone(job, kernel, serpentine)
        elif serpentine:
            to_and_fro(job)
        else:
            in_blocks(job, int(threads))
    return codes


def diffused(
    image: np.ndarray,
    *,
    bits: int | None = None,
    levels: int | None = None,
    palette: np.ndarray | Palette | None = None,
    by: Callable[..., np.ndarray] = error_diffuse,
    **options: Any,
) -> np.ndarray:
    """The image at fewer levels or colours, in full-range codes: what one saves and looks at.

    Args:
        image: (H, W) or (H, W, C); uint8, uint16, bool, or float32/float64 in 0..1. Of 2 or 4
            channels the last is alpha; it is copied untouched to levels, and refused with a palette.
        bits: 1 to 16 bits a channel, that is 2**bits levels; give this, `levels` or `palette`.
        levels: 2 to 65,536 levels a channel.
        palette: as in `error_diffuse`.
        by: `error_diffuse`, `riemersma_dither` or `dot_diffuse`.
        **options: its others.

    Returns:
        To a palette: (H, W, 3) uint8. To levels: the shape of the image, and its dtype, but uint16 for
        uint8 images at more than 256 levels, and uint8 for bool.

    Raises:
        InputError: as `by`, or other than one of bits, levels and palette is given.

    Example:
        >>> image = np.full((64, 64), 128, np.uint8)
        >>> np.unique(diffused(image, bits=1)).tolist()
        [0, 255]
    """
    image = native_byte_order(image)
    if palette is not None:
        if bits is not None or levels is not None:
            raise InputError("give one of bits, levels and palette")
        return palette_colors(palette)[by(image, palette=palette, **options)]
    levels = level_count(bits, levels)
    if image.ndim == 3 and image.shape[2] in (2, 4):
        color = diffused(image[..., :-1], levels=levels, by=by, **options)
        alpha = image[..., -1:]
        if color.dtype != alpha.dtype:
            alpha = alpha.astype(color.dtype) * color.dtype.type(
                white_code(color) // white_code(alpha)
            )
        return np.concatenate([color, alpha], axis=2)
    codes = by(image, levels=levels, **options)
    if np.issubdtype(image.dtype, np.floating):
        return codes.astype(image.dtype) / image.dtype.type(levels - 1)
    deep = image.dtype == np.uint16 or levels > 256
    return level_values(levels, np.dtype(np.uint16 if deep else np.uint8))[codes]


def _varied(loops: ModuleType, thresholds: Thresholds) -> Any:
    return loops.Varied(
        thresholds.varied, thresholds.offsets, thresholds.noise, np.uint64(thresholds.seed)
    )
