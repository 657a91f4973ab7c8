"""What a case is: a command in a folder of files, and what may come of it."""

from dataclasses import dataclass, field

# What stands at a path beside bytes: a link to somewhere, or one of these.
FOLDER, PIPE = "a folder", "a pipe"


@dataclass(frozen=True)
class Link:
    """A symbolic link.

    Attributes:
        to: where it points.
    """

    to: str


Content = bytes | str | Link


@dataclass(frozen=True)
class Case:
    """A command in a folder, and what may come of it.

    Attributes:
        label: which no other case has.
        command: the words; the first is `dither`, `bluenoise`, or `checkpoint` for the reader alone.
        files: what lies in the folder; of a name with slashes the folders above are made.
        output: the one thing that may appear, or with --force change.
        intact: the command's file before it was cut; if the command succeeds, its result is that
            of this one.
        refused: whether nothing else is right.
        heavy: whether the command compiles if it goes on, which takes seconds, and more room for
            addresses.
        most: bytes of memory that it may hold, if less than the system gives.
    """

    label: str
    command: tuple[str, ...]
    files: dict[str, Content] = field(repr=False)
    output: str | None = "out.png"
    intact: dict[str, Content] | None = field(default=None, repr=False)
    refused: bool = False
    heavy: bool = False
    most: int | None = None
