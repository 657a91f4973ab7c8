"""The exceptions that mean: the input cannot be used."""


class InputError(ValueError):
    """Input that cannot be used; the message is one sentence naming the value and what is allowed.

    Command lines print the sentence and exit with code 2.

    Example:
        >>> raise InputError("bits is 17; it must be from 1 to 16")
        Traceback (most recent call last):
        ...
        dither.errors.InputError: bits is 17; it must be from 1 to 16
    """


class TooLargeError(InputError):
    """An image has more pixels than the caller allows; who offers to allow more can say so.

    Example:
        >>> raise TooLargeError("photo.png has more than 100 pixels")
        Traceback (most recent call last):
        ...
        dither.errors.TooLargeError: photo.png has more than 100 pixels
    """
