"""`python -m dither`: the command without its entry point."""

from dither.cli import main

if __name__ == "__main__":
    main()
