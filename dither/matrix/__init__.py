"""Threshold matrices in memory: the value, the shipped catalog, and the classical constructions."""
