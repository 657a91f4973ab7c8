"""Preparation: what is done to an image before it is dithered: size, tones, masks, line art."""
