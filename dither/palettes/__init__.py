"""Palettes: the value, its files, named ones, those chosen from an image, and a device's colours."""
