"""Error diffusion to a palette with alpha: the errors of light and of coverage are both passed on.

The nearest entry is that of the smallest mean squared error of linear light over black and over white.
"""

import numpy as np

from dither.diffusion.kernel_files import load_kernel
from dither.diffusion.kernels import FLOYD_STEINBERG, DiffusionKernel
from dither.errors import InputError
from dither.extras import require_extra
from dither.images.raster_image import RasterImage
from dither.palettes.rgba import RgbaPalette, premultiplied, rgba_codes

# Units of light and of alpha.
_WHITE = 1 << 16
_ROWS = 64


def diffuse_rgba(
    image: RasterImage,
    palette: RgbaPalette,
    *,
    kernel: DiffusionKernel | str = FLOYD_STEINBERG,
    serpentine: bool = True,
) -> np.ndarray:
    """Dither an image with alpha by error diffusion.

    Opaque pixels become opaque entries, if the palette has one. Fully transparent pixels become the
    transparent entry, if the palette has one, and pass on no error.

    Args:
        image: with alpha.
        palette: the entries.
        kernel: error kernel, or the name or .json file of one; not one that depends on the tone.
        serpentine: scan every second row to the left.

    Returns:
        (H, W) uint8 indices.

    Raises:
        InputError: the kernel depends on the tone, or numba is not installed.

    Example:
        >>> half = RasterImage(np.zeros((8, 8), np.uint8), np.full((8, 8), 128, np.uint8))
        >>> two = RgbaPalette(np.array([[0, 0, 0, 0], [0, 0, 0, 255]], np.uint8))
        >>> float(diffuse_rgba(half, two).mean())
        0.5
    """
    loaded = kernel if isinstance(kernel, DiffusionKernel) else load_kernel(kernel)
    if not isinstance(loaded, DiffusionKernel):
        raise InputError("a tone-dependent kernel needs levels; it cannot dither to a palette")
    require_extra("error diffusion", "diffuse", "numba")
    from dither.diffusion.compiled.rgba import diffuse_rows

    codes = rgba_codes(image)
    height, width = codes.shape[:2]
    indices = np.zeros((height, width), np.uint8)
    taps = np.array(loaded.taps, np.int64).reshape(-1, 3)
    reach = int(abs(taps[:, 1]).max()) if len(taps) else 0
    ring = 1 + int(taps[:, 0].max()) if len(taps) else 1
    waiting = np.zeros((ring, width + 2 * reach, 4), np.int64)
    entries = np.rint(palette.premultiplied * _WHITE).astype(np.int64)
    for top in range(0, height, _ROWS):
        part = codes[top : top + _ROWS]
        wanted = np.rint(premultiplied(part) * _WHITE).astype(np.int64)
        diffuse_rows(
            wanted,
            np.ascontiguousarray(part[..., 3]),
            indices[top : top + _ROWS],
            waiting,
            top,
            taps,
            serpentine,
            entries,
            palette.first_opaque,
            _WHITE,
        )
    return indices
