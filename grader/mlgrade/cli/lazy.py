"""A group whose commands are imported when they are used: nobody waits for those that are not."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click


class Lazy(click.Group):
    """The commands `names`; each is `command` of the module of its name in the package `home`."""

    def __init__(self, *arguments: Any, home: str, names: Sequence[str], **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.home, self.names = home, names

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in their order."""
        del ctx
        return list(self.names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        del ctx
        if cmd_name not in self.names:
            return None
        command: click.Command = import_module(f"{self.home}.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command, and suggest the nearest name for a slip."""
        from mlgrade.errors import closest

        if args and args[0] not in self.names and not args[0].startswith("-"):
            raise click.UsageError(f'no command "{args[0]}"{closest(args[0], self.names)}', ctx)
        return super().resolve_command(ctx, args)
