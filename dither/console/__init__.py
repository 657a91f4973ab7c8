"""What both command lines share: options, help, exit codes, one-line errors and progress bars."""
