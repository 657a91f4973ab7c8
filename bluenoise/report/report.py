"""Matrices side by side, as one page or one picture."""

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from bluenoise.matrix_set import MatrixSet, load_matrix_set, matrix_set_of
from bluenoise.report.figures import WIDE
from bluenoise.report.measured import OnProgress, measured
from bluenoise.report.provenance import Origin, file_origin, origin_of
from dither.errors import InputError
from dither.files.atomic import atomic_writes, check_writable
from dither.images.adjustments import Preparation, adjusted
from dither.images.fit import Sides
from dither.images.io import read_image
from dither.images.raster_image import RasterImage
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.samples import eight_bit_colors

MOST_MATRICES = 8
# A tall photo is cut at the bottom: what is above tells as much.
_TALLEST = 480

Content = str | Path | ThresholdMatrix | Sequence[ThresholdMatrix] | np.ndarray


def report(
    matrices: Mapping[str, Content],
    output: Path | str,
    *,
    photo: np.ndarray | None = None,
    png: bool = False,
    seed: int = 0,
    force: bool = False,
    on_progress: OnProgress = lambda share, word: None,
) -> list[Path]:
    """Write a page that shows matrices and what they do, in one HTML file that needs nothing else.

    Each matrix, tiled, its spectrum, patterns, a ramp and a photo; the error of every grey over that
    of void-and-cluster, Bayer and white noise; its figures, seed, command and hash. A slider goes
    through frames. Needs the extras `report` and `optimize`.

    Args:
        matrices: name to matrix, 1 to 8 side by side: the name of a shipped one, a .npy file, a matrix,
            one for each channel, or an array as `bluenoise.export` takes it.
        output: the page, ending in .html.
        photo: (H, W) or (H, W, 3), uint8, uint16 or floats in 0..1; made smaller where it is wider than
            384 pixels. A portrait of Grace Hopper if not given, the sample that matplotlib carries.
        png: write the same as one picture too, beside the page.
        seed: of void-and-cluster and white noise, made to be compared with.
        force: replace files that exist.
        on_progress: called with the share done, 0 to 1, and what is done next.

    Returns:
        The files: the page, and the picture if it was asked for.

    Raises:
        InputError: there are none or too many matrices, one is no matrix, has fewer than 2 or more than
            2^22 cells, or a file exists and `force` is false.

    Example:
        >>> report({}, "report.html")
        Traceback (most recent call last):
        ...
        dither.errors.InputError: 1 to 8 matrices are reported side by side, not 0
    """
    paths = outputs(output, png=png)
    for path in paths:
        check_writable(path, replace=force)
    if not 1 <= len(matrices) <= MOST_MATRICES:
        raise InputError(
            f"1 to {MOST_MATRICES} matrices are reported side by side, not {len(matrices)}"
        )
    picture = _photo(photo)
    # That they are missing is noticed before the work.
    for library in ("jinja2", "matplotlib", "numba"):
        importlib.import_module(library)
    known = {name: _known(content) for name, content in matrices.items()}
    content = measured(
        {name: subject for name, (subject, _) in known.items()},
        {name: origin for name, (_, origin) in known.items()},
        picture,
        seed=seed,
        on_progress=lambda share, word: on_progress(0.9 * share, word),
    )
    from bluenoise.report.page import page

    on_progress(0.9, "drawing")
    files = [page(content).encode()]
    if png:
        from bluenoise.report.sheet import sheet

        on_progress(0.95, "drawing the picture")
        files.append(sheet(content))
    with atomic_writes(replace=force) as opened:
        for path, data in zip(paths, files, strict=True):
            with opened(path) as file:
                file.write(data)
    on_progress(1.0, "")
    return paths


def outputs(output: Path | str, *, png: bool) -> list[Path]:
    """The files that a report writes.

    Raises:
        InputError: the page does not end in .html.
    """
    output = Path(output)
    if output.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"the report {output} must end in .html; its picture is written beside it")
    return [output, output.with_suffix(".png")] if png else [output]


def _known(content: Content) -> tuple[MatrixSet, Origin]:
    if isinstance(content, str | Path):
        subject = load_matrix_set(str(content))
        is_file = Path(content).suffix == ".npy"
        return subject, file_origin(content) if is_file else origin_of(subject)
    subject = matrix_set_of(content)
    return subject, origin_of(subject)


def _photo(photo: np.ndarray | None) -> np.ndarray:
    """(H, W, 3) uint8, as wide as a column at most."""
    if photo is None:
        import matplotlib

        sample = Path(matplotlib.get_data_path(), "sample_data", "grace_hopper.jpg")
        photo = read_image(sample).color
    if photo.ndim == 3 and photo.shape[2] not in (1, 3):
        raise InputError(f"a photo has 1 or 3 channels, not {photo.shape[2]}")
    colors = np.ascontiguousarray(eight_bit_colors(photo))
    if colors.shape[1] > WIDE:
        colors = adjusted(RasterImage(colors), Preparation(resize=Sides(width=WIDE))).color
    return colors[:_TALLEST]
