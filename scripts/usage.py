"""Answer --help for scripts, and refuse what they do not take, before they import or write anything.

Scripts with many options declare them with argparse themselves.
"""

import argparse
from pathlib import Path
from typing import NoReturn


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; --help says what it takes\n")


def check(docstring: str | None, *arguments: str) -> None:
    """Print the docstring and exit for --help; exit with code 2 for wrong arguments of the program.

    Args:
        docstring: of the script.
        arguments: what it takes, in order: "NAME" for a word, "[NAME]" for one that may be absent,
            "[NAME...]" for any number, "--name" for an option. A "FOLDER" has to exist, and "ROUNDS"
            are a whole number; "[one|two...]" takes these words alone.

    Example:
        >>> check(__doc__, "FOLDER", "[PART...]", "--draw")  # doctest: +SKIP
    """
    parser = _Parser(
        description=docstring,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    for argument in arguments:
        if argument.startswith("--"):
            parser.add_argument(argument, action="store_true")
            continue
        name = argument.strip("[].")
        parser.add_argument(
            name,
            nargs="*" if "..." in argument else "?" if argument.startswith("[") else None,
            type=_TYPES.get(name, str),
            choices=name.split("|") if "|" in name else None,
        )
    parser.parse_args()


def _folder(text: str) -> str:
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {text}")
    return text


# Names whose values are checked.
_TYPES = {"FOLDER": _folder, "ROUNDS": int}
