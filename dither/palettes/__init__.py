"""Palettes: the value, palette files, named palettes, palettes from an image, and device colours."""
