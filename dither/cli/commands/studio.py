"""`dither studio`."""

from pathlib import Path
from typing import Annotated

import typer

from dither.console import ForceOption, QuietOption, log


def studio(
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The page, a file that ends in .html or .htm.")
    ],
    force: ForceOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write a page to dither pictures in a browser, from disk."""
    from dither.errors import InputError
    from dither.files.atomic import atomic_write, check_writable
    from dither.studio import studio_page

    if output.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"cannot write {output}: a page ends in .html or .htm")
    check_writable(output, replace=force)
    page = studio_page().encode()
    with atomic_write(output, replace=force) as file:
        file.write(page)
    log(f"{output}: {len(page) // 1000} KB; open it in a browser", quiet=quiet)
