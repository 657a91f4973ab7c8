"""Compare dithered images with their original: measures, a table, and a page to look at them."""
