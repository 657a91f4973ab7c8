"""Image files: read from strangers within every limit, and written in the fewest bits."""
