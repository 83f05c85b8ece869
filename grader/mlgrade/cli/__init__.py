"""The commands: parse, make one call, render, choose the exit code. Nobody imports this package.

Each command is imported when it is used, because a student's `check` should not wait for the others.
"""

from __future__ import annotations

import io
import sys

import click

from mlgrade._version import __version__
from mlgrade.cli.lazy import Lazy
from mlgrade.errors import Exit, MlgradeError

COMMANDS = (
    *("check", "list", "hint", "explain", "demo", "cards", "update", "reset"),  # a student's
    *("roster", "collect", "grade", "gradebook", "summary", "similar", "export", "push"),  # a TA's
    *("release", "nbgrader", "adapter"),  # where else the course goes
    *("new", "lint", "doctor"),  # an author's
)


@click.group(
    cls=Lazy,
    home=__name__,
    names=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="mlgrade")
def cli() -> None:
    """Exercises on the mathematics of machine learning, checked while you write them.

    \b
    Start here:
      mlgrade list                          what there is to do
      mlgrade check exercises/softmax.py    what is right, what is wrong, what to try
    """


def main() -> None:
    """Run a command; what it cannot do ends in a sentence and an exit code, never in a traceback of ours."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a code page that lacks a letter of a student's message
            stream.reconfigure(errors="backslashreplace")
    try:
        cli(prog_name="mlgrade")
    except MlgradeError as error:
        click.echo(f"mlgrade: {error}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:  # a full disk under what we print to, or a path that the system does not even take
        click.echo(f"mlgrade: {error.filename or 'the output'}: {error.strerror}", err=True)
        sys.exit(Exit.USAGE)
