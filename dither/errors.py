"""Exceptions for unusable input."""


class InputError(ValueError):
    """Unusable input; the message is one sentence that gives the value and what is allowed.

    The command lines print the sentence and exit with code 2.

    Example:
        >>> raise InputError("bits is 17; it must be from 1 to 16")
        Traceback (most recent call last):
        ...
        dither.errors.InputError: bits is 17; it must be from 1 to 16
    """


class TooLargeError(InputError):
    """An image with more pixels than allowed; commands add which option raises the limit.

    Example:
        >>> raise TooLargeError("photo.png has more than 100 pixels")
        Traceback (most recent call last):
        ...
        dither.errors.TooLargeError: photo.png has more than 100 pixels
    """


class OutputExistsError(InputError):
    """An output file that exists and may not be replaced; callers may choose another name.

    Example:
        >>> raise OutputExistsError("mine.npy exists; give --force to replace it")
        Traceback (most recent call last):
        ...
        dither.errors.OutputExistsError: mine.npy exists; give --force to replace it
    """
