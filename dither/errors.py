"""Exceptions for unusable input."""


class InputError(ValueError):
    """Unusable input; the message is one sentence that gives the value and what is allowed.

    The command lines print the sentence and exit with code 2.
    """


class TooLargeError(InputError):
    """An image with more pixels than allowed; commands add which option raises the limit."""


class OutputExistsError(InputError):
    """An output file that exists and may not be replaced; callers may choose another name."""
