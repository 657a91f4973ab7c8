"""Nothing here is collected where jax is missing: it is an extra."""

import importlib.util

collect_ignore_glob = ["test_*.py"] if importlib.util.find_spec("jax") is None else []
