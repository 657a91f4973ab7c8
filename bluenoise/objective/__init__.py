"""Objective: the target, the pair kernel and the losses."""
