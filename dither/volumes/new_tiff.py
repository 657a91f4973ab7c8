"""New TIFF files for volumes: written uncompressed in any order, and compressed when complete."""

import dataclasses
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from dither.images.formats.tiff_storage import (
    FILE_HEADER_BYTES,
    GRAY,
    PALETTE_COLOR,
    RGB,
    Compression,
    StoredPixels,
    file_header,
    plain_header,
    stored_pages,
)
from dither.images.raster_image import Resolution
from dither.volumes.tiff_colors import PROFILE_TAG
from dither.volumes.tiff_layout import tiff_layout, value_of
from dither.volumes.tiff_volume import TiffVolume, read_into, row_grid

if TYPE_CHECKING:
    from dither.palettes.palette import Palette

# Above this a file gets 64-bit offsets (BigTIFF).
_MAX_CLASSIC_BYTES = (1 << 32) - (1 << 25)
_PAGE_ENTRY_BYTES = 4096
_PER_INCH = {2: 1.0, 3: 2.54}
_RESOLUTIONS, _RESOLUTION_UNIT = (282, 283), 296


def make_tiff(
    path: Path | str,
    shape: tuple[int, ...],
    dtype: np.dtype,
    *,
    palette: "Palette | None" = None,
    like: TiffVolume | None = None,
) -> TiffVolume:
    """Make a TIFF file of uncompressed samples for writing, with a page for each layer.

    Args:
        path: must not exist.
        shape: (Z, Y, X) or (Z, Y, X, C).
        dtype: of the samples.
        palette: colours of the indices that will be written.
        like: a file from which to copy the resolution and, if the channels stay the same, the colour
            profile.
    """
    import tifffile

    channels = shape[3] if len(shape) == 4 else 1
    options: dict[str, Any] = {"photometric": "rgb" if channels > 2 else "minisblack"}
    if channels in (2, 4):
        options["extrasamples"] = ["unassalpha"]
    if channels == 2:
        options["planarconfig"] = "contig"
    if palette is not None:
        options.update(photometric="palette", colormap=_color_map(palette))
    if like is not None:
        options.update(_copied_options(like, palette is None and shape[3:] == like.shape[3:]))
    size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    stacked = shape[0] > 1
    bigtiff = size + _PAGE_ENTRY_BYTES * shape[0] > _MAX_CLASSIC_BYTES
    with tifffile.TiffWriter(path, bigtiff=bigtiff) as writer:
        written = writer.write(
            shape=shape if stacked else shape[1:],
            dtype=dtype,
            returnoffset=True,
            metadata={"axes": "ZYXS"[0 if stacked else 1 : len(shape)]},
            **options,
        )
    assert written is not None
    offsets = written[0] + np.arange(shape[0], dtype=np.int64) * (size // shape[0])
    pixels = stored_pixels(shape, dtype, palette, options)
    return TiffVolume(str(path), shape, dtype, row_grid(shape, dtype), offsets, False, pixels)


def make_bilevel_tiff(
    path: Path | str, shape: tuple[int, ...], *, like: TiffVolume | None = None
) -> TiffVolume:
    """Make a TIFF file of uncompressed black and white for writing, 1 bit a sample.

    Args:
        path: must not exist.
        shape: (Z, Y, X), or (Z, Y, X, 1).
        like: as in `make_tiff`.
    """
    options = {} if like is None else _copied_options(like, shape[3:] == like.shape[3:])
    pixels = stored_pixels(shape, np.dtype(np.bool_), None, options)
    page = pixels.row_bytes * shape[1]
    big = (page + _PAGE_ENTRY_BYTES) * shape[0] > _MAX_CLASSIC_BYTES
    offsets, place = [], FILE_HEADER_BYTES[big]
    with Path(path).open("xb") as file:
        file.write(file_header(big))
        for layer in range(shape[0]):
            is_last = layer == shape[0] - 1
            header = plain_header(pixels, place, is_last, big)
            file.seek(place)
            file.write(header)
            offsets.append(place + len(header))
            place += len(header) + page
            place += place % 2
        file.truncate(offsets[-1] + page)
    grid = row_grid(shape[:3], np.dtype(np.uint8))
    return TiffVolume(str(path), shape, np.dtype(np.bool_), grid, np.array(offsets), False, pixels)


def compress_tiff(
    volume: TiffVolume, compression: Compression, before: Callable[[], None] = lambda: None
) -> None:
    """Compress a new file whose samples are complete.

    Args:
        volume: from `make_tiff` or `make_bilevel_tiff`; the file is replaced.
        compression: any but "none".
        before: called before the file is replaced.
    """
    assert volume.pixels is not None
    path, pixels = Path(volume.path), volume.pixels
    beside = path.with_name(f"{path.name}.compressed")
    size = pixels.row_bytes * volume.shape[1] * volume.shape[0]
    big = size + _PAGE_ENTRY_BYTES * volume.shape[0] > _MAX_CLASSIC_BYTES
    assert volume.offsets is not None
    with path.open("rb") as source, beside.open("wb") as file:
        pages = (
            dataclasses.replace(pixels, read=_row_reader(volume, source, int(offset), pixels))
            for offset in volume.offsets
        )
        file.writelines(stored_pages(pages, compression, big=big, folder=path.parent))
        file.flush()
        os.fsync(file.fileno())
    before()
    beside.replace(path)


def _row_reader(
    volume: TiffVolume, file: BinaryIO, offset: int, pixels: StoredPixels
) -> Callable[[int, int], np.ndarray]:
    def read(start: int, stop: int) -> np.ndarray:
        rows = np.empty((stop - start, pixels.row_bytes), np.uint8)
        file.seek(offset + start * pixels.row_bytes)
        read_into(volume.path, file, rows.reshape(-1).data)
        return rows

    return read


def _no_rows(start: int, stop: int) -> np.ndarray:
    raise NotImplementedError


def stored_pixels(
    shape: tuple[int, ...],
    dtype: np.dtype,
    palette: "Palette | None" = None,
    options: Mapping[str, Any] | None = None,
) -> StoredPixels:
    """Return how the pages of a volume are stored.

    Args:
        shape: (Z, Y, X) or (Z, Y, X, C).
        dtype: of the samples; bool for 1 bit.
        palette: colours of the indices.
        options: of the writer, as `make_tiff` copies them from another file.
    """
    channels = shape[3] if len(shape) == 4 else 1
    bits = 1 if dtype == np.bool_ else 8 * dtype.itemsize
    kind, color_map = RGB if channels > 2 else GRAY, b""
    if palette is not None:
        kind, color_map = PALETTE_COLOR, _color_map(palette).astype("<u2").tobytes()
    return StoredPixels(
        (shape[2], shape[1]),
        *(bits, kind, _no_rows, channels, color_map),
        **_stored_options(options or {}),
    )


def _stored_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the profile and the resolution, per inch, of options of tifffile's writer."""
    found: dict[str, Any] = {"profile": options.get("iccprofile")}
    factor = _PER_INCH.get(options.get("resolutionunit", 1))
    if "resolution" in options and factor is not None:
        across, down = (top / bottom * factor for top, bottom in options["resolution"])
        resolution: Resolution = across, down
        found["resolution"] = resolution
    return found


def _color_map(palette: "Palette") -> np.ndarray:
    """Return (3, 256) uint16; black after the palette would look like one more colour."""
    colors = palette.colors.T.astype(np.uint16) * 257
    return np.pad(colors, ((0, 0), (0, 256 - len(palette))), mode="edge")


def _copied_options(volume: TiffVolume, profile: bool) -> dict[str, Any]:
    """Return options of the writer for the resolution and the colour profile of another file."""
    key = tiff_layout(volume.path).key
    options: dict[str, Any] = {}
    resolution = tuple(value_of(key, code, None) for code in _RESOLUTIONS)
    unit = value_of(key, _RESOLUTION_UNIT, 2)
    if all(map(_is_fraction, resolution)) and isinstance(unit, int) and unit in (1, 2, 3):
        options.update(resolution=resolution, resolutionunit=int(unit))
    found = value_of(key, PROFILE_TAG, None)
    if profile and volume.colors.keeps_profile and isinstance(found, bytes):
        options["iccprofile"] = found
    return options


def _is_fraction(value: object) -> bool:
    """Return whether a value is a pair of whole numbers, as resolutions are stored."""
    return (
        isinstance(value, tuple)
        and len(value) == 2
        and all(isinstance(part, int) and 0 < part < 1 << 32 for part in value)
    )
