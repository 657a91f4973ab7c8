"""Small files: palette, pixels and codes searched together for the fewest bytes at the same look."""
