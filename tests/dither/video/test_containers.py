import io

import numpy as np
import pytest
from video_files import encoded

from dither.video.containers import container_of, is_cut_off

FRAMES = [np.full((16, 16, 3), code, np.uint8) for code in (0, 99, 200)]
FILES = {
    "matroska": encoded(FRAMES),
    "mov": encoded(FRAMES, container="mp4", codec="libx264rgb", pixels="rgb24"),
    "avi": encoded(FRAMES, container="avi"),
}


@pytest.mark.parametrize("container", FILES)
def test_a_file_without_its_end_is_seen(container: str) -> None:
    data = FILES[container]
    file = io.BytesIO(data)
    found = container_of(file)
    assert found is not None
    assert found == container
    assert not is_cut_off(file, found)
    assert file.tell() == 0
    for length in range(12, len(data), 97):
        part = io.BytesIO(data[:length])
        # MP4 files are a chain of boxes: one cut between two of them states nothing that is missing.
        at_a_box = container == "mov" and data[length + 4 : length + 8] in (
            b"moov",
            b"mdat",
            b"free",
        )
        assert is_cut_off(part, found) or at_a_box, length


def test_a_live_recording_counts_as_complete() -> None:
    data = FILES["matroska"]
    place = data.index(b"\x18\x53\x80\x67") + 4
    live = data[:place] + b"\x01" + b"\xff" * 7 + data[place + 8 :]
    assert not is_cut_off(io.BytesIO(live[:-50]), "matroska")


@pytest.mark.parametrize(
    "data", [b"", b"\x89PNG\r\n\x1a\n0000", b"#EXTM3U\nhttp://x", b"RIFF0000WAVE"]
)
def test_other_files_are_no_videos(data: bytes) -> None:
    assert container_of(io.BytesIO(data)) is None
