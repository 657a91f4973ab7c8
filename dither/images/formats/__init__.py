"""Formats: one module for each file format that Pillow alone does not read or write as is needed."""
