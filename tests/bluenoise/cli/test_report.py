import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from bluenoise.cli.report import labels

Refused = Callable[[str], str]


def test_a_report_as_one_types_it(run: Callable, tmp_path: Path, photo: np.ndarray) -> None:
    Image.fromarray(photo).save(tmp_path / "photo.png")
    np.save(tmp_path / "mine.npy", np.random.default_rng(7).permutation(96).reshape(8, 12))
    digest = hashlib.sha256((tmp_path / "mine.npy").read_bytes()).hexdigest()
    entry = {"sha256": digest, "seed": 7, "command": "make --it <well>"}
    (tmp_path / "mine.json").write_text(json.dumps(entry))
    done = run("bluenoise report mine.npy blue-16x16 -o r.html --png --photo photo.png --json")
    assert json.loads(done.stdout) == {"output": "r.html", "files": ["r.html", "r.png"]}
    assert "r.html, r.png" in done.stderr
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "make --it &lt;well&gt;" in page
    with Image.open(tmp_path / "r.png") as sheet:
        assert min(sheet.size) > 1000


def test_what_is_refused(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "there.html").write_text("mine")
    (tmp_path / "bad.npy").write_text("no matrix")
    assert "--force" in refused("bluenoise report blue-16x16 -o there.html")
    assert "bad.npy" in refused("bluenoise report bad.npy -o r.html")
    assert "none.png" in refused("bluenoise report blue-16x16 -o r.html --photo none.png")
    assert "twice" in refused("bluenoise report blue-16x16 blue-16x16 -o r.html")
    assert (tmp_path / "there.html").read_text() == "mine"
    assert not (tmp_path / "r.html").exists()


def test_files_of_one_name_are_told_apart() -> None:
    names = ["a/m.npy", "b/m.npy", "c/n.npy", "blue-16x16"]
    assert labels(names) == ["a/m.npy", "b/m.npy", "n", "blue-16x16"]
