"""mlgrade nbgrader push: our scores of .py files into nbgrader's gradebook."""

from __future__ import annotations

from pathlib import Path

import click

from mlgrade.cli import options
from mlgrade.cli.nbgrader.autograde import course_dir


@click.command("push")
@click.argument("submissions", type=click.Path(path_type=Path))
@course_dir
@click.option("--dry-run", is_flag=True, help="Say what would be pushed; write nothing.")
@options.gradebook
@options.plain
@options.course
def command(
    submissions: Path, course_dir: Path, dry_run: bool, gradebook: str | None, plain: bool, course: Path | None
) -> None:
    """Show in formgrader what was handed in as .py files and graded by `mlgrade grade SUBMISSIONS`.

    The gradebook of nbgrader gets the scores and comments, and autograded/ a notebook for each answer, with the file in
    it and the report under the test. What people gave in nbgrader stays, and so does all that was handed in as a
    notebook. nbgrader gets the time of handing in and no penalty; `mlgrade nbgrader pull` takes back what people gave.

    \b
    Examples:
      mlgrade nbgrader push submissions --course-dir ~/nbcourse --dry-run
      mlgrade nbgrader push submissions --course-dir ~/nbcourse --gradebook ~/course/gradebook.db
    """
    from mlgrade import course as courses
    from mlgrade.errors import UsageError
    from mlgrade.integrations.nbgrader import session
    from mlgrade.reports.style import say
    from mlgrade.submissions import discover
    from mlgrade.submissions.model import StudentSubmission

    loaded = session.load_course(course, course_dir)
    courses.refuse_inside(loaded.root, submissions, f"mlgrade nbgrader push {courses.quoted(submissions)}")
    try:
        from mlgrade.integrations.nbgrader import push, session
    except ModuleNotFoundError as error:
        raise UsageError(f"this needs {error.name}; pip install 'mlgrade[nbgrader]'") from None
    app = session.opened(course_dir)
    path = session.known(app.coursedir)
    with options.open_gradebook(gradebook, loaded) as book:
        taken = discover.take(submissions, loaded)
        handed_in = (read for entry in taken.entries if isinstance(read := entry.read(), StudentSubmission))
        report = push.push(app.coursedir, loaded, push.answers(loaded, book, handed_in), dry=dry_run)
    console = options.console(plain=plain)
    say(console, "Nothing was written (--dry-run)." if dry_run else f"Into {path}:")
    for text in push.lines(report):
        say(console, text, indent=2, hang=2)
