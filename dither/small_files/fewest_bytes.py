"""Find the smallest file for a look, or the best look for a file: colours, palette and pixels together.

1. A palette is learned by k-means, unless it is given. Its size follows the weight of a bit: the more a
   bit weighs, the fewer colours are of use.
2. The pixels begin at their nearest colours. A pass of `match_search` or of `lzw_search` lowers the
   loss plus the weighted bits, and the palette is refitted.
3. If a size or a look is wanted, the weight of a bit is first estimated on bands of the image, and then
   corrected after each pass by what the encoded file shows.
"""

from typing import get_args

import numpy as np

from dither.errors import InputError
from dither.extras import require_extra
from dither.images.formats.png_packing import packed_png
from dither.images.indexed_files import encode_indexed
from dither.images.raster_image import Resolution
from dither.optimizer.optimize import few_colors
from dither.optimizer.palette_request import PaletteRequest
from dither.optimizer.picture import checked_picture
from dither.palettes.palette import MAX_COLORS
from dither.palettes.palette_like import PaletteLike, as_palette
from dither.progress import OnProgress, no_progress
from dither.small_files.byte_target import check_target, estimated_rate, found_by_passes
from dither.small_files.picture_search import (
    Coding,
    Encode,
    LearnedPalettes,
    PictureSearch,
    SmallPicture,
)


def optimize_bytes(
    image: np.ndarray,
    *,
    rate: float | None = None,
    max_bytes: int | None = None,
    look: float | None = None,
    colors: int | None = None,
    palette: PaletteLike | None = None,
    mask: np.ndarray | None = None,
    encode: Encode | None = None,
    coding: Coding = "deflate",
    seed: int = 0,
    on_progress: OnProgress = no_progress,
) -> SmallPicture:
    """Find palette, number of colours and pixels that look best for their bytes.

    Args:
        image: (H, W) or (H, W, 3); uint8, uint16, bool, or float32/float64 in 0..1, as sRGB codes. More
            than 8 bits are rounded to 8.
        rate: weight of a bit of the file against the error, 0.01 to 100:
            0.1 is hardly visible, 0.5 good, 2 coarse. Give exactly one of this and the next two.
        max_bytes: largest size of the file in bytes; the best look that fits is found.
        look: the fewest bytes with at least this value of `dither.metrics.look`, up to 100.
        colors: number of colours, 2 to 256; chosen if None.
        palette: a palette, or its name, file or (K, 3) colours, to use unchanged.
        mask: (H, W) bool, True for pixels to ignore, such as transparent ones.
        encode: returns the file of (H, W) uint8 indices and (K, 3) uint8 colours; that of
            `encoded_tightly` as PNG, or as GIF, if None.
        coding: "deflate" counts bits as PNG does; WebP gains from the same repetitions. "lzw" counts
            them as GIF does; the file is a GIF of the codes that were chosen, or that of `encode` if it
            is smaller.
        seed: of the palette, 0 or more; the same seed gives the same bytes.
        on_progress: called with the share of the work done, 0 to 1, and a short text.

    Returns:
        The palette, the indices and the file. An image whose own colours fit is returned unchanged if
        its file is as small.

    Raises:
        InputError: an option is out of range, the target cannot be reached, or the extra `optimize` is
            missing.

    Example:
        >>> image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
        >>> small = optimize_bytes(image, max_bytes=900)  # doctest: +SKIP
        >>> len(small.content) <= 900  # doctest: +SKIP
        True
    """
    target = check_target(rate, max_bytes, look)
    if coding not in get_args(Coding):
        raise InputError(f"coding is {coding!r}; it must be one of {', '.join(get_args(Coding))}")
    given = None if palette is None else as_palette(palette)
    picture, mask = checked_picture(image, mask)
    request = PaletteRequest(colors if colors or given is not None else MAX_COLORS, given)
    require_extra("optimizing pixels", "optimize", "numba")
    if mask is not None and request.count > MAX_COLORS - 1:
        # Transparent pixels need an entry.
        if given is None:
            request = PaletteRequest(MAX_COLORS - 1)
        elif coding == "lzw":
            coding = "deflate"
    work = PictureSearch(
        picture,
        mask,
        request,
        colors is not None,
        encode or _own_file(coding, mask),
        coding,
        LearnedPalettes(picture, mask, seed),
    )
    few = few_colors(picture, request, mask)
    unchanged = None if few is None else work.encoded(few.palette.colors, few.indices, 0.0)
    return found_by_passes(
        work,
        rate,
        target,
        lambda: estimated_rate(work, target, on_progress),
        on_progress,
        unchanged,
        0 if few is None else len(few.palette),
    )


def encoded_tightly(
    indices: np.ndarray,
    colors: np.ndarray,
    ending: str = ".png",
    *,
    alpha: np.ndarray | None = None,
    resolution: Resolution | None = None,
) -> bytes:
    """Return a file of palette indices in the fewest bytes at hand.

    Args:
        indices: (H, W) uint8.
        colors: (K, 3) uint8.
        ending: of the format, as for `dither.write_indexed`.
        alpha: (H, W) uint8, or None if every pixel is opaque.
        resolution: pixels per inch, across and down.
    """
    content = encode_indexed([indices], colors, ending, alphas=[alpha], resolution=resolution)
    return packed_png(content) if ending == ".png" else content


def _own_file(coding: Coding, mask: np.ndarray | None) -> Encode:
    """Return what encodes a PNG, or a GIF in which masked pixels are transparent."""
    if coding == "deflate":
        return encoded_tightly
    alpha = None if mask is None else np.where(mask, 0, 255).astype(np.uint8)
    return lambda indices, colors: encoded_tightly(indices, colors, ".gif", alpha=alpha)
