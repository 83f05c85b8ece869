"""`python -m mlgrade`, for where the command is not on the path."""

from mlgrade.cli import main

main()
