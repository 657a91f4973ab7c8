import io
import os
import sys
import threading
import time
from pathlib import Path

import pytest

from dither.errors import InputError
from dither.files import safe_open as opening
from dither.files.safe_open import read_all, read_file, safe_open

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")


@pytest.fixture
def pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pipe; a reader waits 0.2 seconds for its writer."""
    monkeypatch.setattr(opening, "WRITER_TIMEOUT_SECONDS", 0.2)
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def test_a_pipe_that_nobody_writes_into_is_refused(pipe: Path) -> None:
    with pytest.raises(InputError, match="is a pipe that nobody writes into"):
        read_file(pipe)


@pytest.mark.parametrize("wait", [0.0, 0.1, 0.4])
def test_all_of_a_pipe_arrives(pipe: Path, wait: float) -> None:
    """Also if the writer opens it in time and writes only after the timeout."""
    data = os.urandom(200_000)

    def write() -> None:
        with pipe.open("wb") as file:
            time.sleep(wait)
            file.write(data)

    writer = threading.Thread(target=write)
    writer.start()
    assert read_file(pipe) == data
    writer.join()


def test_what_has_no_end_is_not_read(tmp_path: Path) -> None:
    for name in ("/dev/zero", "/dev/null"):
        with pytest.raises(InputError, match=f"cannot read {name}: it is a device, not a file"):
            safe_open(name)
    with pytest.raises(InputError, match="it is a folder"):
        safe_open(tmp_path)
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(InputError, match=r"cannot read .*loop: Too many levels"):
        safe_open(tmp_path / "loop")
    with pytest.raises(InputError, match="null byte"):
        safe_open("a\0b")


def test_no_more_is_read_than_may_be() -> None:
    file = io.BytesIO(bytes(10))
    assert read_all(file, "ten", most=10) == bytes(10)
    file.seek(0)
    with pytest.raises(InputError, match="ten has more than 9 bytes"):
        read_all(file, "ten", most=9)


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors are counted as on Linux")
def test_no_file_stays_open(pipe: Path) -> None:
    free = os.dup(0)
    os.close(free)
    for path in (pipe, pipe.parent, Path("/dev/null")):
        with pytest.raises(InputError):
            safe_open(path)
    again = os.dup(0)
    os.close(again)
    assert again == free


def test_an_empty_path_is_no_file() -> None:
    with pytest.raises(InputError, match="path is empty"):
        safe_open("")


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("https://a.org/b.png", "cannot read https://a.org/b.png: it is an address, and only"),
        ("HTTP://a.org/b.png", "cannot read HTTP://a.org/b.png: it is an address"),
        ("s3://bucket/b.png", "cannot read s3://bucket/b.png: it is an address"),
        ("file:///tmp/b.png", "cannot read file:///tmp/b.png: give the path without file://"),
        ("data:image/png;base64,AAAA", "it holds data, and only files are read"),
        ("photos:/x.png", "cannot read photos:/x.png: there is no such file"),
        ("profiles/http:/x.png", "there is no such file"),
    ],
)
def test_addresses_are_shown_as_they_were_typed(path: str, sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        safe_open(Path(path))
    assert sentence in str(refused.value)


def test_a_file_whose_name_looks_like_an_address_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file:").mkdir()
    Path("file:/a").write_bytes(b"abc")
    assert read_file("file:/a") == b"abc"
