"""Report matrices side by side, as one page and, if asked, one picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from bluenoise.matrix_set import MatrixLike, MatrixSet, load_matrix_set, matrix_set_of
from bluenoise.report.figures import WIDE
from bluenoise.report.measurements import measure_all
from bluenoise.report.provenance import Provenance, file_provenance, matrix_provenance
from dither.errors import InputError
from dither.extras import require_extra
from dither.files.atomic import atomic_writes, check_writable
from dither.images.io import read_image
from dither.images.raster_image import RasterImage
from dither.preparation.adjustments import Preparation, adjusted
from dither.preparation.fit import Sides
from dither.progress import OnProgress, no_progress
from dither.samples import eight_bit_colors

MAX_MATRICES = 8
# Tall photos are cut off at the bottom.
_MAX_PHOTO_HEIGHT = 480


def report(
    matrices: Mapping[str, str | Path | MatrixLike] | Sequence[str | Path] | str | Path,
    output: Path | str,
    *,
    photo: np.ndarray | None = None,
    png: bool = False,
    seed: int = 0,
    force: bool = False,
    on_progress: OnProgress = no_progress,
) -> list[Path]:
    """Write a page about matrices as one HTML file that works without a network.

    It shows each matrix, tiled, its spectrum, dot patterns, a ramp and a photo; the visible error of
    every grey against void-and-cluster, Bayer and white noise; scores, seed, command and hash. A slider
    selects the frame. Needs the extras `report` and `optimize`.

    Args:
        matrices: a name or file, several of them, or 1 to 8 by name: name of a shipped matrix, .npy
            file, matrix, one matrix per channel, or an array as in `bluenoise.export`.
        output: the page, ending in .html.
        photo: (H, W) or (H, W, 3), uint8, uint16 or floats in 0..1; reduced to 384 pixels of width.
            Default: matplotlib's sample portrait of Grace Hopper.
        png: also write the report as one picture next to the page.
        seed: of the void-and-cluster and white noise baselines.
        force: replace existing files.
        on_progress: called with the share done, 0 to 1, and the current work.

    Returns:
        The page and, if asked for, the picture.

    Raises:
        InputError: the number of matrices is not 1 to 8, a matrix is invalid or its number of cells is
            not 2 to 2^22, or a file exists and `force` is false.

    Example:
        >>> report({}, "report.html")
        Traceback (most recent call last):
        ...
        dither.errors.InputError: a report compares 1 to 8 matrices, not 0
    """
    if isinstance(matrices, str | Path):
        matrices = [matrices]
    if not isinstance(matrices, Mapping):
        if not all(isinstance(each, str | Path) for each in matrices):
            raise InputError("matrices must be names or files, or a mapping of names to matrices")
        matrices = {str(each): each for each in matrices}
    output = Path(output)
    if output.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"the report {output} must end in .html; --png adds a picture next to it")
    paths = [output, output.with_suffix(".png")] if png else [output]
    for path in paths:
        check_writable(path, replace=force)
    if not 1 <= len(matrices) <= MAX_MATRICES:
        raise InputError(f"a report compares 1 to {MAX_MATRICES} matrices, not {len(matrices)}")
    require_extra("a report", "report", "jinja2", "matplotlib")
    require_extra("a report", "optimize", "numba")
    loaded = {name: _load(content) for name, content in matrices.items()}
    content = measure_all(
        {name: matrix_set for name, (matrix_set, _) in loaded.items()},
        {name: provenance for name, (_, provenance) in loaded.items()},
        _prepare_photo(photo),
        seed=seed,
        on_progress=lambda share, text: on_progress(0.9 * share, text),
    )
    from bluenoise.report.page import page
    from bluenoise.report.sheet import sheet

    on_progress(0.9, "drawing the page")
    files = [page(content).encode()]
    if png:
        on_progress(0.95, "drawing the picture")
        files.append(sheet(content))
    with atomic_writes(replace=force) as opened:
        for path, data in zip(paths, files, strict=True):
            with opened(path) as file:
                file.write(data)
    on_progress(1.0, "")
    return paths


def _load(content: str | Path | MatrixLike) -> tuple[MatrixSet, Provenance]:
    if not isinstance(content, str | Path):
        matrix_set = matrix_set_of(content)
        return matrix_set, matrix_provenance(matrix_set)
    matrix_set = load_matrix_set(str(content))
    if Path(content).suffix == ".npy":
        return matrix_set, file_provenance(content)
    return matrix_set, matrix_provenance(matrix_set)


def _prepare_photo(photo: np.ndarray | None) -> np.ndarray:
    """Return the photo, or the default one, as (H, W, 1 or 3) uint8 no larger than a column."""
    if photo is None:
        import matplotlib

        sample = Path(matplotlib.get_data_path(), "sample_data", "grace_hopper.jpg")
        photo = read_image(sample).color
    if photo.ndim == 3 and photo.shape[2] not in (1, 3):
        raise InputError(f"a photo has 1 or 3 channels, not {photo.shape[2]}")
    colors = np.ascontiguousarray(eight_bit_colors(photo))
    if colors.shape[1] > WIDE:
        colors = adjusted(RasterImage(colors), Preparation(resize=Sides(width=WIDE))).color
    return colors[:_MAX_PHOTO_HEIGHT]
