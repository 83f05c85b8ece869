"""mlgrade nbgrader: the same course in nbgrader, and nbgrader's gradebook in ours."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = ("init", "autograde", "pull", "push")


class Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"mlgrade.cli.nbgrader.{cmd_name}").command
        return command


@click.group("nbgrader", cls=Commands)
def command() -> None:
    """Use the course in nbgrader, with hidden suites that stay hidden.

    \b
    Example:
      mlgrade nbgrader init ~/nbcourse
      cd ~/nbcourse && nbgrader generate_assignment core_objects
    """
