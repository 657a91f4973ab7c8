"""The list of the loops that commands use, with the types of their arguments: `loops.txt`.

`python -m dither.native --record` writes it, so that an installation can compile all loops without
running a command, and without JAX, which some commands need.
"""

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dither.native.arguments import examples
from dither.native.loop import Compiled

LIST = Path(__file__).with_name("loops.txt")


@dataclass(frozen=True, order=True)
class ListedLoop:
    """A loop and the types of its arguments.

    Attributes:
        module: its module.
        name: its name there.
        types: of its arguments, as `dither.native.arguments.type_text` writes them.
    """

    module: str
    name: str
    types: str

    def loop(self) -> Compiled:
        """Return the loop."""
        return getattr(importlib.import_module(self.module), self.name)

    def arguments(self) -> tuple[Any, ...]:
        """Return arguments of the types."""
        return examples(self.types)

    def file_name(self) -> str:
        """Return the name of its object file in an installation."""
        return f"{self.loop().symbol(self.types)}.o"


def listed_loops() -> list[ListedLoop]:
    """Return the loops of the list."""
    lines = LIST.read_text("utf-8").splitlines()
    fields = (line.split(maxsplit=2) for line in lines if line and not line.startswith("#"))
    return [ListedLoop(*each) for each in fields]


def list_text(loops: Iterable[ListedLoop]) -> str:
    """Return the text of a list."""
    head = "# Loops that commands use. Made by: python -m dither.native --record"
    return "\n".join([head, *(f"{each.module} {each.name} {each.types}" for each in loops), ""])
