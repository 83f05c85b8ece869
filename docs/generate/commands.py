"""`{commands}`: every command of mlgrade with every option, in the words of its own --help.

The group loads its commands when they are asked for, so they are asked for through `list_commands`, in the order in
which --help has them. A new command is on the page without a change here.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click
from docutils import nodes  # type: ignore[import-untyped]  # it has no types
from sphinx.util.docutils import SphinxDirective

from generate.nodes import block, inline, paragraph, section
from mlgrade.cli import cli

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class Commands(SphinxDirective):
    def run(self) -> list[nodes.Node]:
        root = click.Context(cli, info_name="mlgrade", **cli.context_settings)
        return [self.section(context) for context in below(root)]

    def section(self, context: click.Context) -> nodes.section:
        path = context.command_path
        made = section(self.state.document, [nodes.Text(path)], path.replace(" ", "-"))
        made += described(context)
        made += [self.section(inner) for inner in below(context)]
        return made


def below(context: click.Context) -> Iterator[click.Context]:
    """The commands of a group, each with its name on the command line."""
    if not isinstance(context.command, click.Group):
        return
    for name in context.command.list_commands(context):
        command = context.command.get_command(context, name)
        assert command is not None, f"{context.command_path} lists {name} and has no such command"  # noqa: S101  (our own fault)
        if not command.hidden:
            yield click.Context(command, info_name=name, parent=context)


def described(context: click.Context) -> Iterator[nodes.Node]:
    pieces = context.command.collect_usage_pieces(context)
    yield block(" ".join([context.command_path, *pieces]), "text")
    yield from told(context.command.help or "")
    options = (one for one in context.command.get_params(context) if isinstance(one, click.Option))
    records = (one.get_help_record(context) for one in options)  # None: it is hidden
    yield nodes.definition_list("", *(option(*record) for record in records if record), classes=["options"])


def told(text: str) -> Iterator[nodes.Node]:
    """Help as a page shows it: click marks what keeps its lines, and a list of examples is code."""
    for part in inspect.cleandoc(text).split("\n\n"):
        if not part.startswith("\b\n"):
            yield paragraph(" ".join(part.split()))
            continue
        head, _, rest = part.removeprefix("\b\n").partition("\n")
        if head.endswith(":"):
            yield paragraph(head)
            yield block(textwrap.dedent(rest), "sh")
        else:
            yield block(f"{head}\n{rest}".rstrip(), "text")


def option(names: str, text: str) -> nodes.definition_list_item:
    term = nodes.term("", "", nodes.literal(names, names))
    return nodes.definition_list_item("", term, nodes.definition("", nodes.paragraph("", "", *inline(text))))


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("commands", Commands)
    return {"parallel_read_safe": True}
