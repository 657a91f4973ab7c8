"""Volumes and images larger than memory, dithered block by block on one machine or many."""
