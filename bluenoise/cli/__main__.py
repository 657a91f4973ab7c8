"""Run the command line `bluenoise` with `python -m bluenoise.cli`."""

from bluenoise.cli import main

if __name__ == "__main__":
    main()
