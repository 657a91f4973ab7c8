import numpy as np

from bluenoise.report.contact_sheet import contact_sheet
from dither.matrix.classical import bayer, white_noise
from dither.ordered.levels import requantize


def test_every_dithered_pixel_is_on_the_sheet(photo: np.ndarray) -> None:
    matrices = {"Bayer": bayer(8, 8), "white noise": white_noise(24, 40)}
    sheet = np.asarray(contact_sheet(photo, matrices, bits=[1, 2]))
    for matrix in matrices.values():
        for bits in (1, 2):
            wanted = requantize(photo, matrix, bits=bits)
            windows = np.lib.stride_tricks.sliding_window_view(sheet, wanted.shape)[:, :, 0]
            corner = (windows[:, :, 0, 0] == wanted[0, 0]).all(axis=-1)
            assert any((windows[y, x] == wanted).all() for y, x in np.argwhere(corner))
