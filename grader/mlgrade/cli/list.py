"""mlgrade list: the road through the course, and where one stands on it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlgrade.cli import options

if TYPE_CHECKING:
    from rich.console import Console

    from mlgrade.course import Concept, Course
    from mlgrade.reports.progress import Memories, Memory

_MARKS = {"complete": "[x]", "open": "[ ]", "started": "[~]", "changed": "[~]"}


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the same as JSON.")
@options.plain
@options.course
def command(as_json: bool, plain: bool, course: Path | None) -> None:
    """Show units, exercises, points, due dates, and where you stand.

    The state is that of the last `mlgrade check` of each exercise; nothing is run.

    \b
    Example:
      mlgrade list
    """
    from mlgrade.reports import progress

    loaded = options.load_course(course)
    memories = progress.load(loaded)
    if as_json:
        click.echo(json.dumps(_data(loaded, memories), indent=2))
        return
    _print(options.console(plain=plain), loaded, memories)


def _data(course: Course, memories: Memories) -> dict[str, Any]:
    return {
        "course": course.title,
        "units": [
            {
                "id": unit.id,
                "title": unit.title,
                "due": unit.due.isoformat() if unit.due else None,
                "concepts": [_entry(course, memories, concept) for concept in unit.concepts],
            }
            for unit in course.units
        ],
    }


def _entry(course: Course, memories: Memories, concept: Concept) -> dict[str, Any]:
    from mlgrade.reports import progress

    memory = progress.of_exercise(course, memories, concept.id)
    return {
        "id": concept.id,
        "title": concept.title,
        "points": concept.decided_here,
        "requires": concept.requires,
        "waits_for": [name for name in concept.requires if not _done(course, memories, name)],
        "state": _state(course, concept, memory),
        "earned": memory.earned if memory else None,
    }


def _done(course: Course, memories: Memories, name: str) -> bool:
    from mlgrade.reports import progress

    return progress.complete(progress.of_exercise(course, memories, name))


def _state(course: Course, concept: Concept, memory: Memory | None) -> str:
    from mlgrade.reports import progress
    from mlgrade.results import Status

    if memory is None or memory.status is Status.NOT_STARTED:
        return "open"
    if _edited(course, concept, memory):
        return "changed"
    return "complete" if progress.complete(memory) else "started"


def _edited(course: Course, concept: Concept, memory: Memory) -> bool:
    from mlgrade.errors import SubmissionError
    from mlgrade.submissions import model as submissions

    try:
        return submissions.read(course.exercise(concept.id), concept.id).sha256 != memory.sha256
    except SubmissionError:
        return True


def _print(console: Console, course: Course, memories: Memories) -> None:
    from mlgrade.reports import progress

    data = _data(course, memories)
    following = progress.upcoming(course, memories)
    console.print(course.name, style="bold", soft_wrap=True)
    for unit in data["units"]:
        due = f"  (due {_date(unit['due'])})" if unit["due"] else ""
        console.print(f"\n{unit['title']}{due}", style="bold", soft_wrap=True)
        for entry in unit["concepts"]:
            console.print(_line(entry, following), soft_wrap=True)
    if course.edition:
        console.print("\nPoints are those of the visible checks; the hidden ones run at grading.", soft_wrap=True)
    step = f"mlgrade check {options.shown(course.exercise(following))}" if following else "nothing: all is complete."
    console.print(f"\nNext: {step}", style="bold", soft_wrap=True)


def _line(entry: dict[str, Any], following: str) -> str:
    """One exercise: mark, points, state, what is still to be done before it, and whether it is the next one."""
    needs = f"  after {', '.join(entry['waits_for'])}" if entry["waits_for"] else ""
    earned = "-" if entry["earned"] is None else f"{entry['earned']:g}"
    note = "  changed since the last check" if entry["state"] == "changed" else ""
    here = "  <- next" if entry["id"] == following else ""
    mark = _MARKS[entry["state"]]
    points = f"{earned:>5} of {entry['points']:g}"
    return f"  {mark} {entry['id']:<18} {points}  {entry['state']:<9}{needs}{note}{here}".rstrip()


def _date(text: str) -> str:
    from datetime import datetime

    return datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M %z")
