"""Long runs: options, checkpoints, restarts, and restarts on several processes or machines."""
