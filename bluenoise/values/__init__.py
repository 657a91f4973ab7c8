"""Noise textures of values: vectors, directions or points, whose error is blue for many integrands."""
