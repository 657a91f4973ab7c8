"""`python -m bluenoise`: the command without its entry point."""

from bluenoise.cli import main

if __name__ == "__main__":
    main()
