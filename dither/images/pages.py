"""Pages of a TIFF, read as images of one size."""

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from dither.errors import InputError, TooLargeError
from dither.images.color_management import UNMANAGED, color_source, managed_picture
from dither.images.raster_image import RasterImage
from dither.images.resolution import file_resolution
from dither.wording import counted

if TYPE_CHECKING:
    from PIL import Image

MAX_PAGES = 1 << 14
_SUBFILE_TYPE = 254
# Pages of reduced resolution, such as previews, and masks of other pages.
_NOT_PAGES = 1 | 4


def page_numbers(picture: "Image.Image") -> list[int]:
    """Return the numbers of a TIFF's pages, without previews and masks; [0] for other files.

    Args:
        picture: opened by Pillow; it is at its first page afterwards.
    """
    count = int(getattr(picture, "n_frames", 1))
    if picture.format != "TIFF" or count == 1:
        return [0]
    numbers = []
    for number in range(count):
        picture.seek(number)
        kind = picture.tag_v2.get(_SUBFILE_TYPE, 0)  # pyright: ignore[reportAttributeAccessIssue]
        if not (isinstance(kind, int) and kind & _NOT_PAGES):
            numbers.append(number)
    picture.seek(0)
    return numbers or [0]


def read_pages(
    picture: "Image.Image",
    numbers: list[int],
    name: str,
    max_pixels: int,
    *,
    color_management: bool = True,
    log: Callable[[str], object] | None = None,
) -> list[RasterImage]:
    """Read pages; if some have colours, all are RGB.

    Args:
        picture: a TIFF opened by Pillow.
        numbers: of the pages.
        name: of the file.
        max_pixels: refuse more pixels in all pages together.
        color_management: convert the colours to sRGB.
        log: called with a sentence about colours.

    Raises:
        InputError: the pages differ in size or in the type of their samples, or are too many.
    """
    from PIL import ImageOps

    if len(numbers) > MAX_PAGES:
        raise InputError(f"{name} has {len(numbers)} pages; at most {MAX_PAGES} are read")
    if len(numbers) * picture.width * picture.height > max_pixels:
        raise TooLargeError(
            f"{name} has more than {counted(max_pixels, 'pixel')} in its {len(numbers)} pages"
        )
    pages, said = [], set[str]()
    for number in numbers:
        picture.seek(number)
        if picture.size != (pages[0].color.shape[1::-1] if pages else picture.size):
            _refuse_sizes(name, number, picture.size, pages[0])
        colors = color_source(picture, name) if color_management else UNMANAGED
        if log is not None and colors.note and colors.note not in said:
            said.add(colors.note)
            log(colors.note)
        picture.load()
        resolution = file_resolution(picture)
        upright = ImageOps.exif_transpose(picture)
        page = dataclasses.replace(managed_picture(upright, colors), resolution=resolution)
        if pages and page.color.shape[:2] != pages[0].color.shape[:2]:
            _refuse_sizes(name, number, upright.size, pages[0])
        pages.append(page)
    if len({page.color.dtype for page in pages}) > 1:
        raise InputError(
            f"{name} has pages of 8 and of more bits per sample; save them as files of their own"
        )
    if len({page.color.ndim for page in pages}) > 1:
        pages = [in_rgb(page) for page in pages]
    return pages


def _refuse_sizes(name: str, number: int, size: tuple[int, int], first: RasterImage) -> None:
    height, width = first.color.shape[:2]
    raise InputError(
        f"{name} has pages of different sizes ({width}x{height}, and {size[0]}x{size[1]} on page "
        f"{number + 1}); save them as files of their own"
    )


def in_rgb(page: RasterImage) -> RasterImage:
    """Return a page in three channels."""
    if page.color.ndim == 3:
        return page
    # A profile for grey does not fit RGB.
    return dataclasses.replace(page, color=np.stack([page.color] * 3, axis=2), profile=None)
