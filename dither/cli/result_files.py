"""Files of results: images, packed rows, and buffers of panels, with their entries for --json."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from dither.cli.inputs import title
from dither.cli.job import Job
from dither.cli.options import STREAM
from dither.cli.outputs import TIFF_SUFFIXES, Kind, format_suffix, output_kind
from dither.cli.panel_outputs import buffer_note, panel_content
from dither.cli.target import Target
from dither.errors import InputError
from dither.wording import counted

if TYPE_CHECKING:
    import numpy as np

    from dither.cells.colors import CellColors
    from dither.images.animation import Animation
    from dither.images.raster_image import RasterImage, Resolution
    from dither.images.rows import RowArray
    from dither.palettes.palette import Palette
    from dither.palettes.rgba import RgbaPalette

# A look that is called coarse; half the pixels in each direction then look better.
_COARSE_LOOK = 40


@dataclasses.dataclass(frozen=True)
class Dithered:
    """A dithered image or animation.

    Attributes:
        codes: for each frame, levels of the channels or indices of the palette.
        palette: the palette of the indices; None for levels.
        about: more entries for --json.
        file: the suffix of a finished file of the image, and its content, if there is one.
    """

    codes: "list[np.ndarray]"
    palette: "Palette | RgbaPalette | CellColors | None" = None
    about: dict[str, Any] = dataclasses.field(default_factory=dict)
    file: tuple[str, bytes] | None = None


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
        if kind in ("rows", "device"):
            return _raw(animation.frames[0], dithered, target, kind, output, job)
        values = target.values(dithered.palette)
        if dithered.file is not None and dithered.file[0] == format_suffix(output, job):
            height, width = (side * job.scale for side in dithered.codes[0].shape)
            return [dithered.file[1]], {"shape": [height, width, values.shape[1]]}
        codes = dithered.codes
        if isinstance(target.levels, tuple):
            codes = [level_codes(frame, target.levels) for frame in codes]
        return image_file(animation, codes, values, output, job, note)
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
        values: (levels,) codes, or the (colours, 3) table of the indices, in which colours may repeat;
            (colours, 4) with alpha takes the place of the frames' alpha.
        output: names the format.
        job: the scale and the format of standard output.
        note: called with a sentence about content that the format cannot hold.
    """
    from dither.images.animation import encode_animation
    from dither.images.formats.png import with_png_density
    from dither.images.indexed_files import encode_indexed, encode_rgba_indexed
    from dither.images.resolution import scaled

    suffix = format_suffix(output, job)
    resolution = scaled(animation.frames[0].resolution, job.scale, job.scale)
    codes = [enlarged(frame, job.scale) for frame in codes]
    alphas = [
        None if frame.alpha is None else enlarged(frame.alpha, job.scale)
        for frame in animation.frames
    ]
    channels = [values.shape[1]] if values.ndim == 2 else []
    report: dict[str, Any] = {"shape": [*codes[0].shape, *channels]}
    if channels == [4] and suffix not in TIFF_SUFFIXES:
        content = encode_rgba_indexed(
            codes,
            values,
            suffix,
            durations=animation.durations,
            plays=animation.plays,
            resolution=resolution,
        )
        return [content], report | ({"frames": len(codes)} if len(codes) > 1 else {})
    if channels == [4]:
        alphas, values = [values[frame, 3] for frame in codes], values[:, :3]
    if suffix == ".png" and len(codes) == 1:
        profile = animation.frames[0].profile
        pieces = png_pieces(codes[0], alphas[0], profile, values, _sentence(output, job, note))
        return with_png_density(pieces, resolution), report
    if suffix in TIFF_SUFFIXES:
        if len(codes) > 1:
            report["pages"] = len(codes)
        return _tiff_pieces(animation, codes, alphas, values, output, job, note, resolution), report
    if values.ndim == 2:
        content = encode_indexed(
            codes,
            values,
            suffix,
            alphas=alphas,
            durations=animation.durations,
            plays=animation.plays,
            log=_sentence(output, job, note),
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
    from dither.images.formats.png import level_parts
    from dither.images.indexed_files import indexed_png_parts

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
    from dither.images.formats.tiff import compression_like, tiff_stack_parts
    from dither.images.indexed_files import indexed_tiff_pieces
    from dither.images.rows import mapped

    options: dict[str, Any] = {
        "like": compression_like(animation.compression),
        "compression": None if job.compression is None else str(job.compression),
        "folder": None if output == STREAM else output.parent,
        "resolution": resolution,
    }
    if values.ndim == 2:
        return indexed_tiff_pieces(codes, values, alphas, _sentence(output, job, note), **options)
    profile = animation.frames[0].profile
    pages = [
        (mapped(frame, values.__getitem__), alpha)
        for frame, alpha in zip(codes, alphas, strict=True)
    ]
    return tiff_stack_parts(pages, profile, **options)


def _sentence(output: Path, job: Job, note: Callable[[str], None]) -> Callable[[str], None]:
    """Return the log of an encoder: it names the output, and the options that avoid a loss."""
    from dither.images.indexed_files import TOO_MANY_FOR_PNG

    def log(sentence: str) -> None:
        hint = ""
        if sentence == TOO_MANY_FOR_PNG and job.alpha is None:
            hint = (
                "; --alpha background, or --alpha threshold with up to 255 colours, keeps indices"
            )
        note(f"{output_title(output)}: {sentence}{hint}")

    return log


def check_raw(job: Job, target: Target, outputs: list[Path]) -> None:
    """Refuse levels or colours that the layout of raw results cannot hold, before any work.

    Raises:
        InputError: the layout cannot hold them.
    """
    if target.cells is not None:
        for output in outputs:
            if output_kind(output, job, None) != "image":
                raise InputError(
                    f"cannot write {output_title(output)}: --cells writes images, such as .png; "
                    "--cells-output writes the palettes, or the screen of a device"
                )
        return
    import numpy as np

    from dither.images.device_files import device_file
    from dither.images.raw_layout import raw_bytes

    for output in outputs:
        kind = output_kind(output, job, target.panel)
        if kind not in ("rows", "device") or target.colors is not None:
            continue
        channels = (1, 1, 3) if isinstance(target.levels, tuple) else (1, 1)
        none = np.zeros(channels, np.uint8)
        try:
            if kind == "rows":
                raw_bytes(none, target.raw_levels, _layout(job))
            else:
                device_file(f"a{format_suffix(output, job)}", none, target.raw_levels, _layout(job))
        except InputError as error:
            raise InputError(f"cannot write {output_title(output)}: {error}") from None


def _layout(job: Job) -> Any:
    return "msb" if job.packed is None else str(job.packed)


def _raw(
    frame: "RasterImage", dithered: Dithered, target: Target, kind: Kind, output: Path, job: Job
) -> tuple[Iterable[bytes], dict[str, Any]]:
    """Return raw pixels, or a file for a device, in pieces."""
    import numpy as np

    from dither.color import LUMINANCE_WEIGHTS
    from dither.images.device_files import device_file
    from dither.images.raw_layout import bits_of, raw_bytes, row_bits
    from dither.images.rows import row_spans

    codes, layout = dithered.codes[0], _layout(job)
    levels = target.raw_levels if dithered.palette is None else len(dithered.palette)
    if codes.ndim == 3 and not isinstance(levels, tuple):
        raise InputError(
            "raw pixels are grey, of a palette, or of levels for each channel such as --levels "
            "rgb565; --gray makes grey of colours"
        )
    alpha = frame.alpha
    if alpha is not None and any(alpha[rows].min() < 255 for rows in row_spans(alpha)):
        raise InputError("raw pixels hold no alpha; --background puts a colour behind them")
    codes = enlarged(codes, job.scale)
    bits = list(bits_of(levels)) if codes.ndim == 3 else row_bits(levels, layout)
    report = {"shape": list(codes.shape), "bits": bits, "order": layout}
    if kind == "device":
        name = output.with_name(f"{output.stem}{format_suffix(output, job)}")
        whole = codes[:]
        if dithered.palette is not None and name.suffix in (".xbm", ".escpos"):
            linear = cast("Palette", dithered.palette).linear  # no raw pixels have alpha
            whole = whole == (linear @ np.array(LUMINANCE_WEIGHTS)).argmax()
        return [device_file(name, whole, levels, layout)], report
    if layout in ("pages", "planes"):
        content = raw_bytes(codes[:], levels, layout)
        return [content.tobytes()], report | {"bytes_per_row": content.shape[1]}
    pieces = (raw_bytes(codes[rows], levels, layout) for rows in row_spans(codes))
    row = raw_bytes(codes[:1], levels, layout).shape[1] if len(codes) else 0
    return (piece.tobytes() for piece in pieces), report | {"bytes_per_row": row}


def packing_note(report: dict[str, Any]) -> str:
    """Return the layout of packed rows, which have no header to say it, or the size of a small file."""
    if "look" in report:
        size, colors = (
            counted(report["bytes"], "byte", grouped=True),
            counted(report["colors"], "colour"),
        )
        coarse = round(report["look"], 1) < _COARSE_LOOK  # as it is printed
        hint = "; below 40, a smaller --resize often looks better in as many bytes"
        return f": {size}, {colors}, look {report['look']:.1f}{hint if coarse else ''}"
    if "panel" in report:
        return buffer_note(report)
    if "order" not in report:
        return ""
    height, width = report["shape"][:2]
    bits = report["bits"] if isinstance(report["bits"], list) else [report["bits"]]
    each = f"{'+'.join(map(str, bits))} {counted(sum(bits), 'bit').split()[1]} each"
    row = f", {report['bytes_per_row']} bytes a row" if "bytes_per_row" in report else ""
    return f": {width}x{height} pixels, {each}{row}"


def level_codes(codes: "np.ndarray", levels: tuple[int, ...]) -> "np.ndarray":
    """Return 8-bit codes of levels of each channel; rows that are made when needed stay such."""
    import numpy as np

    from dither.images.rows import Rows, mapped
    from dither.samples import level_picture

    def picture(rows: "np.ndarray") -> "np.ndarray":
        return level_picture(rows, levels, np.dtype(np.uint8))

    return cast(Any, mapped(codes, picture)) if isinstance(codes, Rows) else picture(codes)


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
