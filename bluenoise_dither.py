"""The first lines of both commands: Ctrl-C ends them without a word while they are still loading.

Importing either package takes a third of a second, in which Python would answer with the lines of the
sources that it happens to be at. So this module stands outside both and imports nothing before.
"""

import signal


def bluenoise() -> None:
    """Entry point of the command `bluenoise`."""
    before = _end_at_once()
    from bluenoise.cli import main

    _answer_again(before)
    main()


def dither() -> None:
    """Entry point of the command `dither`."""
    before = _end_at_once()
    from dither.cli import main

    _answer_again(before)
    main()


def _end_at_once() -> bool:
    """Let Ctrl-C end the process as it ends one without Python; whether it did anything before."""
    heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if heard:  # a job in the background of a script is deaf, and stays so
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    return heard


def _answer_again(heard: bool) -> None:
    """Let Ctrl-C raise KeyboardInterrupt again, which `dither.console.run` answers."""
    if heard:
        signal.signal(signal.SIGINT, signal.default_int_handler)
