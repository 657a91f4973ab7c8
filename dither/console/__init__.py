"""The console: options, help, exit codes, one-line errors and progress bars of both command lines."""
