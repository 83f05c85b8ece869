"""What staff decide: mlgrade gradebook excuse, extend, override."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlgrade.cli import options

if TYPE_CHECKING:
    from mlgrade.course import Course
    from mlgrade.gradebook.model import Decision, DecisionKind
    from mlgrade.gradebook.store import Gradebook

_reason = click.option("--reason", default="", help="Why; kept with the decision.")
_by = click.option("--by", default="", metavar="NAME", help="Who decides. Default: the name of your account.")
_revoke = click.option("--revoke", is_flag=True, help="Take the decision back (with a reason, too).")
_new = click.option("--new", is_flag=True, help="Take a student whom the gradebook does not know yet.")
_file = click.option(
    "--from",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A CSV file with the columns student, target, until and reason (until: a date, or the word excuse).",
)


def _deciding(function: Callable[..., None]) -> Callable[..., None]:
    """The options that every decision has."""
    for option in (options.course, options.gradebook, _new, _by, _revoke, _reason):
        function = option(function)
    return function


@click.command("excuse")
@click.argument("student", required=False)
@click.argument("target", required=False)
@_file
@_deciding
def excuse(student: str | None, target: str | None, file: Path | None, **given: Any) -> None:
    """Excuse a STUDENT from a TARGET: a concept, a unit, or `course`. What is excused is not counted.

    \b
    Examples:
      mlgrade gradebook excuse ada softmax --reason "ill, note of 3 March"
      mlgrade gradebook excuse ada unit:attention --reason "came back" --revoke
      mlgrade gradebook excuse --from excuses.csv
    """
    from mlgrade.gradebook import decisions
    from mlgrade.gradebook.model import DecisionKind

    call = _Call(DecisionKind.EXCUSE, **given)
    if not call.from_file(file, student, target):
        call.one(*_both(student, target), lambda course, name: [(decisions.find_target(course, name), {})])


@click.command("extend")
@click.argument("student", required=False)
@click.argument("target", required=False)
@click.option("--until", metavar="WHEN", default="", help="The new due date, such as 2027-02-20T23:59+01:00.")
@click.option("--days", type=click.IntRange(1, 366), help="So many days after the due date in course.yml.")
@_file
@_deciding
def extend(
    student: str | None, target: str | None, until: str, days: int | None, file: Path | None, **given: Any
) -> None:
    """Give a STUDENT a later due date for a TARGET: a concept, a unit, or `course`. The grace time comes on top.

    The nearest extension holds: that of a concept before that of its unit, and that before one of the course.

    \b
    Examples:
      mlgrade gradebook extend ada softmax --until 2027-02-20T23:59+01:00 --reason "ill"
      mlgrade gradebook extend ada course --days 3 --reason "joined late"
      mlgrade gradebook extend --from extensions.csv
    """
    from mlgrade.gradebook import decisions
    from mlgrade.gradebook.model import DecisionKind

    call = _Call(DecisionKind.EXTEND, **given)
    if call.from_file(file, student, target, until=until, days=days):
        return
    if (bool(until) + (days is not None)) != (not call.revoke):
        raise click.UsageError("give --until or --days, and neither of them with --revoke")

    def wanted(course: Course, name: str) -> list[tuple[str, dict[str, Any]]]:
        meant = decisions.find_target(course, name)
        if call.revoke:
            return [(meant, {})]
        dates = (
            decisions.later_dates(course, meant, days)
            if days
            else [(meant, decisions.new_due_date(course, meant, until))]
        )
        return [(one, {"until": when}) for one, when in dates]

    call.one(*_both(student, target), wanted)


@click.command("override")
@click.argument("student")
@click.argument("concept")
@click.argument("points", type=float, required=False)
@click.option("--at-least", is_flag=True, help="A minimum: what the attempts give counts where it is more.")
@_deciding
def override(student: str, concept: str, points: float | None, at_least: bool, **given: Any) -> None:
    """Set the POINTS of a STUDENT for a CONCEPT. They replace whatever the attempts give, lateness included.

    \b
    Examples:
      mlgrade gradebook override ada softmax 8.5 --reason "shown in the oral exam"
      mlgrade gradebook override ada softmax 8 --at-least --reason "promised"
      mlgrade gradebook override ada softmax --revoke --reason "mistaken for another student"
    """
    from mlgrade.gradebook import decisions
    from mlgrade.gradebook.model import DecisionKind

    call = _Call(DecisionKind.MINIMUM if at_least else DecisionKind.OVERRIDE, **given)
    if (points is None) != call.revoke:
        raise click.UsageError("give the points, or --revoke without points")

    def wanted(course: Course, name: str) -> list[tuple[str, dict[str, Any]]]:
        target = f"concept:{course.concept(name).id}"
        return [(target, {} if points is None else {"points": decisions.check_points(course, name, points)})]

    call.one(student, concept, wanted)


class _Call:
    """One call of one of these commands: what all of them share."""

    def __init__(
        self,
        kind: DecisionKind,
        reason: str,
        revoke: bool,
        by: str,
        new: bool,
        gradebook: str | None,
        course: Path | None,
    ) -> None:
        self.kind, self.reason, self.revoke, self.new = kind, reason.strip(), revoke, new
        self._by, self._gradebook, self._course = by, gradebook, course

    def one(
        self, student: str, name: str, wanted: Callable[[Course, str], Sequence[tuple[str, dict[str, Any]]]]
    ) -> None:
        from mlgrade.gradebook.model import Decision

        if not self.reason:
            raise click.UsageError("--reason is missing: say why, for whoever asks later")
        course = options.load_course(self._course)
        decided = wanted(course, name)
        common: dict[str, Any] = {"student": student, "kind": self.kind, "reason": self.reason, "revoked": self.revoke}
        with options.open_gradebook(self._gradebook, course, create=self.new) as book:
            self._known(book, student)
            if self.revoke:
                _standing(book, student, self.kind, decided[0][0])
            by, at = _account(self._by), datetime.now(UTC)
            _keep(book, [Decision(**common, target=target, by=by, at=at, **what) for target, what in decided])

    def from_file(self, file: Path | None, *others: Any, **more: Any) -> bool:
        """Whether the decisions are in a file; if so, keep them."""
        if file is None:
            return False
        if any((*others, *more.values(), self.reason, self.revoke)):
            raise click.UsageError(
                "with --from the file says it all: give no student, target, date, reason or --revoke"
            )
        from mlgrade.gradebook import decisions

        course = options.load_course(self._course)
        with options.open_gradebook(self._gradebook, course, create=self.new) as book:
            by, at = _account(self._by), datetime.now(UTC)

            def known(student: str) -> str:
                return self._known(book, student)

            _keep(book, decisions.parse_sheet(decisions.read_sheet(file), str(file), course, known, self.kind, by, at))
        return True

    def _known(self, book: Gradebook, student: str) -> str:
        return student if self.new else book.known(student)


def _keep(book: Gradebook, decisions: Sequence[Decision]) -> None:
    from mlgrade.gradebook import lines
    from mlgrade.text import one_line

    kept = book.decide(*decisions)
    for decision in kept:
        click.echo(f"kept: {one_line(decision.student)}: {lines.of_decision(decision, kept)}")


def _standing(book: Gradebook, student: str, kind: DecisionKind, target: str) -> None:
    """Refuse to take back what does not hold: it would look as if something had changed."""
    from mlgrade.errors import UsageError
    from mlgrade.gradebook import decisions
    from mlgrade.text import one_line

    standing = decisions.in_effect(book.decisions(student))
    if (kind, target) not in standing:
        others = [decisions.target_words(place) for one, place in standing if one is kind]
        there = f"; one holds for {', '.join(others)}" if others else ""
        raise UsageError(
            f"nothing to revoke: no {kind} of {one_line(student)} holds for {decisions.target_words(target)}{there}"
        )


def _both(student: str | None, target: str | None) -> tuple[str, str]:
    if student is None or target is None:
        raise click.UsageError("give a STUDENT and a TARGET, or --from FILE")
    return student, target


def _account(given: str) -> str:
    import getpass

    from mlgrade.errors import UsageError

    if given:
        return given
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # an account without a name, as in some containers
        raise UsageError("who decides? your account has no name; give --by") from None
