"""Gamut: what a palette can show, and how colours are mapped into it by a rendering intent."""
