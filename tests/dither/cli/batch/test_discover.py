import os
from pathlib import Path

import pytest

from dither.cli.batch.discover import Discovered, discover


def _named(image: Path) -> str:
    return f"{image.stem}.png"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.png", "a.JPG", "sub/c.gif", "sub/deep/d.webp", "e.txt", ".hidden.png"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return tmp_path / "in"


def _found(folder: Path, other: Path | None = None) -> Discovered:
    return discover(folder, other or folder.parent / "out", _named)


def test_images_keep_their_folders_in_the_order_of_their_names(folder: Path) -> None:
    found = _found(folder)
    assert [(str(pair.source), str(pair.result)) for pair in found.pairs] == [
        ("a.JPG", "a.png"),
        ("b.png", "b.png"),
        ("sub/c.gif", "sub/c.png"),
        ("sub/deep/d.webp", "sub/deep/d.png"),
    ]
    assert found.refused == {}
    assert found.skipped == {"not an image": 1, "hidden": 1}


def test_links_lead_to_files_and_never_round_in_circles(folder: Path) -> None:
    (folder / "sub/loop").symlink_to("..")
    (folder / "sub/elsewhere.png").symlink_to("../b.png")
    (folder / "self.png").symlink_to("self.png")  # to be told of by whoever opens it
    found = _found(folder)
    sources = [str(pair.source) for pair in found.pairs]
    assert "sub/elsewhere.png" in sources
    assert "self.png" in sources
    assert not any("loop" in source for source in sources)
    assert found.skipped["link to a folder"] == 1


def test_images_of_one_result_are_all_refused(folder: Path) -> None:
    (folder / "a.bmp").write_bytes(b"")
    found = _found(folder)
    assert {path.name for path in found.refused} == {"a.JPG", "a.bmp"}
    assert all("{name}.png" in sentence for sentence in found.refused.values())
    assert found.pairs[0].source == Path("b.png")


def test_a_result_in_the_place_of_a_folder_is_refused(folder: Path) -> None:
    (folder / "x.png").mkdir()
    (folder / "x.png/y.png").write_bytes(b"")
    (folder / "x.jpg").write_bytes(b"")
    found = _found(folder)
    assert list(found.refused) == [folder / "x.jpg"]


def test_results_within_the_folder_are_not_taken_for_images(folder: Path) -> None:
    (folder / "out").mkdir()
    (folder / "out/b.png").write_bytes(b"")
    assert len(_found(folder, folder / "out").pairs) == 4


def test_a_result_that_is_another_image_is_refused(folder: Path) -> None:
    (folder / "in").mkdir()
    (folder / "in/b.jpg").write_bytes(b"")
    found = discover(folder, folder.parent, lambda image: "b.png")  # in/b.jpg -> in/b.png
    assert "another input" in found.refused[folder / "in/b.jpg"]


def test_pipes_are_not_opened(folder: Path) -> None:
    os.mkfifo(folder / "pipe.png")
    assert "not a regular file" in _found(folder).refused[folder / "pipe.png"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_closed_folder_is_told_of(folder: Path) -> None:
    (folder / "sub/deep").chmod(0)
    try:
        found = _found(folder)
    finally:
        (folder / "sub/deep").chmod(0o755)
    assert "Permission denied" in found.refused[folder / "sub/deep"]
    assert len(found.pairs) == 3
