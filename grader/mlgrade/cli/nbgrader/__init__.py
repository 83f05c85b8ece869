"""mlgrade nbgrader: the same course in nbgrader, and nbgrader's gradebook in ours."""

from __future__ import annotations

import click

from mlgrade.cli.lazy import Lazy


@click.group("nbgrader", cls=Lazy, home=__name__, names=("init", "autograde", "pull", "push"))
def command() -> None:
    """Use the course in nbgrader, with hidden suites that stay hidden.

    \b
    Example:
      mlgrade nbgrader init ~/nbcourse
      cd ~/nbcourse && nbgrader generate_assignment core_objects
    """
