"""Group options of commands in dataclasses, and refuse options that would be ignored."""

import dataclasses
import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import typer

from dither.errors import InputError

PREPARATION, QUANTIZER = "Preparation", "Quantizer (choose one)"
DITHERING, BATCH = "Dithering", "Batch"


def with_option_groups(command: Callable[..., None]) -> Callable[..., None]:
    """Show typer the fields of a command's dataclass parameters as options of the command."""
    groups: dict[str, Any] = {}
    flat: list[inspect.Parameter] = []
    for parameter in inspect.signature(command).parameters.values():
        declared = [(parameter.name, parameter.annotation, parameter.default)]
        if dataclasses.is_dataclass(parameter.annotation):
            groups[parameter.name] = parameter.annotation
            fields = dataclasses.fields(parameter.annotation)
            declared = [(each.name, each.type, each.default) for each in fields if each.init]
        for name, annotation, default in declared:
            default = inspect.Parameter.empty if default is dataclasses.MISSING else default
            kind = inspect.Parameter.KEYWORD_ONLY
            flat.append(inspect.Parameter(name, kind, default=default, annotation=annotation))

    @functools.wraps(command)
    def grouped(**given: Any) -> None:
        for name, group in groups.items():
            fields = [each.name for each in dataclasses.fields(group) if each.init]
            given[name] = group(**{field: given.pop(field) for field in fields})
        command(**given)

    grouped.__annotations__ = {each.name: each.annotation for each in flat}
    vars(grouped)["__signature__"] = inspect.Signature(flat)
    return grouped


def _given_options(context: typer.Context) -> dict[str, str]:
    """Return the options that differ from their defaults, such as {"--bits": "1"}."""
    given = {}
    for parameter in context.command.params:
        value = context.params.get(parameter.name or "")
        if parameter.param_type_name == "option" and value not in (None, [], (), parameter.default):
            spellings = parameter.secondary_opts if value is False else parameter.opts
            given[max(spellings, key=len)] = str(value)
    return given


def refuse_without_effect(context: typer.Context, rules: Mapping[str, str]) -> None:
    """Refuse options that would be ignored.

    Args:
        context: of the command.
        rules: for a reason, such as "with --method dots or --gray" or "without --recursive", the
            options that have no effect then, separated by spaces.

    Raises:
        InputError: one of the options is given and its reason holds.
    """
    given = _given_options(context)
    for reason, options in rules.items():
        word, _, conditions = reason.partition(" ")
        holds = any(_is_given(each, given) for each in conditions.split(" or "))
        for name in options.split():
            if name in given and holds == (word == "with"):
                raise InputError(f"{name} has no effect {reason}")


def refuse_given(context: typer.Context, options: str, why: str) -> None:
    """Refuse options, separated by spaces; `why` ends the sentence that begins with the option."""
    given = _given_options(context)
    for name in options.split():
        if name in given:
            raise InputError(f"{name} {why}")


def any_given(context: typer.Context, options: str) -> bool:
    """Return whether one of some options, separated by spaces, differs from its default."""
    return not _given_options(context).keys().isdisjoint(options.split())


def _is_given(condition: str, given: Mapping[str, str]) -> bool:
    """Tell whether an option is given, such as "--gray", or has a value, such as "--method dots"."""
    name, _, value = condition.partition(" ")
    return name in given and value in ("", given[name])
