"""Optimize a palette and the pixels of an image together; start reading in `optimize.py`."""
