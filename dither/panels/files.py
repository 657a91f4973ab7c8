"""Read panels: the shipped ones by name, and users' own TOML files."""

import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

from dither.errors import InputError
from dither.files.safe_open import read_file
from dither.panels.panel import Ink, Panel, PanelPacking, check_whole
from dither.suggestions import did_you_mean

_MAX_BYTES = 1 << 16
# A shipped file may be based on another; longer chains are a mistake.
_MAX_BASES = 4
_PLAIN_KEYS = ("title", "source", "looks", "measured", "distance_cm")
_KEYS = ("base", *_PLAIN_KEYS, "size", "ppi", "white", "black", "inks", "packing")
_INK_KEYS = ("name", "look", "pure", "code")
_PACKING_KEYS = ("bits", "order", "planes", "parts", "interleave", "row_bytes", "rotation")


def panel_names() -> list[str]:
    """Return the names of the shipped panels, sorted.

    Example:
        >>> "spectra-6-7.3" in panel_names()
        True
    """
    folder = resources.files("dither.panels") / "shipped"
    return sorted(
        file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")
    )


def load_panel(text: str | Path) -> Panel:
    """Load a panel by name or from a TOML file.

    A file has the keys of `Panel`: title, source, looks, measured, size = [width, height], ppi,
    distance_cm, white and black (names of inks), a table packing with the keys of `PanelPacking`, and
    a list inks of tables with name, look, pure and code (a number, or a list with one number for each
    plane). With base = "NAME", all keys that the file lacks are those of a shipped panel.

    Args:
        text: a name from `panel_names`, or the path of a file that ends in .toml.

    Raises:
        InputError: the text is neither, or the file is missing, too large or wrong; the message names
            the file, the key, its value and what is allowed.

    Example:
        >>> panel = load_panel("spectra-6-7.3")
        >>> panel.width, panel.height, [ink.code for ink in panel.inks]
        (800, 480, [(0,), (1,), (2,), (3,), (5,), (6,)])
    """
    text = str(text)
    if text in panel_names():
        name, content = text, _shipped(text)
    elif text.lower().endswith(".toml"):
        name, content = Path(text).stem, read_file(text, _MAX_BYTES)
    else:
        advice = "give a name (dither panels lists them) or a .toml file"
        question = did_you_mean(text[:80], panel_names(), advice)
        raise InputError(f"{text[:80]!r} is not a panel: {question}")
    try:
        return _panel(name, _with_bases(_parsed(content)))
    except InputError as error:
        raise InputError(f"{text}: {error}") from None


def _shipped(name: str) -> bytes:
    return (resources.files("dither.panels") / "shipped" / f"{name}.toml").read_bytes()


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise InputError("it is not a text in UTF-8") from None
    except RecursionError:
        raise InputError("its tables are nested too deeply") from None
    except ValueError as error:  # also numbers that are too long
        raise InputError(f"it is not valid TOML: {' '.join(str(error).split())[:120]}") from None


def _with_bases(found: dict[str, Any]) -> dict[str, Any]:
    """Add the keys of the panels that a file is based on."""
    for _ in range(_MAX_BASES):
        base = found.pop("base", None)
        if base is None:
            return found
        if not isinstance(base, str) or base not in panel_names():
            raise InputError(
                f"base is {str(base)[:40]!r}; it must be a name that dither panels lists"
            )
        found = {**_parsed(_shipped(base)), **found}
    raise InputError("base leads through too many panels")


def _panel(name: str, found: dict[str, Any]) -> Panel:
    _check_keys("the file", found, _KEYS)
    for key in ("size", "ppi", "inks"):
        if key not in found:
            raise InputError(f"it has no {key}")
    width, height = _pair("size", found["size"])
    inks = _inks(found["inks"])
    packing = _packing(found.get("packing", {}), inks)
    plain = {key: found[key] for key in _PLAIN_KEYS if key in found}
    ends = {key: _ink_index(key, found[key], inks) for key in ("white", "black") if key in found}
    return Panel(name, inks, width, height, found["ppi"], packing, **ends, **plain)


def _inks(found: Any) -> tuple[Ink, ...]:
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise InputError("inks must be a list of tables with name, look, pure and code")
    inks = []
    for number, each in enumerate(found, 1):
        where = f"ink {number}"
        _check_keys(where, each, _INK_KEYS)
        for key in _INK_KEYS:
            if key not in each:
                raise InputError(f"{where} has no {key}")
        code = each["code"] if isinstance(each["code"], list) else [each["code"]]
        look, pure = (
            value.lower() if isinstance(value, str) else value
            for value in (each["look"], each["pure"])
        )
        inks.append(Ink(each["name"], look, pure, tuple(code)))
    return tuple(inks)


def _packing(found: Any, inks: tuple[Ink, ...]) -> PanelPacking:
    if not isinstance(found, dict):
        raise InputError("packing must be a table")
    _check_keys("packing", found, _PACKING_KEYS)
    options = dict(found)
    if "bits" not in options:
        most = 0
        for ink in inks:
            for code in ink.code:
                check_whole(f"code of the ink {ink.name!r}", code, 0, 255)
                most = max(most, code)
        options["bits"] = next(bits for bits in (1, 2, 4, 8) if most < 1 << bits)
    if "parts" in options:
        options["parts"] = _pair("parts", options["parts"])
    if "planes" in options:
        if not isinstance(options["planes"], list):
            raise InputError("planes must be a list of names")
        options["planes"] = tuple(options["planes"])
    return PanelPacking(**options)


def _check_keys(where: str, found: dict[str, Any], allowed: tuple[str, ...]) -> None:
    for key in found:
        if key not in allowed:
            raise InputError(
                f"{where} has the key {key[:40]!r}; the possible keys are {', '.join(allowed)}"
            )


def _pair(key: str, found: Any) -> tuple[Any, Any]:
    if not isinstance(found, list) or len(found) != 2:
        raise InputError(f"{key} must be a list of two numbers, width and height")
    return found[0], found[1]


def _ink_index(key: str, found: Any, inks: tuple[Ink, ...]) -> int:
    names = [ink.name for ink in inks]
    if found not in names:
        raise InputError(
            f"{key} is {str(found)[:40]!r}; it must be the name of an ink: {', '.join(names)}"
        )
    return names.index(found)
