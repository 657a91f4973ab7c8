"""Put commands together: load only the one that is named, and write their help as plain text."""

import importlib
import re
import shlex
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from dither.errors import InputError
from dither.option_values import convert_simply

# Options of the programs themselves, which have no place after a command.
_OWN_OPTIONS = {"--help", "--version", "--install-completion", "--show-completion"}


def command_line(
    summary: str, commands: Mapping[str, tuple[str, dict[str, Any]]], words: Iterable[str]
) -> typer.Typer:
    """Return an app for these command-line words, with the option --version.

    If the first word is a command, the app has no other: their modules take time to import.

    Args:
        summary: its purpose in one sentence.
        commands: for each command, its function as "module:function", and its settings for typer.
        words: the arguments of the command line; none for an app with all commands.
    """
    app = typer.Typer(
        cls=_Group, help=summary, pretty_exceptions_enable=False, rich_markup_mode=None
    )
    app.callback()(_version_option)
    first = next(iter(words), "")
    for name, (place, settings) in commands.items():
        if name == first or first not in commands:
            module, _, function = place.partition(":")
            app.command(name=name, **settings)(getattr(importlib.import_module(module), function))
    return app


def file_for_command(
    words: Iterable[str], commands: Iterable[str], endings: Iterable[str]
) -> str | None:
    """Return the first file among words that name no command, or None.

    Args:
        words: the arguments of the command line.
        commands: the names of all commands.
        endings: endings of files that commands take.

    Example:
        >>> file_for_command(["--bits", "1", "a.png"], ["ordered"], [".png"])
        'a.png'
        >>> file_for_command(["ordered", "a.png"], ["ordered"], [".png"])
    """
    words, known, taken = list(words), {*commands, *_OWN_OPTIONS}, tuple(endings)
    # A first word that is neither an option nor a file is a mistyped command.
    first = next(iter(words), "")
    if known.intersection(words) or not (first.startswith("-") or first.lower().endswith(taken)):
        return None
    files = [
        (before.startswith("-"), word)  # such as that of --output
        for before, word in zip(["", *words], words, strict=False)
        if word.lower().endswith(taken)
    ]
    return min(files, key=lambda file: file[0])[1] if files else None


def command_first(program: str, words: Iterable[str], commands: Iterable[str]) -> str | None:
    """Return the sentence that puts a command before its options, or None.

    None is returned if the command comes first or there is none; if several words are commands, because
    one may be the value of an option; and after "--", -h and the options of the program itself.

    Example:
        >>> command_first("dither", ["--bits", "1", "ordered", "a.png"], ["ordered"])
        'the command comes first: dither ordered --bits 1 a.png'
        >>> command_first("dither", ["ordered", "a.png"], ["ordered"])
    """
    words, known = list(words), set(commands)
    places = [place for place, word in enumerate(words) if word in known]
    if len(places) != 1 or not words[0].startswith("-"):
        return None
    place = places[0]
    if any(word.partition("=")[0] in {"--", "-h", *_OWN_OPTIONS} for word in words[:place]):
        return None
    line = shlex.join([program, words[place], *words[:place], *words[place + 1 :]])
    return f"the command comes first: {line}"


def _print_version(wanted: bool) -> None:
    if wanted:
        from dither.version import installation

        print(installation())
        raise typer.Exit


def _version_option(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and exit.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    # No docstring: typer would show it in place of the summary.
    pass


class _Group(TyperGroup):
    """The options before the command."""

    def get_params(self, ctx: Any) -> Any:
        """Return the options, with faster conversion."""
        return convert_simply(super().get_params(ctx))


class _Command(TyperCommand):
    """A command whose help groups its arguments and options by their `rich_help_panel`.

    The page is plain text: at 80 columns, the boxes that typer draws leave a third of the width to the
    words, and their markup would swallow [brackets]. Defaults are written as [64].
    """

    def get_params(self, ctx: Any) -> Any:
        """Return the parameters, with faster conversion."""
        return convert_simply(super().get_params(ctx))

    def make_parser(self, ctx: Any) -> Any:
        """Return the parser, which refuses an option of one value that is given several times."""
        parser = super().make_parser(ctx)
        parse = parser.parse_args

        def parse_once(args: list[str]) -> tuple[Any, list[str], list[Any]]:
            values, rest, order = parse(args)
            asks_for_help = any(parameter.name == "help" for parameter in order)
            if not (ctx.resilient_parsing or asks_for_help):
                _refuse_repeated(order)
            return values, rest, order

        parser.parse_args = parse_once
        return parser

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write a section for each panel, in the order of the parameters."""
        for title, records in help_panels(self, ctx).items():
            with formatter.section(title):
                formatter.write_dl(records)


def _refuse_repeated(given: list[Any]) -> None:
    """Refuse an option that is given several times; only its last value would count.

    Args:
        given: the parameters of a command line in its order.

    Raises:
        InputError: there is such an option. A flag without an opposite may be repeated.
    """
    for parameter in given:
        is_single = parameter.param_type_name == "option" and not parameter.multiple
        is_flag = getattr(parameter, "is_flag", False) and not parameter.secondary_opts
        if is_single and not is_flag and given.count(parameter) > 1:
            names = [
                max(each, key=len) for each in (parameter.opts, parameter.secondary_opts) if each
            ]
            raise InputError(f"{' or '.join(names)} is given several times; give it once")


def help_panels(command: Any, context: Any) -> dict[str, list[tuple[str, str]]]:
    """Return what a command's help says of its parameters: name and text, by panel.

    The reference pages of the commands are written from it too.

    Args:
        command: of click.
        context: of the command.
    """
    panels: dict[str, list[tuple[str, str]]] = {}
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None:
            name, text = record
            if parameter.param_type_name == "argument":
                name = name.partition(" <")[0]  # without its Python type
            text = re.sub(r"\.?  \[default: (.*)\]$", r" [\1].", text)
            panel = getattr(parameter, "rich_help_panel", None)
            usual = f"{parameter.param_type_name.capitalize()}s"  # Arguments or Options
            panels.setdefault(panel or usual, []).append((name, text))
    return panels


def former_spellings(**names: str) -> dict[str, Any]:
    """Return the arguments of `typer.Typer.command` that keep former names of options and choices.

    Args:
        names: the present name, without dashes in front, by the former one.
    """
    return {"context_settings": {"token_normalize_func": lambda word: names.get(word, word)}}


def examples(*commands: str) -> dict[str, Any]:
    r"""Return the arguments of `typer.Typer.command` that show examples below a command's help.

    Example:
        >>> examples("dither palettes")["epilog"]
        '\x08\nExamples:\n  dither palettes'
    """
    # The character \b makes click keep the line breaks.
    return {"epilog": "\n  ".join(("\b\nExamples:", *commands)), "cls": _Command}
