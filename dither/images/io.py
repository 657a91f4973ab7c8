"""Read images from untrusted files, within limits, and write images without loss."""

import contextlib
import dataclasses
import functools
import io
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from dither.errors import InputError, TooLargeError
from dither.files.atomic import atomic_write
from dither.files.safe_open import read_all, safe_open
from dither.images.color_management import (
    UNMANAGED,
    ColorSource,
    color_source,
    managed,
    managed_picture,
)
from dither.images.deep_color import (
    CLEAR_COLOR,
    has_deep_planes,
    is_deep,
    is_deep_gray_alpha,
    read_deep,
)
from dither.images.formats.bmp import with_bmp_density
from dither.images.formats.gif import check_complete, gif_bytes
from dither.images.formats.png import png_bytes
from dither.images.pillow_conversion import check_webp, to_pillow, transparency_of_file
from dither.images.quiet_stderr import quiet_stderr
from dither.images.raster_image import RasterImage, without_opaque_alpha
from dither.images.raster_like import as_raster_image
from dither.images.resolution import file_resolution, per_metre
from dither.images.unread_formats import AVI, INKS, ISO_MEDIA, MATROSKA, what_it_is
from dither.suggestions import wrong_ending
from dither.wording import counted

if TYPE_CHECKING:
    from PIL import Image

READ_FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF", "PPM")
# Lossless formats. JPEG is not one: it would blur the dither away.
WRITE_FORMATS = {
    ".png": "PNG",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".bmp": "BMP",
    ".gif": "GIF",
    ".webp": "WEBP",
    ".pbm": "PPM",
    ".pgm": "PPM",
    ".ppm": "PPM",
    ".pnm": "PPM",
}
MAX_PIXELS = 1 << 28

# Bytes of a file that are checked at a time.
_PIECE_BYTES = 1 << 18

Source = Path | str | BinaryIO

# Exceptions of Pillow's decoders on damaged files.
_DAMAGE = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    struct.error,
    IndexError,
    KeyError,
    TypeError,
)


def read_image(
    source: Source,
    *,
    max_pixels: int = MAX_PIXELS,
    name: str | None = None,
    color_management: bool = True,
    deep: bool = False,
) -> RasterImage:
    """Read PNG, JPEG, TIFF, WebP, BMP, GIF (first frame) or PNM, rotated by its EXIF orientation.

    Colours become sRGB. 16-bit grey stays uint16 and 32-bit float grey stays float32; palettes, CMYK,
    CIELAB and YCbCr become RGB; 1 bit becomes 0 and 255. An alpha channel that is opaque everywhere is
    dropped. 16-bit RGB is converted with all its bits and then rounded to 8, unless `deep`.

    Args:
        source: the file, or a binary stream.
        max_pixels: refuse larger images, whose decoding could exhaust the memory.
        name: name used in error messages instead of the file's.
        color_management: convert the colours to sRGB by the file's colour profile, by cICP, gAMA and
            cHRM of a PNG, or by a camera's mark of Adobe RGB. If False, the samples stay as they are.
        deep: keep 16 bits per channel of RGB in PNG, TIFF and PNM.

    Raises:
        InputError: the file is missing, has another format, is damaged or does not fit into memory; a
            TooLargeError if it has too many pixels.

    Example:
        >>> read_image("photo.jpg").color.shape  # doctest: +SKIP
        (512, 768, 3)
    """
    with open_image(source, max_pixels, name) as picture:
        colors = color_source(picture, name or str(source)) if color_management else UNMANAGED
        return without_opaque_alpha([still_image(picture, colors, deep=deep)])[0]


def still_image(picture: "Image.Image", colors: ColorSource, *, deep: bool) -> RasterImage:
    """Load the first frame of an open picture, upright and in sRGB, with its resolution.

    Args:
        picture: as `open_image` yields it.
        colors: from `color_source`.
        deep: as for `read_image`.
    """
    from PIL import ImageOps

    if is_deep(picture):
        image = read_deep(picture, functools.partial(managed, source=colors, deep=deep))
        return dataclasses.replace(image, resolution=file_resolution(picture))
    picture.load()
    resolution = file_resolution(picture)
    ImageOps.exif_transpose(picture, in_place=True)  # otherwise copies all images
    return dataclasses.replace(managed_picture(picture, colors), resolution=resolution)


@contextlib.contextmanager
def open_image(source: Source, max_pixels: int, name: str | None = None) -> Iterator["Image.Image"]:
    """Open an image of an allowed format and size; errors in the block become an InputError.

    Args:
        source: the file, or a binary stream.
        max_pixels: refuse larger images before they are decoded.
        name: name used in error messages instead of the file's.

    Raises:
        InputError: as `read_image`.
    """
    from PIL import Image, UnidentifiedImageError

    name = name or (str(source) if isinstance(source, str | Path) else "the stream")
    with damage_refused(name, max_pixels), contextlib.ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(_pillow_limit(max_pixels))
        file = stack.enter_context(opened_file(source, name))
        try:
            picture = stack.enter_context(Image.open(file, formats=READ_FORMATS))
        except UnidentifiedImageError:
            known = what_it_is(file)
            if known is not None and known.startswith(INKS):
                raise InputError(f"{name} is {known}") from None
            advice = "convert it, such as to a PNG"
            if known in (ISO_MEDIA, MATROSKA, AVI):
                advice = (
                    "only dither ordered, diffuse and optimize read videos, from files whose names end "
                    "in .mp4, .mov, .mkv, .webm or .avi"
                )
            but = "" if known is None else f", but {known}; {advice}"
            raise InputError(
                f"{name} is not an image in one of the formats {', '.join(READ_FORMATS)}{but}"
            ) from None
        if picture.width * picture.height > max_pixels:
            raise TooLargeError(f"{name} has more than {counted(max_pixels, 'pixel')}")
        if has_deep_planes(picture):
            raise InputError(
                f"{name} has 16 bits per channel in planes of their own, which are not read; save it "
                "with the channels of a pixel together"
            )
        if picture.format in ("GIF", "PNG"):
            # Loading compares no checksums and accepts a file that is cut off after a frame.
            if picture.format == "GIF":
                check_complete(file)
            else:
                _check_png(picture, file)
            picture = stack.enter_context(Image.open(file, formats=READ_FORMATS))
            if picture.format == "PNG" and "transparency" in picture.info:
                picture.info[CLEAR_COLOR] = picture.info["transparency"]
                picture.info["transparency"] = transparency_of_file(picture)
        if any(tile[0] == "libtiff" for tile in getattr(picture, "tile", ())):
            stack.enter_context(quiet_stderr())
        yield picture


@contextlib.contextmanager
def opened_file(source: Source, name: str) -> Iterator[BinaryIO]:
    """Open a file safely, or make a stream seekable.

    Args:
        source: the file, or a binary stream, which stays open.
        name: name used in error messages.

    Raises:
        InputError: as `safe_open` and `read_all`.
    """
    if isinstance(source, str | Path):
        with safe_open(source, name) as file:
            yield file
    elif source.seekable():
        yield source
    else:
        yield io.BytesIO(read_all(source, name))


@contextlib.contextmanager
def damage_refused(name: str, max_pixels: int = MAX_PIXELS) -> Iterator[None]:
    """Turn the exceptions of Pillow's decoders into an InputError.

    Args:
        name: of the file.
        max_pixels: the limit of pixels that was set.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        yield
    except InputError:
        raise
    except UnidentifiedImageError:
        raise InputError(
            f"{name} is not an image in one of the formats {', '.join(READ_FORMATS)}"
        ) from None
    except Image.DecompressionBombError:
        raise TooLargeError(f"{name} has more than {counted(max_pixels, 'pixel')}") from None
    except MemoryError:
        raise InputError(f"{name} does not fit into memory") from None
    except _DAMAGE as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"{name} is damaged or cannot be read: {reason}") from error


def _check_png(picture: "Image.Image", file: BinaryIO) -> None:
    """Check the checksums of a PNG from its pixels on, and that it is complete up to its last byte.

    Pillow has checked the chunks before the pixels. Its own check reads each chunk as a whole, and some
    programs write all pixels as one.
    """
    file.seek(max(0, picture.tile[0][2] - 8))  # pyright: ignore[reportAttributeAccessIssue]
    while True:
        head = file.read(8)
        if len(head) < 8:
            raise EOFError("it ends too early")
        size, name = struct.unpack(">I4s", head)
        checksum = zlib.crc32(name)
        while size:
            piece = file.read(min(size, _PIECE_BYTES))
            if not piece:
                raise EOFError("it ends too early")
            checksum = zlib.crc32(piece, checksum)
            size -= len(piece)
        if file.read(4) != struct.pack(">I", checksum):
            raise ValueError(f"a wrong checksum in the chunk {name.decode('latin1')}")
        if name == b"IEND":
            return


def unread_parts(
    picture: "Image.Image", name: str, *, pages_read: int = 1, deep: bool = False
) -> list[str]:
    """Describe content of a file that is not read: more than 8 bits per channel, or further pages.

    Args:
        picture: as `open_image` yields it, not loaded yet.
        name: the file's name, for the sentences.
        pages_read: number of pages of a TIFF that are read; with 1, others get a sentence.
        deep: as for `read_image`.

    Returns:
        One sentence each.
    """
    sentences = []
    # Pillow gives the stored depth to its decoder as "RGB;16B", or (in PNM) as RGB and the white code.
    arguments = next((tile[3] for tile in getattr(picture, "tile", ())), ())
    arguments = arguments if isinstance(arguments, tuple) else (arguments,)
    keeps = is_deep(picture) and (deep or is_deep_gray_alpha(picture))
    reduced = not (picture.mode.startswith(("I", "F")) or keeps)
    if reduced and any(
        ";16" in part if isinstance(part, str) else picture.format == "PPM" and (part or 0) > 255
        for part in arguments
    ):
        done = "they are rounded to 8" if is_deep(picture) else "8 are read"
        sentences.append(f"{name} has more than 8 bits per channel; {done}")
    pages = getattr(picture, "n_frames", 1)
    if picture.format == "TIFF" and pages > 1 and pages_read == 1:
        sentences.append(f"{name} has {pages} pages; the first is read")
    return sentences


@contextlib.contextmanager
def _pillow_limit(max_pixels: int) -> Iterator[None]:
    """Replace Pillow's own limit, which it checks while a file is opened."""
    from PIL import Image

    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = max_pixels
    try:
        yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


def check_ending(ending: str) -> None:
    """Check that a file name extension, with its dot, names a lossless format.

    Raises:
        InputError: it is not in WRITE_FORMATS.
    """
    if ending.lower() in (".jpg", ".jpeg"):
        raise InputError("JPEG would blur the dither away; choose .png")
    if ending.lower() not in WRITE_FORMATS:
        raise InputError(wrong_ending(ending, WRITE_FORMATS))


def encode_image(image: RasterImage, ending: str) -> bytes:
    """Encode an image without loss, in the fewest bits per pixel that hold its samples.

    Black and white takes 1 bit. In a PNG, 4 or 16 even greys from black to white take 2 or 4 bits, and
    at most 256 colours (alpha included) a palette of 1, 2, 4 or 8 bits. In a GIF, alpha below 128
    becomes transparent and the rest opaque.

    Args:
        image: uint8 samples, or uint16 grey; uint16 grey with alpha for PNG only.
        ending: the format: .png .tif .tiff .bmp .gif .webp .pbm .pgm .ppm .pnm.

    Raises:
        InputError: the format is not written, or cannot store such samples.

    Example:
        >>> import numpy as np
        >>> encode_image(RasterImage(np.array([[0, 255]], np.uint8)), ".pbm").split()[:3]
        [b'P4', b'2', b'1']
    """
    ending = ending.lower()
    check_ending(ending)
    format_name = WRITE_FORMATS[ending]
    (image,) = without_opaque_alpha([image])
    if format_name == "GIF":
        return gif_bytes([image], durations=[0], plays=1)
    if format_name == "PNG":
        return png_bytes(image)
    picture = to_pillow(image, ending, format_name)
    options: dict[str, object] = {}
    if format_name == "WEBP":
        check_webp(image)
        options = {"lossless": True, "exact": True}
    if image.profile and format_name in ("TIFF", "WEBP"):
        options["icc_profile"] = image.profile
    if image.resolution is not None and format_name == "TIFF":
        options["dpi"] = image.resolution
    content = encode_pillow(picture, format_name, options)
    if image.resolution is not None and format_name == "BMP":
        return with_bmp_density(content, per_metre(image.resolution))
    return content


def encode_pillow(picture: "Image.Image", format_name: str, options: dict[str, object]) -> bytes:
    """Encode a Pillow image.

    Raises:
        InputError: Pillow cannot encode it.
    """
    stream = io.BytesIO()
    try:
        picture.save(stream, format=format_name, **options)
    except (ValueError, KeyError, OSError, struct.error) as error:
        raise InputError(" ".join(str(error).split())) from error
    return stream.getvalue()


def write_image(path: Path | str, image: Any, *, replace: bool = True) -> None:
    """Write an image without loss, in the fewest bits per pixel; the file is replaced atomically.

    Args:
        path: its ending names the format: .png .tif .tiff .bmp .gif .webp .pbm .pgm .ppm .pnm.
        image: a `RasterImage`, an array (H, W) or (H, W, C) with alpha last, or an image of Pillow:
            8 bits, or 16 bits for grey; floats from 0 to 1 are rounded to 8 bits.
        replace: whether an existing file may be replaced.

    Raises:
        InputError: the format is not written or cannot store such samples, or the file cannot be
            written.
    """
    picture = as_raster_image(image)
    write_encoded(path, lambda ending: encode_image(picture, ending), replace=replace)


def write_encoded(path: Path | str, encode: Callable[[str], bytes], *, replace: bool) -> None:
    """Encode for the file's ending and write the bytes; error messages name the file."""
    try:
        content = encode(Path(path).suffix)
    except InputError as error:
        raise InputError(f"cannot write {path}: {error}") from None
    with atomic_write(path, replace=replace) as file:
        file.write(content)
