"""Write the generated parts of docs/house.md: a line for each room and module, and the import order.

Run `python scripts/write_house.py` after changing the first line of a docstring of a room or module.
"""

if __name__ == "__main__":
    import usage

    usage.check(__doc__)

import ast
import tomllib
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "house.md"
PACKAGES = ("bluenoise", "dither")
END = "<!-- end -->"


def rooms(package: str) -> str:
    """Return a table of the rooms and modules of a package, with the first line of each docstring."""
    found: dict[str, list[str]] = {"rooms": [], "modules": []}
    for path in sorted((ROOT / package).iterdir()):
        room = path / "__init__.py"
        if room.exists():
            found["rooms"].append(f"| `{path.name}/` | {_first_line(room)} |")
        elif path.suffix == ".py" and path.name != "__init__.py":
            found["modules"].append(f"| `{path.name}` | {_first_line(path)} |")
    return "\n".join(["| where | what is there |", "|---|---|", *found["rooms"], *found["modules"]])


def _first_line(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n")[0]


def import_order(package: str) -> str:
    """Return the layers of a package from high to low, as pyproject.toml lists them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (layers,) = (each["layers"] for each in contracts if each.get("containers") == [package])
    return "\n".join(["```text", *(layer.replace(" | ", ", ") for layer in layers), "```"])


PARTS: dict[str, Callable[[str], str]] = {
    **{f"<!-- {package} -->": rooms for package in PACKAGES},
    **{f"<!-- {package}, import order -->": import_order for package in PACKAGES},
}


def page(text: str) -> str:
    """Return the page with its generated parts written again."""
    for mark, part in PARTS.items():
        package = mark.strip("<!-> ").partition(",")[0]
        before, rest = text.split(mark)
        _, after = rest.split(END, 1)
        text = f"{before}{mark}\n\n{part(package)}\n\n{END}{after}"
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
