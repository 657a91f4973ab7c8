"""The reference pages of the commands are what their --help says today."""

import re

import pytest
import typer
from conftest import ROOT
from test_docs import _script
from typer.testing import CliRunner

import bluenoise.cli
import dither.cli.app

FOLDER = ROOT / "docs" / "commands"
COMMANDS = [
    (program, name, app)
    for program, app in (("dither", dither.cli.app.app), ("bluenoise", bluenoise.cli.app))
    for name in typer.main.get_command(app).commands  # pyright: ignore
]
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the docs are not in the wheel")


def _signs(text: str) -> str:
    """Return text without white space and escapes."""
    return re.sub(r"[\s`\\]", "", text)


@pytest.mark.parametrize(("program", "name", "app"), COMMANDS)
def test_a_page_says_what_help_says(program: str, name: str, app: typer.Typer) -> None:
    """Remove the markup, move the examples to the end, and compare every sign."""
    page = (FOLDER / f"{program}-{name}.md").read_text(encoding="utf-8")
    title, *sections = re.split(r"^##? ", page, flags=re.MULTILINE)[1:]
    heading, summary, usage, *more = title.split("\n\n")
    assert heading == f"{program} {name}"
    examples, *panels = (section.replace("\n", ":\n", 1) for section in sections)
    body = "\n".join([f"Usage: {usage}", summary, *more, *panels, examples])
    body = re.sub(r"^### |^```text$", "", body, flags=re.MULTILINE).replace("```text", "")
    shown = CliRunner().invoke(app, [name, "--help"], prog_name=program, terminal_width=400).output
    assert _signs(body) == _signs(shown), "run: python scripts/write_commands.py"


def test_the_pages_are_what_the_script_writes() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert written == _script("write_commands").pages(), "run: python scripts/write_commands.py"


def test_the_site_lists_every_page() -> None:
    listed = re.findall(r"- commands/(\S+)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE)
    assert listed == ["index.md", *(f"{program}-{name}.md" for program, name, _ in COMMANDS)]
