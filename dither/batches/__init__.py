"""What a batch of images needs: which there are, where results go, and what is done already."""
