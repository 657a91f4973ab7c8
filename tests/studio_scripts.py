"""Run the scripts of the studio's page in node."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dither.studio import page as page_module
from dither.studio.page import ARITHMETIC
from dither.studio.tables import studio_tables

TEMPLATE = Path(page_module.__file__).parent / "template"


def in_node(folder: Path, script: str, **given: Any) -> Any:
    """Return what a script prints as JSON that runs after the page's arithmetic."""
    node = shutil.which("node") or pytest.skip("node is not installed")
    sources = [(TEMPLATE / f"{name}.js").read_text(encoding="utf-8") for name in ARITHMETIC]
    (folder / "given.json").write_text(json.dumps({"tables": studio_tables(), **given}))
    reading = 'const given = JSON.parse(require("fs").readFileSync("given.json"));'
    (folder / "script.js").write_text("\n".join(('"use strict";', *sources, reading, script)))
    done = subprocess.run([node, "script.js"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
