"""Ordered dithering: each pixel is decided by its value and its position alone."""
