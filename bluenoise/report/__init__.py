"""Pictures of matrices and of what they do."""
