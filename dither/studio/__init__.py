"""The studio: one HTML page that dithers pictures in a browser, from disk and without a network.

`page.py` assembles the files of `template/` and the tables they need into one HTML file. The scripts of
the template compute in integers the same pixels as `dither ordered` and `dither diffuse`. They work in
steps that yield, so that a worker can stop between them, first on a small copy, then on the picture.
"""

from dither.studio.page import studio_page as studio_page
