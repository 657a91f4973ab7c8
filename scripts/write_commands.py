"""Write docs/commands: a page for each command of both programs, from the declarations of --help.

Run `python scripts/write_commands.py` after changing a command, an option or its help.
"""

if __name__ == "__main__":
    import usage

    usage.check(__doc__)

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

import bluenoise.cli
import dither.cli.app
from dither.console.app import help_panels

FOLDER = Path(__file__).parents[1] / "docs" / "commands"
PROGRAMS = {"dither": dither.cli.app.app, "bluenoise": bluenoise.cli.app}
NOTE = "<!-- Written by scripts/write_commands.py from the declarations of the command. -->\n"


def commands() -> Iterator[tuple[str, str, Any]]:
    """Yield program, name and click command, in the order of --help."""
    for program, app in PROGRAMS.items():
        for name, command in typer.main.get_command(app).commands.items():  # pyright: ignore
            yield program, name, command


def page(program: str, name: str, command: Any) -> str:
    """Return the page of one command as Markdown."""
    context = command.context_class(command, info_name=f"{program} {name}")
    summary, _, more = (command.help or "").partition("\n\n")
    parts = [
        f"{NOTE}\n# {program} {name}",
        _text(summary),
        _code(" ".join([f"{program} {name}", *command.collect_usage_pieces(context)])),
    ]
    parts += [_text(paragraph) for paragraph in more.split("\n\n") if paragraph]
    examples = (command.epilog or "").partition("Examples:\n")[2]
    parts += ["## Examples", _code("\n".join(line.strip() for line in examples.splitlines()))]
    for title, records in help_panels(command, context).items():
        parts.append(f"## {title}")
        # A heading for each option is found by the search.
        parts += [f"### `{label}`\n\n{_text(text)}" for label, text in records]
    return "\n\n".join(parts) + "\n"


def index() -> str:
    """Return the page that lists all commands."""
    parts = [
        f"{NOTE}\n# Commands",
        "Each page says what `--help` says. `--version` prints the version of either program.",
    ]
    for program, app in PROGRAMS.items():
        parts.append(f"## {program}\n\n{_text(app.info.help or '')}")
        rows = [
            f"| [`{program} {name}`]({program}-{name}.md) | {_text(command.get_short_help_str(200))} |"
            for owner, name, command in commands()
            if owner == program
        ]
        parts.append("\n".join(["| command | what it does |", "|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def pages() -> dict[str, str]:
    """Return all pages by file name."""
    found = {
        f"{program}-{name}.md": page(program, name, each) for program, name, each in commands()
    }
    return {"index.md": index(), **found}


def _text(text: str) -> str:
    """Return help as Markdown: signs outside of `code` are escaped, options are code."""
    spans = " ".join(text.split()).split("`")
    for index in range(0, len(spans), 2):
        escaped = re.sub(r"([\\*_<>{}|\[\]#])", r"\\\1", spans[index])
        spans[index] = re.sub(r"(?<![\w-])(--[a-z][a-z-]*[a-z])", r"`\1`", escaped)
    return "`".join(spans)


def _code(text: str) -> str:
    return f"```text\n{text}\n```"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    found = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in found:
            path.unlink()
    for file, text in found.items():
        (FOLDER / file).write_text(text, encoding="utf-8")
