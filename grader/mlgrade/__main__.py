"""The command `mlgrade`, and `python -m mlgrade` for where the command is not on the path."""

from mlgrade import interpreter

interpreter.secure()  # before any other import: the working folder may be full of students' files

from mlgrade.cli import main  # noqa: E402

__all__ = ["main"]

if __name__ == "__main__":
    main()
