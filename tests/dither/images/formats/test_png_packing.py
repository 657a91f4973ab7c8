import importlib.util
import io
import sys

import numpy as np
import pytest
from PIL import Image

from dither.images.formats.png import gray_png
from dither.images.formats.png_packing import packed_png

CONTENT = gray_png(np.random.default_rng(0).integers(0, 3, (40, 40)).astype(np.uint8) * 100)


def test_without_the_library_the_file_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "oxipng", None)
    assert packed_png(CONTENT) is CONTENT


@pytest.mark.skipif(importlib.util.find_spec("oxipng") is None, reason="oxipng is not installed")
def test_packed_files_have_the_same_pixels_and_no_more_bytes() -> None:
    packed = packed_png(CONTENT)
    assert len(packed) <= len(CONTENT)
    shown = (np.array(Image.open(io.BytesIO(each)).convert("L")) for each in (packed, CONTENT))
    assert (next(shown) == next(shown)).all()
