"""mlgrade adapter: packages that grade where the class already is."""

from __future__ import annotations

import click

from mlgrade.cli.lazy import Lazy


@click.group("adapter", cls=Lazy, home=__name__, names=("gradescope", "github", "prairielearn"))
def command() -> None:
    """Make packages that grade where your class hands in, with hidden suites that stay hidden.

    \b
    Examples:
      mlgrade adapter gradescope autograder.zip --unit core_objects
      mlgrade adapter github workflows
      mlgrade adapter prairielearn ~/pl-course-files --image ml/grader:1
    """
