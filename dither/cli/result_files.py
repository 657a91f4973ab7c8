"""Files of results: images, packed rows, and buffers of panels, with their entries for --json."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from dither.cli.choices import PackedChoice
from dither.cli.inputs import title
from dither.cli.options import STREAM, Job
from dither.cli.outputs import TIFF_SUFFIXES, Kind, format_suffix
from dither.cli.panel_outputs import buffer_note, panel_content
from dither.cli.target import Target
from dither.errors import InputError

if TYPE_CHECKING:
    import numpy as np

    from dither.images.animation import Animation
    from dither.images.raster_image import RasterImage, Resolution
    from dither.images.rows import RowArray
    from dither.palettes.palette import Palette


@dataclasses.dataclass(frozen=True)
class Dithered:
    """A dithered image or animation.

    Attributes:
        codes: for each frame, levels of the channels or indices of the palette.
        palette: the palette of the indices; None for levels.
        about: more entries for --json.
    """

    codes: "list[np.ndarray]"
    palette: "Palette | None" = None
    about: dict[str, Any] = dataclasses.field(default_factory=dict)


def output_title(output: Path) -> str:
    """Return the name of an output in messages."""
    return title(output, "standard output")


def encoded_result(
    animation: "Animation",
    dithered: Dithered,
    target: Target,
    output: Path,
    kind: Kind,
    job: Job,
    note: Callable[[str], None],
) -> tuple[Iterable[bytes], dict[str, Any]]:
    """Return the bytes of a result in pieces, and its entries for --json."""
    try:
        if kind != "image" and target.panel is not None:
            codes = enlarged(dithered.codes[0], job.scale)
            name = output.with_name(f"{output.stem}{format_suffix(output, job)}")
            content, report = panel_content(target.panel, animation.frames[0], codes, kind, name)
            return [content], report
        if kind == "rows":
            return _packed_rows(animation.frames[0], dithered.codes[0], target.packed_bits, job)
        values = target.values(dithered.palette)
        return image_file(animation, dithered.codes, values, output, job, note)
    except InputError as error:
        raise InputError(f"cannot write {output_title(output)}: {error}") from None


def image_file(
    animation: "Animation",
    codes: "list[np.ndarray]",
    values: "np.ndarray",
    output: Path,
    job: Job,
    note: Callable[[str], None],
) -> tuple[Iterable[bytes], dict[str, Any]]:
    """Return an image file of levels, or of indices with their colour table, in pieces.

    Args:
        animation: the original frames, for alpha, profiles and durations.
        codes: levels or indices for each frame; for .png also as rows that are made when needed.
        values: (levels,) codes, or the (colours, 3) table of the indices, in which colours may repeat.
        output: names the format.
        job: the scale and the format of standard output.
        note: called with a sentence about content that the format cannot hold.
    """
    from dither.images.animation import encode_animation
    from dither.images.indexed_files import encode_indexed
    from dither.images.png import with_png_density
    from dither.images.resolution import scaled

    suffix = format_suffix(output, job)
    resolution = scaled(animation.frames[0].resolution, job.scale, job.scale)
    codes = [enlarged(frame, job.scale) for frame in codes]
    alphas = [
        None if frame.alpha is None else enlarged(frame.alpha, job.scale)
        for frame in animation.frames
    ]
    channels = [3] if values.ndim == 2 else []
    report: dict[str, Any] = {"shape": [*codes[0].shape, *channels]}
    if suffix == ".png" and len(codes) == 1:
        profile = animation.frames[0].profile
        pieces = png_pieces(codes[0], alphas[0], profile, values, _sentence(output, note))
        return with_png_density(pieces, resolution), report
    if suffix in TIFF_SUFFIXES:
        if len(codes) > 1:
            report["pages"] = len(codes)
        return _tiff_pieces(animation, codes, alphas, values, output, job, note, resolution), report
    if suffix == ".gif" and any(map(_is_partly_transparent, animation.frames)):
        note(
            f"{output_title(output)}: a GIF has no partial transparency; alpha below 128 becomes "
            "transparent, the rest opaque"
        )
    if values.ndim == 2:
        content = encode_indexed(
            codes,
            values,
            suffix,
            alphas=alphas,
            durations=animation.durations,
            plays=animation.plays,
            log=_sentence(output, note),
            resolution=resolution,
        )
    else:
        frames = tuple(
            dataclasses.replace(frame, color=values[levels], alpha=alpha, resolution=resolution)
            for frame, levels, alpha in zip(animation.frames, codes, alphas, strict=True)
        )
        content = encode_animation(dataclasses.replace(animation, frames=frames), suffix)
    if len(codes) > 1:
        report["frames"] = len(codes)
    return [content], report


def png_pieces(
    codes: "RowArray",
    alpha: "RowArray | None",
    profile: bytes | None,
    values: "np.ndarray",
    log: Callable[[str], None],
) -> Iterable[bytes]:
    """Return a PNG of levels or indices in pieces; arguments as in `image_file`."""
    from dither.images.indexed_files import indexed_png_parts
    from dither.images.png import level_parts

    if values.ndim == 2:
        return indexed_png_parts(codes, values, alpha, log)
    return level_parts(codes, values, alpha, profile)


def _tiff_pieces(
    animation: "Animation",
    codes: "Sequence[RowArray]",
    alphas: "Sequence[RowArray | None]",
    values: "np.ndarray",
    output: Path,
    job: Job,
    note: Callable[[str], None],
    resolution: "Resolution | None",
) -> Iterable[bytes]:
    """Return a TIFF of levels or indices in pieces; arguments as in `image_file`."""
    from dither.images.indexed_files import indexed_tiff_pieces
    from dither.images.rows import mapped
    from dither.images.tiff import compression_like, tiff_stack_parts

    options: dict[str, Any] = {
        "like": compression_like(animation.compression),
        "compression": None if job.compression is None else str(job.compression),
        "folder": None if output == STREAM else output.parent,
        "resolution": resolution,
    }
    if values.ndim == 2:
        return indexed_tiff_pieces(codes, values, alphas, _sentence(output, note), **options)
    profile = animation.frames[0].profile
    pages = [
        (mapped(frame, values.__getitem__), alpha)
        for frame, alpha in zip(codes, alphas, strict=True)
    ]
    return tiff_stack_parts(pages, profile, **options)


def _sentence(output: Path, note: Callable[[str], None]) -> Callable[[str], None]:
    return lambda sentence: note(f"{output_title(output)}: {sentence}")


def _packed_rows(
    frame: "RasterImage", codes: "np.ndarray", bits: int, job: Job
) -> tuple[Iterable[bytes], dict[str, Any]]:
    import numpy as np

    from dither.images.bit_packing import pack
    from dither.images.rows import row_spans

    if codes.ndim == 3:
        raise InputError("--packed takes grey or a palette; --gray makes grey of colours")
    alpha = frame.alpha
    if alpha is not None and any(alpha[rows].min() < 255 for rows in row_spans(alpha)):
        raise InputError("packed rows hold no alpha")
    codes = enlarged(codes, job.scale)
    order = "lsb" if job.packed == PackedChoice.lsb else "msb"
    packed = (
        pack(codes[rows].astype(np.uint8, copy=False), bits=bits, order=order).tobytes()
        for rows in row_spans(codes)
    )
    return packed, {
        "shape": list(codes.shape),
        "bits": bits,
        "order": str(job.packed),
        "bytes_per_row": -(-codes.shape[1] * bits // 8),
    }


def packing_note(report: dict[str, Any]) -> str:
    """Return the layout of packed rows, which have no header to say it."""
    if "panel" in report:
        return buffer_note(report)
    if "order" not in report:
        return ""
    height, width = report["shape"]
    bits, row = report["bits"], report["bytes_per_row"]
    return f": {width}x{height} pixels, {bits} bit{'s' if bits > 1 else ''} each, {row} bytes a row"


def enlarged(codes: "np.ndarray", scale: int) -> "np.ndarray":
    """Return an image, or rows that are made when they are needed, with each pixel as a square."""
    from dither.images.rows import Rows

    if not isinstance(codes, Rows):
        return codes if scale == 1 else codes.repeat(scale, axis=0).repeat(scale, axis=1)

    def read(start: int, stop: int) -> "np.ndarray":
        first = start // scale
        rows = enlarged(codes[first : -(-stop // scale)], scale)
        return rows[start - first * scale : stop - first * scale]

    height, width, *channels = codes.shape
    return cast(Any, Rows((height * scale, width * scale, *channels), codes.dtype, read))


def _is_partly_transparent(frame: "RasterImage") -> bool:
    return frame.alpha is not None and bool(((frame.alpha > 0) & (frame.alpha < 255)).any())
