"""Dithered pictures beside their original: measures, a table of them, and a page to look at."""
