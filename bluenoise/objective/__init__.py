"""What is minimised: the target, the pair kernel and the losses."""
