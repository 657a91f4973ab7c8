"""Where both commands start, before anything is loaded: Ctrl-C is one word from here to the end.

The packages take half a second to load. Python would show where in them it was interrupted, and a
library may take an interrupt for a failure of its own; nothing is half done then, so the process just
ends. `dither.console.run` is careful while a command works.
"""

import importlib
import os

try:
    import signal
except KeyboardInterrupt:  # some milliseconds in which nothing can be done better
    raise SystemExit(130) from None


def bluenoise() -> None:
    """The command `bluenoise`."""
    _run("bluenoise.cli")


def dither() -> None:
    """The command `dither`."""
    _run("dither.cli")


def _run(package: str) -> None:
    usual = signal.getsignal(signal.SIGINT)
    # Behind nohup, and the & of a script, Ctrl-C is ignored, and stays so.
    ending = _end if usual is signal.default_int_handler else usual
    signal.signal(signal.SIGINT, ending)
    main = importlib.import_module(package).main
    try:
        signal.signal(signal.SIGINT, usual)
        main()
    except KeyboardInterrupt:
        _end()
    finally:
        signal.signal(signal.SIGINT, ending)


def _end(*_: object) -> None:
    os.write(2, b"stopped\n")
    os._exit(130)
