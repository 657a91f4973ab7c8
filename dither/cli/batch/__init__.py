"""Dither a folder of images in parallel, and resume where a run stopped."""
