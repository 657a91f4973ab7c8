"""Files and folders that arrive whole or not at all, and paths that strangers name."""
