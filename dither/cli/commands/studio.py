"""`dither studio`: write the page that dithers in the browser."""

from pathlib import Path
from typing import Annotated

from dither.console.messages import log
from dither.console.options import OUTPUT, ForceOption, QuietOption, option


def studio(
    output: Annotated[
        Path,
        option(OUTPUT, "The .html or .htm page.", "--output", "-o", value="FILE"),
    ],
    force: ForceOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write a page that dithers in the browser."""
    from dither.errors import InputError
    from dither.files.atomic import atomic_write, check_writable
    from dither.studio import studio_page

    if output.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"cannot write {output}: a page must end in .html or .htm")
    check_writable(output, replace=force)
    page = studio_page().encode()
    with atomic_write(output, replace=force) as file:
        file.write(page)
    log(f"{output}: {len(page) // 1000} KB; open it in a browser", quiet=quiet)
