"""Error diffusion: quantize each sample and pass its error on to samples that come later in the scan.

A sample's light is v, in units of 1/4194240 of white (`dither.diffusion.light`). In scan order, with e
the errors of earlier samples and w the kernel's shares in 1/65536,

    value = clip(v + floor((sum of w e + 32768) / 65536))
    e     = value - light of the chosen level or colour

Errors that would leave the image are dropped. All numbers are whole: the result is byte-identical on
every machine and for any number of threads.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from dither.diffusion.hidden import without_hidden
from dither.diffusion.kernel_files import load_kernel
from dither.diffusion.kernels import FLOYD_STEINBERG, DiffusionKernel, passed_share
from dither.diffusion.plan import Clamp, HasColors, palette_colors, plan_scans
from dither.diffusion.scan_order import ScanState, scan_by_tone, scan_raster, scan_serpentine
from dither.diffusion.thresholds import threshold_modulation
from dither.diffusion.tone_kernels import VariableKernel
from dither.errors import InputError
from dither.matrix.matrix_like import MatrixLike, as_matrix
from dither.palettes.palette import Intent
from dither.parallel.processors import thread_count
from dither.samples import (
    Levels,
    Light,
    checked_image,
    join_alpha,
    level_count,
    level_picture,
    levels_of,
    split_alpha,
)

_MAX_SEED = (1 << 64) - 1


def error_diffuse(
    image: np.ndarray,
    *,
    levels: Levels | None = None,
    palette: np.ndarray | HasColors | None = None,
    kernel: DiffusionKernel | VariableKernel | str = FLOYD_STEINBERG,
    serpentine: bool = True,
    amount: float = 1.0,
    light: Light | None = None,
    clamp: Clamp | None = None,
    intent: Intent | None = None,
    noise: float = 0.0,
    matrix: MatrixLike | None = None,
    strength: float = 0.5,
    frame: int = 0,
    seed: int = 0,
    threads: int = 1,
) -> np.ndarray:
    """Dither by error diffusion and return codes: levels, or indices into a palette.

    Args:
        image: (H, W) or (H, W, C); uint8, uint16, bool, or float32/float64 in 0..1. With levels, each
            channel is diffused on its own; with a palette, C is 1 or 3, and grey counts as a colour.
            With 2 or 4 channels, the last is alpha: the colours of pixels whose alpha is 0 do not
            influence others.
        levels: levels per channel, 2 to 65,536; 2 if no palette is given. `level_values` gives their
            codes.
        palette: a `Palette`; or (K, 3) uint8 sRGB colours, 1 to 256, or any object with such `colors`.
        kernel: error kernel, or the name or .json file of one. With "ostromoukhov" the shares depend on
            the tone of the sample; such kernels work with levels only, on one thread.
        serpentine: scan every second row to the left, mirrored, which avoids worms. Slower than raster
            order, and on one thread only.
        amount: share of each error that is passed on, 0 to 1: less makes flat areas cleaner, and
            raises the contrast; 0 rounds to the nearest.
        light: scale of errors and distances: sRGB codes ("encoded", the default for levels), or the
            light that they emit ("linear", right for viewing from afar and the default for palettes).
        clamp: clip samples with their errors to black..white ("range") or to 16 times white ("none").
            "none" keeps the mean and is the default; "range" is the default for colours to which the
            image is not mapped, where errors pile up if no colour is near the image's.
        intent: rendering intent by which an image is mapped to a palette first: "perceptual",
            "relative" or "absolute". If None, that of a `Palette`; for other colours the image is not
            mapped.
        noise: range of white noise added to the threshold between two levels, as a share of their
            distance, 0 to 1.
        matrix: threshold matrix that modulates that threshold, or its name, file, or array.
        strength: range of the matrix's thresholds as a share of that distance, 0 to 1.
        frame: frame of a matrix with frames, wrapping around.
        seed: seed of the noise, 0 to 2^64 - 1.
        threads: number of threads, 0 for one per processor; the result does not depend on it.

    Returns:
        With levels: the image's shape, uint8 up to 256 levels, else uint16. With a palette: (H, W)
        uint8, the first of the nearest colours by Euclidean distance, compared at 12 bits a channel.

    Raises:
        InputError: the image, the palette, the kernel or a number is out of range, or numba, which
            compiles the loops, is not installed.

    Example:
        >>> image = np.full((64, 64), 128, np.uint8)
        >>> float(error_diffuse(image, levels=2).mean().round(2))
        0.5
        >>> gray = np.full((1, 4), 188, np.uint8)  # half of white's light
        >>> error_diffuse(gray, palette=np.array([[0, 0, 0], [255, 255, 255]], np.uint8))
        array([[1, 0, 1, 0]], dtype=uint8)
    """
    diffuse = row_diffusion(
        levels=levels,
        palette=palette,
        kernel=kernel,
        serpentine=serpentine,
        amount=amount,
        light=light,
        clamp=clamp,
        intent=intent,
        noise=noise,
        matrix=matrix,
        strength=strength,
        frame=frame,
        seed=seed,
        threads=threads,
    )
    return diffuse(without_hidden(image))


def row_diffusion(
    *,
    levels: Levels | None = None,
    palette: np.ndarray | HasColors | None = None,
    kernel: DiffusionKernel | VariableKernel | str = FLOYD_STEINBERG,
    serpentine: bool = True,
    amount: float = 1.0,
    light: Light | None = None,
    clamp: Clamp | None = None,
    intent: Intent | None = None,
    noise: float = 0.0,
    matrix: MatrixLike | None = None,
    strength: float = 0.5,
    frame: int = 0,
    seed: int = 0,
    threads: int = 1,
) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function that diffuses the next rows of one image, as `error_diffuse` does the whole.

    Args:
        levels: as in `error_diffuse`, like all the others.
        palette: colours.
        kernel: error kernel.
        serpentine: whether to scan every second row to the left.
        amount: share of each error that is passed on.
        light: scale of errors and distances.
        clamp: clipping of samples with their errors.
        intent: rendering intent.
        noise: range of white noise added to the threshold.
        matrix: threshold matrix.
        strength: range of its thresholds.
        frame: frame of the matrix.
        seed: seed of the noise.
        threads: number of threads.

    Returns:
        A function of bands of rows from top to bottom; each but the last has a multiple of 64 rows.

    Raises:
        InputError: as `error_diffuse`.

    Example:
        >>> image = np.arange(128 * 40, dtype=np.uint16).reshape(128, 40) * 12
        >>> diffuse = row_diffusion(levels=2)
        >>> parts = np.concatenate([diffuse(image[:64]), diffuse(image[64:])])
        >>> bool((parts == error_diffuse(image, levels=2)).all())
        True
    """
    threads = thread_count(threads)
    for name, number in (("noise", noise), ("strength", strength), ("amount", amount)):
        if not 0 <= number <= 1:
            raise InputError(f"{name} is {number}; it must be from 0 to 1")
    if not (isinstance(seed, int | np.integer) and 0 <= seed <= _MAX_SEED):
        raise InputError(f"seed is {seed}; it must be a whole number from 0 to {_MAX_SEED}")
    if not isinstance(kernel, DiffusionKernel | VariableKernel):
        kernel = load_kernel(kernel)
    matrix = None if matrix is None else as_matrix(matrix)
    by_tone = isinstance(kernel, VariableKernel)
    passed = passed_share(amount)
    if by_tone and palette is not None:
        raise InputError("a tone-dependent kernel needs levels; it cannot dither to a palette")
    modulation = threshold_modulation(noise, matrix, strength, int(seed), frame)
    taps = np.empty((0, 3), np.int64) if by_tone else kernel.passed_taps(amount)
    states: list[ScanState] = []

    def diffuse(image: np.ndarray) -> np.ndarray:
        codes, plans = plan_scans(
            image, levels=levels, palette=palette, light=light, clamp=clamp, intent=intent
        )
        states.extend(ScanState() for _ in plans[len(states) :])
        for plan, state in zip(plans, states, strict=False):
            if isinstance(kernel, VariableKernel):
                scan_by_tone(plan, kernel.shares * passed >> 16, serpentine, modulation, state)
            elif serpentine:
                scan_serpentine(plan, taps, modulation, state)
            else:
                scan_raster(plan, taps, modulation, threads, state)
        return np.ascontiguousarray(codes)

    return diffuse


def requantize(
    image: np.ndarray,
    *,
    bits: int | None = None,
    levels: Levels | None = None,
    palette: np.ndarray | HasColors | None = None,
    by: Callable[..., np.ndarray] = error_diffuse,
    **options: Any,
) -> np.ndarray:
    """Dither an image and return a picture: fewer levels or colours, in full-range codes.

    Args:
        image: (H, W) or (H, W, C); uint8, uint16, bool, or float32/float64 in 0..1. With 2 or 4
            channels, the last is alpha; it is copied untouched, and refused with a palette. The colours
            of fully transparent pixels do not influence others.
        bits: bits per channel, 1 to 16, for 2**bits levels. Give exactly one of this, `levels` and
            `palette`.
        levels: levels per channel, 2 to 65,536.
        palette: as in `error_diffuse`.
        by: `error_diffuse`, `riemersma_dither` or `dot_diffuse`.
        **options: further arguments of that function.

    Returns:
        With a palette: (H, W, 3) uint8. With levels: the image's shape and dtype, but uint16 for uint8
        images with more than 256 levels, and uint8 for bool.

    Raises:
        InputError: as `by`, or not exactly one of bits, levels and palette is given.

    Example:
        >>> image = np.full((64, 64), 128, np.uint8)
        >>> np.unique(requantize(image, bits=1)).tolist()
        [0, 255]
    """
    if palette is not None:
        if bits is not None or levels is not None:
            raise InputError("give exactly one of bits, levels and palette")
        return palette_colors(palette)[by(image, palette=palette, **options)]
    levels = level_count(bits, levels)
    color, alpha = split_alpha(without_hidden(image))
    color = color if color.dtype == np.bool_ else checked_image(color)
    counts = levels_of(levels, 1 if color.ndim == 2 else color.shape[2])
    codes = by(color, levels=levels, **options)
    dtype = color.dtype
    if not np.issubdtype(dtype, np.floating):
        deep = dtype.itemsize == 2 or max(counts, default=2) > 256
        dtype = np.dtype(np.uint16 if deep else np.uint8)
    return join_alpha(level_picture(codes, counts, dtype), alpha)


# Former name, kept for one release.
diffused = requantize
