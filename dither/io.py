"""Reading images from strangers and writing them whole: every safety limit is here."""

import contextlib
import struct
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dither.errors import InputError
from dither.files import check_writable, replacing

if TYPE_CHECKING:
    from PIL import Image

READ_FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF", "PPM")
# Formats that keep every pixel as it is. JPEG is not one: it would blur the dither away.
WRITE_FORMATS = {
    ".png": "PNG",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".bmp": "BMP",
    ".webp": "WEBP",
    ".pbm": "PPM",
    ".pgm": "PPM",
    ".ppm": "PPM",
    ".pnm": "PPM",
}
MAX_PIXELS = 1 << 28

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


@dataclass(frozen=True, eq=False)
class RasterImage:
    """An image as it was stored: colour samples, the alpha beside them, and the colour profile.

    Attributes:
        color: (H, W) grey or (H, W, 3) RGB; uint8, uint16 or float32.
        alpha: (H, W) uint8, or None where every pixel is opaque.
        profile: ICC profile of the samples, or None for sRGB.
    """

    color: np.ndarray
    alpha: np.ndarray | None = None
    profile: bytes | None = None


def read_image(path: Path | str, *, max_pixels: int = MAX_PIXELS) -> RasterImage:
    """Read PNG, JPEG, TIFF, WebP, BMP, GIF (first frame) or PNM, upright by its EXIF orientation.

    Grey of 16 bits stays uint16 and grey of 32-bit float stays float32; palettes, CMYK and other
    colour spaces become RGB; 1 bit becomes 0 and 255. Pillow's limits: RGB, or grey with alpha, of
    16 bits arrives as 8 bits; a transparent grey in a 16-bit PNG is not seen.

    Args:
        path: the file.
        max_pixels: refuse larger images, whose decoding could exhaust the memory.

    Raises:
        InputError: the file is missing, is none of these formats, is damaged or too large.

    Example:
        >>> read_image("photo.jpg").color.shape  # doctest: +SKIP
        (512, 768, 3)
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    path = Path(path)
    try:
        with warnings.catch_warnings(), _pillow_limit(max_pixels):
            warnings.simplefilter("ignore")
            with Image.open(path, formats=READ_FORMATS) as image:
                if image.width * image.height > max_pixels:
                    raise InputError(_too_large(path, max_pixels))
                image.load()
                return _from_pillow(ImageOps.exif_transpose(image))
    except InputError:
        raise
    except UnidentifiedImageError:
        raise InputError(
            f"{path} is not an image in one of the formats {', '.join(READ_FORMATS)}"
        ) from None
    except Image.DecompressionBombError:
        raise InputError(_too_large(path, max_pixels)) from None
    except FileNotFoundError:
        raise InputError(f"cannot read {path}: there is no such file") from None
    except IsADirectoryError:
        raise InputError(f"cannot read {path}: it is a folder") from None
    except MemoryError:
        raise InputError(f"{path} does not fit into memory") from None
    except _DAMAGE as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"{path} is damaged or cannot be read: {reason}") from error


def _too_large(path: Path, most: int) -> str:
    return f"{path} has more than {most} pixels; --max-pixels raises this limit"


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


def _from_pillow(image: "Image.Image") -> RasterImage:
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):
        samples = np.asarray(image)
        if samples.min() < 0 or samples.max() > 65535:
            raise InputError(
                f"grey of 32 bits is read where its values are 0 to 65535, not {samples.min()} to "
                f"{samples.max()}"
            )
        return RasterImage(samples.astype(np.uint16), None, profile)
    if image.mode == "F":
        return RasterImage(np.array(image, np.float32), None, profile)
    has_alpha = "transparency" in image.info or image.mode in ("LA", "La", "PA", "RGBA", "RGBa")
    gray = image.mode in ("1", "L", "LA", "La")
    if image.mode not in ("1", "L", "LA", "P", "PA", "RGB", "RGBA"):
        profile = None  # the profile speaks of the samples before this conversion
    if not has_alpha:
        return RasterImage(np.array(image.convert("L" if gray else "RGB")), None, profile)
    if image.mode == "P" and isinstance(image.info.get("transparency"), bytes):
        image.apply_transparency()
    samples = np.array(image.convert("RGBA"))
    color = samples[..., 0] if gray else samples[..., :3]
    return RasterImage(np.ascontiguousarray(color), samples[..., 3].copy(), profile)


def check_image_path(path: Path | str, *, replace: bool = True) -> None:
    """Say before long work starts whether an image can be written to `path`.

    Raises:
        InputError: the ending names no lossless format, or `check_writable` refuses.
    """
    _check_ending(Path(path))
    check_writable(path, replace=replace)


def _check_ending(path: Path) -> None:
    if path.suffix.lower() in (".jpg", ".jpeg"):
        raise InputError(f"cannot write {path}: JPEG would blur the dither away; choose .png")
    if path.suffix.lower() not in WRITE_FORMATS:
        raise InputError(
            f"cannot write {path}: the ending must be one of {', '.join(WRITE_FORMATS)}"
        )


def write_image(path: Path | str, image: RasterImage, *, replace: bool = True) -> None:
    """Write an image without loss, whole or not at all.

    Black and white takes 1 bit a pixel, and a PNG of few colours a palette of 1, 2, 4 or 8.

    Args:
        path: its ending names the format: .png .tif .tiff .bmp .webp .pbm .pgm .ppm .pnm.
        image: uint8 samples, or uint16 grey without alpha.
        replace: whether a file that is there already may be replaced.

    Raises:
        InputError: the format is not written, cannot hold such samples, or the folder refuses.
    """
    path = Path(path)
    _check_ending(path)
    format_name = WRITE_FORMATS[path.suffix.lower()]
    picture = _to_pillow(path, image, format_name)
    options: dict[str, object] = {"lossless": True, "exact": True} if format_name == "WEBP" else {}
    if image.profile and format_name in ("PNG", "TIFF", "WEBP"):
        options["icc_profile"] = image.profile
    with replacing(path, replace=replace) as file:
        if picture.mode == "P":
            # As many bits as the indices need: 1, 2, 4 or 8.
            highest = int(np.asarray(picture).max())
            options["bits"] = next(bits for bits in (1, 2, 4, 8) if highest < 1 << bits)
        try:
            picture.save(file, format=format_name, **options)
        except (ValueError, KeyError) as error:
            raise InputError(f"cannot write {path}: {error}") from error


def _to_pillow(path: Path, image: RasterImage, format_name: str) -> "Image.Image":
    from PIL import Image

    color, alpha = image.color, image.alpha
    if color.dtype == np.uint16:
        if color.ndim == 3 or alpha is not None or format_name not in ("PNG", "TIFF", "PPM"):
            raise InputError(
                f"cannot write {path}: more than 8 bits are written for grey without alpha, "
                "as PNG, TIFF or PNM"
            )
        little = color.astype("<u2")
        return Image.frombytes("I;16", (color.shape[1], color.shape[0]), little.tobytes())
    if color.dtype != np.uint8:
        raise InputError(f"cannot write {path}: samples are uint8 or uint16, not {color.dtype}")
    if alpha is not None:
        if format_name in ("BMP", "PPM"):
            raise InputError(f"cannot write {path}: {format_name} holds no alpha; choose .png")
        layers = color[..., None] if color.ndim == 2 else color
        stacked = np.concatenate([layers, alpha[..., None]], axis=2)
        return Image.fromarray(stacked)
    picture = Image.fromarray(np.ascontiguousarray(color))
    one_bit = color.ndim == 2 and bool(((color == 0) | (color == 255)).all())
    ending = path.suffix.lower()
    if (ending == ".pbm" and not one_bit) or (ending == ".pgm" and color.ndim == 3):
        raise InputError(f"cannot write {path}: {ending} holds no such image; choose .pnm")
    if one_bit and ending not in (".webp", ".pgm", ".ppm"):
        return picture.convert("1", dither=Image.Dither.NONE)
    if ending == ".ppm":
        return picture.convert("RGB")
    if format_name == "PNG" and color.ndim == 3:
        return _with_palette(picture, color)
    return picture


def _with_palette(picture: "Image.Image", color: np.ndarray) -> "Image.Image":
    """The picture as indices, of as few bits as will do, where it has at most 256 colours."""
    from PIL import Image

    if picture.getcolors(256) is None:
        return picture
    packed = color.astype(np.int32) @ np.array([1 << 16, 1 << 8, 1], np.int32)
    codes, indices = np.unique(packed, return_inverse=True)
    height, width = packed.shape
    indexed = Image.frombytes("P", (width, height), indices.astype(np.uint8).tobytes())
    indexed.putpalette(b"".join(int(code).to_bytes(3, "big") for code in codes))
    return indexed
