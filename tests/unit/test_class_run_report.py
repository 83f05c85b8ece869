"""What a TA reads after a class was graded, and while it is.

To take the outputs of today as right, after reading them: MLGRADE_UPDATE=1 python -m pytest on this file.
"""

from __future__ import annotations

import io
import os
import random
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console

from mlgrade.batch import Saved, Unchanged
from mlgrade.batch.moves import GradeMove
from mlgrade.errors import Exit
from mlgrade.gradebook.model import Attempt, Grade, GradeState
from mlgrade.reports import class_run
from mlgrade.reports.run_summary import RunSummary
from mlgrade.results import ConceptReport, Outcome, Status
from mlgrade.submissions.discover import Discovery, DiscoveryNote, FileOutcome, FolderLayout

GOLDEN = Path(__file__).parents[1] / "golden" / "classwork"
NOW = datetime(2027, 2, 5, tzinfo=UTC)
NOTES = [
    DiscoveryNote("ada/Softmax (1).py", "taken as softmax", FileOutcome.TAKEN),
    DiscoveryNote(
        "bob/a/norm.py, bob/b/norm.py", "2 files for norm of equal rank, and they differ", FileOutcome.AMBIGUOUS
    ),
    DiscoveryNote("cyd", "no exercise that was asked for", FileOutcome.MISSING),
]
INTAKE = Discovery(
    layout=FolderLayout.FOLDERS,
    entries=[],
    notes=NOTES,
    counts={FileOutcome.TAKEN: 9, FileOutcome.PASSED_OVER: 0, FileOutcome.AMBIGUOUS: 2, FileOutcome.MISSING: 1},
)


def kept(student: str = "ada", earned: float = 10, status: Status = Status.GRADED, **given: Any) -> Saved:
    report = ConceptReport(
        concept="softmax",
        file="softmax.py",
        status=status,
        reason="the grading process ended 2 times over it (SIGKILL)" if status is Status.BROKEN else "",
        earned=earned,
        possible=10.0,
        aspects={},
        diagnoses=[],
        checks=[],
    )
    attempt = Attempt(
        student=student,
        concept="softmax",
        source="a" * 64,
        suite="5" * 64,
        limits="1" * 64,
        submitted_at=None,
        graded_at=NOW,
        status=status,
        earned=earned,
        possible=10.0,
        checks=("a",),
        outcomes=(given.pop("outcome", Outcome.PASSED),),
        diagnoses=(),
        versions={},
        report=msgspec.json.encode(report),
    )
    return Saved(attempt, given.pop("move", None))


def grade(points: float | None, state: GradeState = GradeState.GRADED) -> Grade:
    return Grade(student="", concept="", state=state, points=points, possible=10.0)


def move(student: str, before: Grade, after: Grade, *why: str, regraded: bool = True) -> GradeMove:
    return GradeMove(student=student, concept="softmax", before=before, after=after, regraded=regraded, why=why)


DROP = "softmax.hidden.first_axis: passed -> failed"
RUN = [
    kept("ada", move=move("ada", grade(10), grade(10))),
    kept("bob", 8, move=move("bob", grade(8.5), grade(8), DROP)),
    kept("dan", 8, move=move("dan", grade(10), grade(8), DROP, "b: x", "c: x", "d: x", "e: x")),
    kept(
        "eve\x1b[31m",
        9,
        move=move("eve\x1b[31m", grade(None, GradeState.BROKEN), grade(9), "the file: broken -> graded"),
    ),
    kept("fay", 10, move=move("fay", grade(2), grade(10), "another file was handed in", regraded=False)),
    kept("gil", 0, Status.BROKEN),
    kept("hal", 0, Status.NOT_STARTED),
    kept("ian", 0, outcome=Outcome.TIMED_OUT),
    Unchanged("joy", "softmax"),
    DiscoveryNote("kim/softmax.py", "no longer there", FileOutcome.REFUSED),
]


def account(told: Iterable[Any] = RUN, **options: bool) -> RunSummary:
    made = RunSummary(INTAKE, **options)
    for one in told:
        made.add(one)
    return made


def rendered(account: RunSummary, width: int = 80, *, stopped: bool = False) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False, markup=False, emoji=False, no_color=True)
    class_run.render(console, account, stopped=stopped)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [40, 80])
@pytest.mark.parametrize("name", ["ended", "stopped", "verbose"])
def test_golden(name: str, width: int) -> None:
    """Every part of the account, in a terminal of this width: nothing is cut, nothing ends in spaces."""
    text = rendered(account(verbose=name == "verbose"), width, stopped=name == "stopped")
    path = GOLDEN / f"{name}_{width}.txt"
    if os.environ.get("MLGRADE_UPDATE"):
        path.write_text(text)
    assert text == path.read_text()
    assert all(len(row) <= width and row == row.rstrip() for row in text.splitlines())
    assert "\x1b" not in text


def test_nothing_to_grade() -> None:
    """An empty class has an account too."""
    empty = RunSummary(msgspec.structs.replace(INTAKE, notes=[], counts={}))
    assert rendered(empty) == "Files (a folder for each student): none\n\nGraded: 0\n"
    assert empty.exit_code == Exit.PASSED


def test_exit_codes() -> None:
    """Our own fault goes before work that was not done, and how students did plays no part."""
    fine = msgspec.structs.replace(INTAKE, notes=[])
    for told, code in ([], Exit.PASSED), ([RUN[-1]], Exit.FAILED), ([RUN[-1], RUN[5]], Exit.OUR_FAULT):
        made = RunSummary(fine)
        for one in (kept(earned=0), *told):
            made.add(one)
        assert made.exit_code == code


def test_a_large_class_needs_no_memory_of_its_size() -> None:
    """All are counted, and only the rows that are shown are held: the same ones in any order."""
    moves = [kept(f"s{n:05}", 8, move=move(f"s{n:05}", grade(10), grade(8), DROP)) for n in range(2_000)]
    broken = [kept(f"s{n:05}", 0, Status.BROKEN) for n in range(2_000)]
    first = account([*moves, *broken])
    random.Random(5).shuffle(moves)
    second = account([*moves, *broken])
    assert rendered(first) == rendered(second)
    assert "0 up, 2000 down, 0 same" in rendered(first)
    assert "... and 1988 more; -v shows all" in rendered(first)
    assert "2000 x softmax.hidden.first_axis" in rendered(first)
    assert len(list(first.moves.rows())) == len(first.broken) == 12
    assert len(list(account(moves, verbose=True).moves.rows())) == 2_000


def test_the_order_of_results_is_not_seen() -> None:
    """A pool returns results in the order in which they are ready; what is said is the same for any order."""
    whys = [f"softmax.hidden.check{n % 7}: passed -> failed" for n in range(14)]
    told = [
        *(kept(f"s{n:05}", 8, move=move(f"s{n:05}", grade(10), grade(8), why)) for n, why in enumerate(whys)),
        *(kept(f"t{n:05}", 0, Status.BROKEN) for n in range(40)),
    ]
    shuffled = random.Random(5).sample(told, len(told))
    for verbose in (False, True):
        assert rendered(account(told, verbose=verbose)) == rendered(account(shuffled, verbose=verbose))
    assert "2 x softmax.hidden.check0" in rendered(account(shuffled))


def test_verbose_leaves_nothing_out() -> None:
    """Who is told that -v shows all is shown all by it."""
    broken = [kept(f"s{n:05}", 0, Status.BROKEN) for n in range(50)]
    assert "more; -v" in rendered(account(broken))
    text = rendered(account(broken, verbose=True))
    assert "more; -v" not in text
    assert text.count("broken: s000") == 50


def test_json_lines() -> None:
    """Each says of which kind it is, also the one about a file that has a kind of its own."""
    lines = [msgspec.json.decode(class_run.as_json(one)) for one in (RUN[1], RUN[-2], RUN[-1])]
    assert [one["kind"] for one in lines] == ["graded", "same", "note"]
    assert lines[0]["move"]["after"]["points"] == 8
    assert "report" not in lines[0]
    assert lines[2] == {"kind": "note", "place": "kim/softmax.py", "what": "no longer there", "outcome": "refused"}


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_bar_keeps_its_numbers(width: int) -> None:
    """However narrow the terminal, how many of how many is whole, and every count is there."""
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=True, color_system=None, highlight=False)
    with class_run.progress(console, RunSummary(INTAKE), 10) as tell:
        for told in RUN:
            tell(told)
    text = " ".join(out.getvalue().split())
    assert "10/10" in text
    assert "2 complete" in text
    assert "…" not in text


def test_a_line_every_few_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody looks at a terminal, a log has how far it is, without anything to draw."""
    monkeypatch.setattr(class_run, "LINE_SECONDS", 0.0)
    out = io.StringIO()
    with class_run.progress(Console(file=out, width=40), RunSummary(INTAKE), 10) as tell:
        for told in RUN:
            tell(told)
    lines = out.getvalue().splitlines()
    assert len(lines) == 10
    assert lines[-1].startswith("10 of 10, ")
    assert lines[-1].endswith(": 2 complete, 3 partly right, 1 no points, 1 not started, 1 broken, 1 unchanged")
