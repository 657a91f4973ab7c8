"""Cells: devices that show few colours in each cell, such as the ZX Spectrum, and images for them."""
