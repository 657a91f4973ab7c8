import enum
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from hypothesis import assume, given
from hypothesis import strategies as st
from typer.testing import CliRunner

from dither.console.app import examples
from dither.option_values import simple_value


class Color(enum.StrEnum):
    red = "red"
    blue = "blue"


KINDS: dict[str, Any] = {
    "--int": int,
    "--float": float,
    "--text": str,
    "--path": Path,
    "--color": Color,
}


def _app(**settings: Any) -> tuple[typer.Typer, list[dict[str, Any]]]:
    seen: list[dict[str, Any]] = []
    app = typer.Typer(pretty_exceptions_enable=False)

    def command(
        words: Annotated[list[Path], typer.Argument()],
        whole: Annotated[int | None, typer.Option("--int")] = None,
        real: Annotated[float, typer.Option("--float")] = 0.5,
        text: Annotated[str, typer.Option("--text")] = "text",
        path: Annotated[Path | None, typer.Option("--path")] = None,
        color: Annotated[Color, typer.Option("--color")] = Color.red,
        limited: Annotated[int, typer.Option("--limited", min=0, max=9)] = 3,
        flag: Annotated[bool, typer.Option("--flag/--no-flag")] = False,
    ) -> None:
        seen.append(dict(locals()))

    app.command(**settings)(command)
    return app, seen


def _outcome(words: list[str], **settings: Any) -> tuple[int, str, list[dict[str, Any]]]:
    app, seen = _app(**settings)
    done = CliRunner().invoke(app, words)
    return done.exit_code, done.output.partition("Error")[2], seen


@given(
    option=st.sampled_from([*KINDS, "--limited"]),
    value=st.one_of(
        st.text("0123456789+-._ eE", max_size=6),
        st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=4),
        st.integers().map(str),
        st.floats().map(str),
        st.sampled_from(["red", "RED", " red", "-", ".", "/", "٣", "1_0", "nan", "0x10"]),
    ),
)
def test_values_and_errors_are_those_of_typer(option: str, value: str) -> None:
    assume(value or option not in ("--path", "--text"))  # refused
    words = ["a", "b", f"{option}={value}", "--flag"]
    (code, error, seen), usual = _outcome(words, **examples("x")), _outcome(words)
    assert (code, repr(seen)) == (usual[0], repr(usual[2]))
    # Words that are no numbers have a sentence of their own.
    own = "is not a" in error and "Input should be" in usual[1]
    assert own or error == usual[1]


@pytest.mark.parametrize("value", ["", "3.0", "x", " 3", "9" * 30])
def test_other_values_are_left_to_typer(value: str) -> None:
    with pytest.raises(ValueError, match=r"^$"):
        simple_value(value, int, typer.Option())


def test_a_command_imports_neither_pydantic_nor_other_commands(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("L", (4, 4), 99).save(tmp_path / "in.png")
    program = (
        "import sys\nfrom dither.cli import main\n"
        "sys.argv = 'dither ordered in.png -o out.png --bits 1 --quiet'.split()\n"
        "try: main()\nexcept SystemExit as end: assert not end.code\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert (tmp_path / "out.png").exists()
    assert "dither.cli.commands.ordered" in loaded
    unwanted = {"pydantic", "rich", "importlib.metadata", "dither.cli.commands.diffuse"}
    assert not unwanted & loaded


def test_the_first_word_chooses_the_command() -> None:
    from dither.cli.app import app, app_of

    def names(made: typer.Typer) -> list[str]:
        return list(typer.main.get_command(made).commands)  # pyright: ignore

    assert names(app_of(["palettes", "--json"])) == ["palettes"]
    for words in ([], ["--help"], ["palete"], ["--json", "palettes"]):
        assert names(app_of(words)) == names(app)
    folder = Path(__file__).parents[2] / "dither" / "cli" / "commands"
    assert sorted(names(app)) == sorted({each.stem for each in folder.glob("[!_]*.py")})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--bits two", "'two' is not a whole number"),
        ("--bits 1.5", "'1.5' is not a whole number"),
        ("--bits 1 --brightness much", "'much' is not a number"),
    ],
)
def test_words_that_are_no_numbers_are_refused(refused: Callable, options: str, words: str) -> None:
    assert words in refused(f"dither ordered photo.png -o out.png {options}")
