"""mlgrade adapter: packages that grade where the class already is."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = ("gradescope", "github", "prairielearn")


class Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"mlgrade.cli.adapter.{cmd_name}").command
        return command


@click.group("adapter", cls=Commands)
def command() -> None:
    """Make packages that grade where your class hands in, with hidden suites that stay hidden.

    \b
    Examples:
      mlgrade adapter gradescope autograder.zip --unit core_objects
      mlgrade adapter github workflows
      mlgrade adapter prairielearn ~/pl-course-files --image ml/grader:1
    """
