"""Methods: one module for each way of making a matrix."""
