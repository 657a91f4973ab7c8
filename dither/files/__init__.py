"""Write files atomically, read untrusted paths safely, and read and write .npy."""
