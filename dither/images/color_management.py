"""Convert the samples of files to sRGB: by a colour profile, or by what else a file says.

Source: ICC.1:2022, colour profiles; W3C PNG (third edition), section 4.3: cICP comes before iCCP, this
before sRGB, and this before gAMA and cHRM; DCF 2.0 (2010): "R03" marks Adobe RGB.
"""

import functools
import io
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import numpy as np

from dither.color import to_gray
from dither.errors import InputError
from dither.images.deep_color import in_eight_bits, rounded
from dither.images.described_colors import ADOBE_RGB, SRGB, DescribedColors, from_h273, to_srgb
from dither.images.formats.png_reader import png_chunks
from dither.images.matrix_profile import MatrixProfile, matrix_profile
from dither.images.pillow_conversion import from_pillow
from dither.images.raster_image import RasterImage

if TYPE_CHECKING:
    from PIL import Image

# Modes whose samples are converted by their profile, and the profile's name of their space.
_SPACES = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK", "LAB": "Lab"}
# A profile that changes no colour of a coarse grid by more than this many codes of 255 is sRGB.
_SAME_CODES = 1
# PNG files write 100,000 times the exponent; most write 1/2.2 rounded for sRGB.
_SRGB_GAMMA = 0.45455
_EXIF, _INTEROPERABILITY, _COLOR_SPACE, _INDEX = 0x8769, 0xA005, 0xA001, 1
_UNCALIBRATED = 0xFFFF
# A description of colours takes a few bytes.
_MOST_CHUNK_BYTES = 1024


class ColorSource(NamedTuple):
    """Colour space of a file.

    Attributes:
        space: an ICC profile, a description, or None for sRGB or unknown.
        mode: Pillow's mode of the samples that a profile describes.
        note: sentence for the user, such as why a profile is ignored; empty for none.
        keeps_profile: whether the file's profile is right for the samples as they are read.
    """

    space: bytes | DescribedColors | None = None
    mode: str = "RGB"
    note: str = ""
    keeps_profile: bool = False


# Samples as they are in the file, with its profile.
UNMANAGED = ColorSource(keeps_profile=True)


def color_source(picture: "Image.Image", name: str) -> ColorSource:
    """Return the colour space of a file that Pillow has opened.

    Args:
        picture: opened, not loaded.
        name: of the file, for the note.
    """
    mode = samples_mode(picture.mode)
    profile = picture.info.get("icc_profile")
    file = getattr(picture, "fp", None)
    if picture.format == "PNG" and file is not None:
        code_points = _png_chunk(file, b"cICP")
        if code_points is not None and len(code_points) == 4:
            try:
                found = from_h273(*code_points[:2])
            except InputError as error:
                return ColorSource(note=f"{name} has colours whose {error}; they are taken as sRGB")
            return ColorSource(None if found == SRGB else found)
    if mode == "LAB":
        profile = _lab_profile()
    if profile and mode is not None:
        return profile_source(profile, mode, name)
    if picture.mode == "CMYK":
        note = (
            f"{name} has CMYK samples and no colour profile; they are converted by a simple formula"
        )
        return ColorSource(note=note)
    if "srgb" not in picture.info and ("gamma" in picture.info or "chromaticity" in picture.info):
        return ColorSource(_png_description(picture.info))
    if picture.format in ("JPEG", "TIFF") and mode == "RGB" and _is_adobe_rgb(picture):
        return ColorSource(ADOBE_RGB)
    return UNMANAGED


def profile_source(profile: bytes, mode: str, name: str) -> ColorSource:
    """Return the colour space of samples with an ICC profile.

    Args:
        profile: as in the file.
        mode: of the samples, as `samples_mode` returns it.
        name: of the file, for the note.
    """
    try:
        conversion = profile_conversion(profile, mode)
    except InputError as error:
        return ColorSource(note=f"{name} has a colour profile that {error}; it is ignored")
    is_srgb = conversion is None
    return ColorSource(None if is_srgb else profile, mode, keeps_profile=is_srgb)


def samples_mode(mode: str) -> str | None:
    """Return the mode, of "RGB", "L", "CMYK" and "LAB", of a Pillow image's colour; None for others."""
    if mode in ("P", "PA", "RGB", "RGBA", "RGBX", "RGBa"):
        return "RGB"
    if mode in ("1", "L", "LA", "La") or mode.startswith("I"):
        return "L"
    return mode if mode in ("CMYK", "LAB") else None


def managed_picture(picture: "Image.Image", source: ColorSource) -> RasterImage:
    """Convert a loaded Pillow image to samples in sRGB.

    Args:
        picture: of any mode.
        source: from `color_source`.

    Raises:
        ValueError: as `from_pillow`.
    """
    if source.space is not None and source.mode not in ("L", "RGB"):
        return managed(RasterImage(np.array(picture)), source)
    return managed(from_pillow(picture), source)


def managed(image: RasterImage, source: ColorSource, *, deep: bool = True) -> RasterImage:
    """Return an image, or a band of one, in sRGB; float samples stay as they are.

    Args:
        image: as read: grey, RGB, or samples of the mode of the source.
        source: from `color_source`.
        deep: keep 16 bits per channel of colours; if not, they are rounded to 8 after the conversion.
    """
    converted = _in_srgb(image, source)
    return converted if deep else in_eight_bits(converted)


def _in_srgb(image: RasterImage, source: ColorSource) -> RasterImage:
    color, alpha = image.color, image.alpha
    if source.space is None or color.dtype == np.float32:
        return image if source.keeps_profile else RasterImage(color, alpha)
    if isinstance(source.space, DescribedColors):
        return RasterImage(to_srgb(color, source.space), alpha)
    conversion = profile_conversion(source.space, source.mode)
    return RasterImage(color if conversion is None else conversion(color), alpha)


class _GrayTable(NamedTuple):
    """Conversion of grey samples: the code, 0 to 255, of each of 256 codes."""

    codes: np.ndarray

    def __call__(self, color: np.ndarray) -> np.ndarray:
        if color.dtype == np.uint8:
            return self.codes.astype(np.uint8)[color]
        steps = np.interp(np.arange(65536) / 257, np.arange(256), self.codes * 257.0)
        return np.rint(steps).astype(np.uint16)[color]


class _Transform(NamedTuple):
    """Conversion of samples with several channels.

    Samples of 16 bits keep their depth if the profile consists of curves and a matrix. By others they
    are converted as their nearest 8 bits: the library takes no more.
    """

    transform: Any
    mode: str
    profile: bytes

    def __call__(self, color: np.ndarray) -> np.ndarray:
        from PIL import Image

        if color.dtype == np.uint16:
            deep = matrix_profile(self.profile)
            if deep is not None:
                return deep.to_srgb(color, _srgb_profile())
            return self(rounded(color)).astype(np.uint16) * np.uint16(257)
        size = color.shape[1], color.shape[0]
        data: Any = np.ascontiguousarray(color).data
        image = Image.frombuffer(self.mode, size, data, "raw", self.mode, 0, 1)
        return np.array(self.transform.apply(image))


@functools.lru_cache(maxsize=16)
def profile_conversion(profile: bytes, mode: str) -> "_GrayTable | _Transform | None":
    """Return the function that converts samples with a profile to sRGB; None if it changes none.

    The intent is relative colorimetric with black point compensation, as in browsers.

    Args:
        profile: ICC profile.
        mode: "L" for (H, W) grey, "RGB", "CMYK" or "LAB"; 8 bits, or 16 for grey and RGB.

    Raises:
        InputError: the profile is damaged, or describes other samples. The sentence lacks its subject.
    """
    from PIL import Image, ImageCms

    try:
        read: Any = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        space = read.profile.xcolor_space.strip()
        # Scanners write profiles for RGB into grey files.
        given = "RGB" if mode == "L" and space == "RGB" else mode
        if space != _SPACES[given]:
            raise InputError(f"is for {space}, not for {_SPACES[given]}")
        # Otherwise greys near black go through tables with few steps there.
        precise = ImageCms.Flags.NOOPTIMIZE if mode == "L" else ImageCms.Flags.NONE
        transform = ImageCms.buildTransform(
            *(read, ImageCms.createProfile("sRGB"), given, "RGB"),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION | precise,
        )
    except InputError:
        raise
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
        raise InputError(f"cannot be read ({' '.join(str(error).split())})") from None
    if mode == "L":
        ramp = Image.fromarray(np.arange(256, dtype=np.uint8)[None])
        codes = to_gray(np.array(transform.apply(ramp.convert(given))))[0]
        same = abs(codes.astype(int) - np.arange(256)).max() <= _SAME_CODES
        return None if same else _GrayTable(codes)
    found = _Transform(transform, mode, profile)
    if mode == "RGB":
        grid = np.stack(np.meshgrid(*[np.arange(0, 256, 17, dtype=np.uint8)] * 3), -1)
        grid = grid.reshape(16, -1, 3)
        if abs(found(grid).astype(int) - grid).max() <= _SAME_CODES:
            return None
    return found


def _png_description(info: dict[Any, Any]) -> DescribedColors | None:
    """Return the colour space of a PNG's gAMA and cHRM; None if it is sRGB or not possible."""
    gamma, places = info.get("gamma", _SRGB_GAMMA), info.get("chromaticity")
    primaries = SRGB.primaries
    if places is not None:
        points = tuple((float(x), float(y)) for x, y in zip(places[::2], places[1::2], strict=True))
        area = np.linalg.det(np.array([[1, *point] for point in points[1:]]))
        if len(points) != 4 or abs(area) < 1e-3 or min(y for _, y in points) < 1e-3:
            return None
        if abs(np.subtract(points, primaries)).max() > 0.002:
            primaries = points
    if not 0.05 <= gamma <= 5:
        return None
    transfer = "srgb" if abs(gamma - _SRGB_GAMMA) < 0.002 else 1 / gamma
    found = DescribedColors(primaries, transfer)  # pyright: ignore[reportArgumentType]
    return None if found == SRGB else found


@functools.cache
def _srgb_profile() -> MatrixProfile:
    from PIL import ImageCms

    content = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    found = matrix_profile(content)
    assert found is not None
    return found


@functools.cache
def _lab_profile() -> bytes:
    """Return the profile of CIELAB samples, which need none in a file."""
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


def _png_chunk(file: BinaryIO, wanted: bytes) -> bytes | None:
    """Return the content of a chunk that is before the pixels of a PNG."""
    place = file.tell()
    try:
        for name, start, size in png_chunks(file):
            if name == wanted and size <= _MOST_CHUNK_BYTES:
                file.seek(start)
                return file.read(size)
            if name in (b"IDAT", b"IEND"):
                break
        return None
    finally:
        file.seek(place)


def _is_adobe_rgb(picture: "Image.Image") -> bool:
    """Return whether a camera marked its colours as Adobe RGB by EXIF, without a profile."""
    exif = picture.getexif()
    index = exif.get_ifd(_INTEROPERABILITY).get(_INDEX)
    uncalibrated = exif.get_ifd(_EXIF).get(_COLOR_SPACE) == _UNCALIBRATED
    return uncalibrated and str(index).startswith("R03")
