"""Compiled loops of error diffusion, one for each scan order and kind of palette."""
