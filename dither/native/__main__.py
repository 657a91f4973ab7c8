"""`python -m dither.native`: compile the listed loops, as the installation does; or record the list."""

import argparse
import os
import sys
from pathlib import Path

from dither.native import build, cache, listed, processor, record


def main() -> None:
    """Compile the listed loops, or list those that commands use."""
    parser = argparse.ArgumentParser(prog="python -m dither.native", description=main.__doc__)
    add = parser.add_argument
    add("--into", type=Path, metavar="FOLDER", help="folder of an installation [the user's]")
    add("--processor", default="host", help=f"host, {', '.join(processor.NAMED)} [host]")
    add("--record", action="store_true", help="run commands, and list the loops that they use")
    options = parser.parse_args()
    if options.record:
        listed.LIST.write_text(listed.list_text(record.recorded_loops()), "utf-8")
        return
    try:
        target = processor.named(options.processor)
    except ValueError as error:
        parser.error(str(error))
    outcomes = build.compile_listed(target, options.into)
    errors = [f"{loop.module} {loop.name}: {text}" for loop, text in outcomes.items() if text]
    folder = options.into or cache.cache_folder()
    print(f"{len(outcomes) - len(errors)} loops in {folder}{os.sep}")
    if errors:
        sys.exit("\n".join(errors))


if __name__ == "__main__":
    main()
