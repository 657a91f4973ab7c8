"""Volumes, and images larger than memory: dithered block after block, wherever the blocks are."""
