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


class TakenError(InputError):
    """A file is there that may not be replaced; who has made something can put it elsewhere.

    Example:
        >>> raise TakenError("mine.npy exists; give --force to replace it")
        Traceback (most recent call last):
        ...
        dither.errors.TakenError: mine.npy exists; give --force to replace it
    """
