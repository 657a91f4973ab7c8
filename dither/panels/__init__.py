"""Panels: displays described by their inks as they look, their drivers' colours and raw buffers."""
