"""Dither a photo with white noise, Bayer, a matrix and the shipped one: PHOTO MATRIX OUTPUT."""

import sys

from bluenoise.evaluate import baselines
from bluenoise.report.contact_sheet import contact_sheet
from dither.files.atomic import atomic_write
from dither.images.io import read_image
from dither.matrix.catalog import load_matrix
from dither.ordered.levels import ordered_dither

photo_path, matrix_path, output = sys.argv[1:]
# 256 levels: 8-bit codes, also from 16-bit photos.
photo = ordered_dither(read_image(photo_path).color, levels=256)
matrix = load_matrix(matrix_path)
white, bayer, _ = baselines(matrix.shape).items()
matrices = dict([white, bayer, ("gradient descent", matrix), ("shipped blue-64x64", load_matrix())])
with atomic_write(output) as file:
    contact_sheet(photo, matrices).save(file, format="PNG")
