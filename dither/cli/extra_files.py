"""Files beside a result: the palette that was used, the palettes of cells, and a panel's preview."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from dither.cli.alpha import AlphaRule, AlphaSeen
from dither.cli.job import Job
from dither.cli.result_files import Dithered, image_file
from dither.errors import InputError

if TYPE_CHECKING:
    from dither.cells.cells import Cells
    from dither.cells.colors import CellColors
    from dither.images.animation import Animation
    from dither.palettes.palette import Palette
    from dither.palettes.rgba import RgbaPalette


def check_palette_output(path: Path, outputs: list[Path]) -> None:
    """Refuse a palette file for several results, and one that is also the result's.

    Args:
        path: of the palette.
        outputs: of the results.

    Raises:
        InputError: it is refused.
    """
    from dither.palettes.files import check_palette_ending

    if len(outputs) > 1:
        raise InputError(
            f"--palette-output takes the palette of one image, and there are {len(outputs)}"
        )
    check_palette_ending(path)
    if os.path.realpath(path) == os.path.realpath(outputs[0]):
        raise InputError(f"the palette and the image would both be written as {path}")


def write_palette(
    path: Path,
    palette: "Palette | RgbaPalette | CellColors",
    opened: "Callable[[Path], AbstractContextManager[BinaryIO]]",
) -> None:
    """Write a palette file, with alpha as a .png only.

    Raises:
        InputError: the format cannot hold the colours, or the file cannot be written.
    """
    import numpy as np

    from dither.images.indexed_files import encode_rgba_indexed
    from dither.palettes.files import encode_colors

    colors = palette.colors
    if colors.shape[1] == 4:
        if path.suffix.lower() != ".png":
            raise InputError(
                f"cannot write {path}: the palette has colours with alpha, which only a .png holds; "
                "choose .png, or --alpha threshold, dither or background"
            )
        swatch = np.arange(len(colors), dtype=np.uint8)[None]
        content = encode_rgba_indexed([swatch], colors, ".png")
    else:
        content = encode_colors(path, colors)
    with opened(path) as file:
        file.write(content)


def check_cells_output(path: Path, cells: "Cells", outputs: list[Path], files: list[Path]) -> None:
    """Refuse a file of cells for several results, in another format, or with another file's name.

    Args:
        path: of the palettes and the map, or of a screen.
        cells: the display.
        outputs: of the results.
        files: all other files.

    Raises:
        InputError: it is refused.
    """
    from dither.cells.files import check_cell_file

    if len(outputs) > 1:
        raise InputError(
            f"--cells-output takes the cells of one image, and there are {len(outputs)}"
        )
    check_cell_file(path, cells)
    if os.path.realpath(path) in map(os.path.realpath, files):
        raise InputError(f"the cells and another result would both be written as {path}")


def write_cells(
    path: Path,
    dithered: Dithered,
    animation: "Animation",
    opened: "Callable[[Path], AbstractContextManager[BinaryIO]]",
) -> None:
    """Write the palettes of cells and their map, or the screen of a device.

    Raises:
        InputError: the picture does not fill the screen, or has transparent pixels.
    """
    from dither.cells.colors import CellColors
    from dither.cells.files import encode_cells

    assert isinstance(dithered.palette, CellColors)  # --cells-output is refused without --cells
    alpha = animation.frames[0].alpha
    if path.suffix.lower() != ".json" and alpha is not None and alpha.min() < 255:
        raise InputError(
            f"cannot write {path}: a screen holds no alpha; --background puts a colour behind it"
        )
    content = encode_cells(path, dithered.codes[0], dithered.palette)
    with opened(path) as file:
        file.write(content)


def check_preview(path: Path, outputs: list[Path], files: list[Path]) -> None:
    """Refuse a preview of several results, in another format, or with the name of another file.

    Raises:
        InputError: it is refused.
    """
    from dither.images.io import check_ending

    if len(outputs) > 1:
        raise InputError(f"--preview shows one image, and there are {len(outputs)}")
    try:
        check_ending(path.suffix)
    except InputError as error:
        raise InputError(f"cannot write {path}: {error}") from None
    if os.path.realpath(path) in map(os.path.realpath, files):
        raise InputError(f"the preview and another result would both be written as {path}")


def write_preview(
    path: Path,
    animation: "Animation",
    dithered: Dithered,
    job: Job,
    opened: "Callable[[Path], AbstractContextManager[BinaryIO]]",
    note: Callable[[str], None],
) -> None:
    """Write the picture in the colours of the palette, which are the inks as they look.

    Raises:
        InputError: the format cannot hold the alpha or the size of the picture.
    """
    if path.suffix.lower() == ".gif":  # the result may keep alpha that its preview cannot hold
        rule, seen = AlphaRule.of(path, "image", job), AlphaSeen()
        for frame in animation.frames:
            seen.add_prepared(frame.alpha)
        sentence = rule.sentence(seen, path)
        if sentence is not None:
            note(sentence)
    assert dithered.palette is not None  # --preview is refused without --panel
    values = dithered.palette.colors
    content, _ = image_file(animation, dithered.codes, values, path, job, note)
    with opened(path) as file:
        file.writelines(content)
