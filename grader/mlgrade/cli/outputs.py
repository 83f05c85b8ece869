"""What `mlgrade check` writes beside what it prints: files for a CI system, and lines that it obeys."""

from __future__ import annotations

import functools
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

if TYPE_CHECKING:
    from mlgrade.results import Report

_FILE = click.Path(path_type=Path, dir_okay=False)
_OPTIONS = (
    click.option("--junit", type=_FILE, help="Also write a JUnit XML file."),
    click.option("--markdown", type=_FILE, help="Also write a page in Markdown, such as to $GITHUB_STEP_SUMMARY."),
    click.option(
        "--annotate", type=click.Choice(["github"]), help="Also mark each mistake at its line, in GitHub Actions."
    ),
    click.option(
        "--classroom", type=_FILE, help="Also append result=POINTS, as GitHub Classroom reads it, to $GITHUB_OUTPUT."
    ),
)


class Outputs(NamedTuple):
    """The files that `check` writes beside what it prints."""

    junit: Path | None
    markdown: Path | None
    annotate: str | None
    classroom: Path | None

    def write(self, report: Report, *, upcoming: str, edition: str) -> None:
        """Write the files; rendered one by one, so that only what is asked for is loaded."""
        if self.junit is not None:
            from mlgrade.reports import junit

            _save(self.junit, junit.render(report))
        if self.markdown is not None:
            from mlgrade.reports import markdown

            _save(self.markdown, markdown.render(report, upcoming=upcoming, edition=edition).encode())
        if self.classroom is not None:
            from mlgrade.reports import github

            _save(self.classroom, f"result={github.classroom(report)}\n".encode(), mode="ab")

    def printing(self, report: Report, print_: Callable[[], None]) -> None:
        """Print a report; in a log that obeys lines, so that none of them is obeyed but the annotations after it."""
        if self.annotate is None:
            print_()
            return
        from mlgrade.reports import github

        token = secrets.token_hex(16)
        click.echo(github.pause(token))
        try:
            print_()
        finally:
            click.echo(github.resume(token))
        click.echo(github.annotate(report, _folder()), nl=False)


def options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command these options, as its one argument `outputs`."""

    @functools.wraps(command)
    def packed(**given: Any) -> None:
        outputs = Outputs(*(given.pop(name) for name in Outputs._fields))
        if outputs.annotate and given.get("as_json"):
            raise click.UsageError("--annotate and --json both print; give one of them")
        command(outputs=outputs, **given)

    for option in reversed(_OPTIONS):
        packed = option(packed)
    return packed


def _save(path: Path, data: bytes, mode: str = "wb") -> None:
    from mlgrade.errors import UsageError

    try:
        with path.open(mode) as file:
            file.write(data)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None


def _folder() -> str:
    """The working folder, seen from the top of the repository: annotations name files from there."""
    top = os.environ.get("GITHUB_WORKSPACE")
    return os.path.relpath(Path.cwd(), top) if top else ""
