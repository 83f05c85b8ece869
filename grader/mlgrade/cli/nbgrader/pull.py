"""mlgrade nbgrader pull: nbgrader's gradebook into ours."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from mlgrade.cli import options


@click.command("pull")
@click.option(
    "--from",
    "source",
    metavar="PATH",
    default="gradebook.db",
    show_default=True,
    help="The gradebook of nbgrader: a file, or its sqlite:/// URL.",
)
@click.option("--new", is_flag=True, help="Take also students whom the roster does not name.")
@click.option("--dry-run", is_flag=True, help="Say what is new and what has changed; write nothing.")
@options.gradebook
@options.plain
@options.course
def command(source: str, new: bool, dry_run: bool, gradebook: str | None, plain: bool, course: Path | None) -> None:
    """Take the scores of nbgrader's gradebook into the gradebook of mlgrade.

    nbgrader's file is only read. Automatic scores become attempts; scores by hand, extra credit, late penalties and
    written answers stay apart from them and can be told apart later. What nbgrader has not graded is no zero here, and
    what was not handed in is missing. The same pull once more changes nothing.

    Ends with 0, with 1 if students were left out because the roster does not name them, and with 2 if nothing could be
    read.

    \b
    Examples:
      mlgrade nbgrader pull --from ~/nbcourse/gradebook.db --dry-run
      cd ~/nbcourse && mlgrade nbgrader pull --gradebook ~/course/gradebook.db
    """
    from mlgrade.integrations.nbgrader import database, grade_records, pull, session
    from mlgrade.reports.style import say

    path = database.place(source)
    read = database.read(path)
    loaded = session.load_course(course, path.absolute().parent)
    found = grade_records.of(read, loaded, session.handed_in(path.absolute().parent))
    with options.open_gradebook(gradebook, loaded, create=not dry_run) as book:
        made = pull.plan(loaded, book, found.facts, datetime.now(UTC), new=new)
        if not dry_run:
            pull.keep(book, made)
    console = options.console(plain=plain)
    say(console, "Nothing was written (--dry-run)." if dry_run else f"Into {book.place}:")
    for text in pull.lines(made, len(read), found.elsewhere):
        say(console, text, indent=2, hang=2)
    sys.exit(1 if made.unknown else 0)
