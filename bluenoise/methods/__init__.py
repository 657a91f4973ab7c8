"""How a matrix is made: one module for each method."""
