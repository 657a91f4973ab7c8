"""The palette and the pixels of a picture, learned together; `optimize.py` leads through it."""
