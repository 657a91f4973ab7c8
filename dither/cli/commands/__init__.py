"""The commands of `dither`, one file each."""
