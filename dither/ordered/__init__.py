"""Ordered dithering: each pixel is decided by its value and its position alone.

Levels are decided in `rounding.py`, palettes in `palette.py`.
"""
