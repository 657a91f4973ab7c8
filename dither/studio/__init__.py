"""The studio: one page that dithers pictures in a browser, from disk and without a network.

`page.py` puts the files of `template/` and what they need into one file of HTML; the scripts of the
template do in whole numbers what `dither ordered` and `dither diffuse` do, to the same pixels.
"""

from dither.studio.page import studio_page as studio_page
