"""Reading images from strangers and writing them whole: every safety limit is here."""

import contextlib
import io
import struct
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from dither.errors import InputError, TooLargeError
from dither.files.atomic import atomic_write, check_writable
from dither.files.safe_open import read_all, safe_open
from dither.images.gif import check_whole as check_whole_gif
from dither.images.gif import gif_bytes
from dither.images.png import check_whole as check_whole_png
from dither.images.quiet_stderr import quiet_stderr
from dither.images.raster_image import RasterImage, check_webp, from_pillow, to_pillow

if TYPE_CHECKING:
    from PIL import Image

READ_FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF", "PPM")
# Formats that keep every pixel as it is. JPEG is not one: it would blur the dither away.
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

Source = Path | str | BinaryIO

# Formats that tell where they end or what they should be, which Pillow takes little notice of.
_WHOLE = {"GIF": check_whole_gif, "PNG": check_whole_png}

# What Pillow's decoders raise on damaged files.
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
    source: Source, *, max_pixels: int = MAX_PIXELS, name: str | None = None
) -> RasterImage:
    """Read PNG, JPEG, TIFF, WebP, BMP, GIF (first frame) or PNM, upright by its EXIF orientation.

    Grey of 16 bits stays uint16 and grey of 32-bit float stays float32; palettes, CMYK and other
    colour spaces become RGB; 1 bit becomes 0 and 255. Pillow's limits: RGB, or grey with alpha, of
    16 bits arrives as 8 bits; a transparent grey in a 16-bit PNG is not seen.

    Args:
        source: the file, or a binary stream.
        max_pixels: refuse larger images, whose decoding could exhaust the memory.
        name: that error messages give it, if not the file's.

    Raises:
        InputError: the file is missing, is none of these formats, is damaged or does not fit into
            memory; of too many pixels it is a TooLargeError.

    Example:
        >>> read_image("photo.jpg").color.shape  # doctest: +SKIP
        (512, 768, 3)
    """
    from PIL import ImageOps

    with open_image(source, max_pixels, name) as picture:
        picture.load()
        return from_pillow(ImageOps.exif_transpose(picture))


@contextlib.contextmanager
def open_image(source: Source, max_pixels: int, name: str | None = None) -> Iterator["Image.Image"]:
    """Open an image of a known format and size; what goes wrong in the block is one sentence.

    Args:
        source: the file, or a binary stream.
        max_pixels: refuse images of more before they are decoded.
        name: that the sentence gives it, if not the file's.

    Raises:
        InputError: as `read_image`.
    """
    from PIL import Image, UnidentifiedImageError

    name = name or (str(source) if isinstance(source, str | Path) else "the stream")
    try:
        with contextlib.ExitStack() as stack:
            stack.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore")
            stack.enter_context(_pillow_limit(max_pixels))
            file = source
            if isinstance(file, str | Path):
                file = stack.enter_context(safe_open(file, name))
            if not file.seekable():
                file = io.BytesIO(read_all(file, name))
            picture = stack.enter_context(Image.open(file, formats=READ_FORMATS))
            if picture.width * picture.height > max_pixels:
                raise TooLargeError(f"{name} has more than {max_pixels} pixels")
            if picture.format in _WHOLE:
                place = file.tell()
                _WHOLE[picture.format](file)
                file.seek(place)
            if any(tile[0] == "libtiff" for tile in getattr(picture, "tile", ())):
                stack.enter_context(quiet_stderr())
            yield picture
    except InputError:
        raise
    except UnidentifiedImageError:
        raise InputError(
            f"{name} is not an image in one of the formats {', '.join(READ_FORMATS)}"
        ) from None
    except Image.DecompressionBombError:
        raise TooLargeError(f"{name} has more than {max_pixels} pixels") from None
    except MemoryError:
        raise InputError(f"{name} does not fit into memory") from None
    except _DAMAGE as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"{name} is damaged or cannot be read: {reason}") from error


def unread_parts(picture: "Image.Image", name: str) -> list[str]:
    """What a picture that is not loaded yet holds and is not read, a sentence for each.

    Args:
        picture: as `open_image` yields it.
        name: that the sentences give it.
    """
    sentences = []
    # How samples are stored stands in what the decoder is told: RGB;16B, or RGB and the code of white.
    told = next((tile[3] for tile in getattr(picture, "tile", ())), ())
    told = told if isinstance(told, tuple) else (told,)
    if not picture.mode.startswith(("I", "F")) and any(
        ";16" in part if isinstance(part, str) else picture.format == "PPM" and (part or 0) > 255
        for part in told
    ):
        sentences.append(f"{name} has more than 8 bits a channel; 8 are read")
    pages = getattr(picture, "n_frames", 1)
    if picture.format == "TIFF" and pages > 1:
        sentences.append(f"{name} has {pages} pages; the first is read")
    return sentences


@contextlib.contextmanager
def _pillow_limit(max_pixels: int) -> Iterator[None]:
    """Pillow refuses at twice its own limit, while the file is opened; ours stands in its place."""
    from PIL import Image

    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = max_pixels
    try:
        yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


def check_image_path(path: Path | str, *, replace: bool = True) -> None:
    """Say before long work starts whether an image can be written to `path`.

    Raises:
        InputError: the ending names no lossless format, or `check_writable` refuses.
    """
    try:
        check_ending(Path(path).suffix)
    except InputError as error:
        raise InputError(f"cannot write {path}: {error}") from None
    check_writable(path, replace=replace)


def check_ending(ending: str) -> None:
    """Refuse what names no lossless format.

    Raises:
        InputError: `ending`, with its dot, is none of WRITE_FORMATS.
    """
    if ending.lower() in (".jpg", ".jpeg"):
        raise InputError("JPEG would blur the dither away; choose .png")
    if ending.lower() not in WRITE_FORMATS:
        raise InputError(f"the ending must be one of {', '.join(WRITE_FORMATS)}")


def encode_image(image: RasterImage, ending: str) -> bytes:
    """The bytes of an image file without loss, in as few bits a pixel as hold the samples.

    Black and white takes 1 bit. In a PNG, 4 or 16 even greys from black to white take 2 or 4 bits, and
    at most 256 colours, alpha counted, a palette of 1, 2, 4 or 8. A GIF has no alpha between 0 and
    255: below 128 it becomes transparent.

    Args:
        image: uint8 samples, or uint16 grey without alpha.
        ending: names the format: .png .tif .tiff .bmp .gif .webp .pbm .pgm .ppm .pnm.

    Raises:
        InputError: the format is not written, or cannot hold such samples.

    Example:
        >>> import numpy as np
        >>> encode_image(RasterImage(np.array([[0, 255]], np.uint8)), ".pbm").split()[:3]
        [b'P4', b'2', b'1']
    """
    ending = ending.lower()
    check_ending(ending)
    format_name = WRITE_FORMATS[ending]
    if format_name == "GIF":
        return gif_bytes([image], durations=[0], plays=1)
    picture, bits = to_pillow(image, ending, format_name)
    options: dict[str, object] = {}
    if format_name == "PNG" and picture.mode in ("L", "P"):
        options["bits"] = bits
    if format_name == "WEBP":
        check_webp(image)
        options = {"lossless": True, "exact": True}
    if image.profile and format_name in ("PNG", "TIFF", "WEBP"):
        options["icc_profile"] = image.profile
    stream = io.BytesIO()
    try:
        picture.save(stream, format=format_name, **options)
    except (ValueError, KeyError, OSError, struct.error) as error:
        raise InputError(" ".join(str(error).split())) from error
    return stream.getvalue()


def write_image(path: Path | str, image: RasterImage, *, replace: bool = True) -> None:
    """Write an image without loss, whole or not at all, in as few bits as `encode_image` can.

    Args:
        path: its ending names the format: .png .tif .tiff .bmp .gif .webp .pbm .pgm .ppm .pnm.
        image: uint8 samples, or uint16 grey without alpha.
        replace: whether a file that is there already may be replaced.

    Raises:
        InputError: the format is not written, cannot hold such samples, or the folder refuses.
    """
    try:
        content = encode_image(image, Path(path).suffix)
    except InputError as error:
        raise InputError(f"cannot write {path}: {error}") from None
    with atomic_write(path, replace=replace) as file:
        file.write(content)
