"""Test cases: a command, the files in its folder, and the allowed results."""

from dataclasses import dataclass, field

# Content of a path: bytes, a link, or one of these.
FOLDER, PIPE = "a folder", "a pipe"


@dataclass(frozen=True)
class Link:
    """A symbolic link.

    Attributes:
        to: target of the link.
    """

    to: str


Content = bytes | str | Link


@dataclass(frozen=True)
class Case:
    """A command, the files in its folder, and the allowed results.

    Attributes:
        label: unique name.
        command: the words; the first is `dither`, `bluenoise`, or `checkpoint` (only the reader).
        files: files in the folder, by relative path.
        output: the only path that may appear or, with --force, change.
        intact: the files before one was cut; if the command succeeds, its result must be the same
            as for these.
        refused: whether the command must fail.
        heavy: whether success needs compilation, which takes seconds and more address space.
        most: limit of memory in bytes, if lower than the usual one.
    """

    label: str
    command: tuple[str, ...]
    files: dict[str, Content] = field(repr=False)
    output: str | None = "out.png"
    intact: dict[str, Content] | None = field(default=None, repr=False)
    refused: bool = False
    heavy: bool = False
    most: int | None = None
