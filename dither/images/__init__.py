"""Read, adjust and write image files."""
