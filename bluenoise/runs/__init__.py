"""How long runs run: checkpoints, restarts and distributed work."""
