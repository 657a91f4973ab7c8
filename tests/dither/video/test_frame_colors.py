"""Colours of decoded frames against the formulas of BT.601, BT.709 and BT.2020."""

import av
import numpy as np
import pytest

from dither.images.described_colors import from_h273, to_srgb
from dither.video.frame_colors import frame_image

# Share of red and blue in luma, by H.273's number of the matrix.
WEIGHTS = {1: (0.2126, 0.0722), 6: (0.299, 0.114), 9: (0.2627, 0.0593)}


def formula(yuv: np.ndarray, matrix: int, full: bool) -> np.ndarray:
    red_share, blue_share = WEIGHTS[matrix]
    low, height, chroma = (0, 255, 255) if full else (16, 219, 224)
    y = (yuv[..., 0].astype(float) - low) / height
    u, v = ((yuv[..., index].astype(float) - 128) / chroma for index in (1, 2))
    red, blue = y + 2 * (1 - red_share) * v, y + 2 * (1 - blue_share) * u
    green = (y - red_share * red - blue_share * blue) / (1 - red_share - blue_share)
    return 255 * np.stack([red, green, blue], axis=-1).clip(0, 1)


def frame_of(yuv: np.ndarray) -> av.VideoFrame:
    planes = np.ascontiguousarray(yuv.transpose(2, 0, 1))
    return av.VideoFrame.from_ndarray(planes, format="yuv444p")


YUV = np.random.default_rng(0).integers(16, 236, (16, 32, 3), np.uint8)


@pytest.mark.parametrize("matrix", [1, 6, 9])
@pytest.mark.parametrize("full", [False, True])
def test_matrix_and_range(matrix: int, full: bool) -> None:
    frame = frame_of(YUV)
    frame.colorspace, frame.color_range = matrix, 2 if full else 1
    found = frame_image(frame).color.astype(float)
    assert np.abs(found - formula(YUV, matrix, full)).max() <= 1.1


@pytest.mark.parametrize(("rows", "matrix"), [(16, 6), (720, 1)])
def test_unmarked_frames_are_taken_by_their_size(rows: int, matrix: int) -> None:
    yuv = np.resize(YUV, (rows, 32, 3))
    found = frame_image(frame_of(yuv)).color.astype(float)
    assert np.abs(found - formula(yuv, matrix, False)).max() <= 1.1


def test_colour_is_not_smeared_over_edges_of_blocks() -> None:
    luma = np.repeat(np.repeat(np.array([[40, 200]], np.uint8), 16, axis=0), 16, axis=1)
    half = np.full((8, 16), 128, np.uint8)
    flat = np.concatenate([luma.ravel(), half.ravel(), half.ravel()]).reshape(24, 32)
    found = frame_image(av.VideoFrame.from_ndarray(flat, format="yuv420p")).color
    assert (np.ptp(found.astype(int), axis=2) == 0).all()
    assert [found[0, 0, 0], found[0, 31, 0]] == [
        round((code - 16) * 255 / 219) for code in (40, 200)
    ]


@pytest.mark.parametrize(("primaries", "transfer"), [(9, 1), (12, 13), (9, 16), (9, 18), (12, 8)])
def test_primaries_and_hdr_become_srgb(primaries: int, transfer: int) -> None:
    rgb = np.random.default_rng(1).integers(0, 65536, (16, 32, 3), np.uint16)
    frame = av.VideoFrame.from_ndarray(rgb, format="rgb48le")
    frame.color_primaries, frame.color_trc = primaries, transfer
    space = from_h273(primaries, transfer if transfer in (8, 16, 18) else 13)
    wanted = to_srgb(rgb, space) / 257
    assert np.abs(frame_image(frame).color - wanted).max() <= 1.6
    plain = frame_image(frame, color_management=False).color
    assert np.abs(plain - rgb / 257).max() <= 1.1


@pytest.mark.parametrize("limited", [False, True])
def test_grey_stays_grey(limited: bool) -> None:
    codes = np.arange(16, 236, dtype=np.uint8).reshape(10, 22)
    frame = av.VideoFrame.from_ndarray(codes, format="gray")
    frame.color_range = 1 if limited else 2
    found = frame_image(frame).color
    wanted = (codes.astype(float) - 16) * 255 / 219 if limited else codes
    assert found.shape == codes.shape
    assert np.abs(found - wanted).max() <= 0.51
