"""The main path of `mlgrade nbgrader init`: from the course to a folder in which nbgrader's own commands work.

DIR/nbgrader_config.py               nbgrader's settings; says where the mlgrade course is
DIR/nbgrader_config.json             those that must hold
DIR/source/<unit>/<concept>.ipynb    one notebook for each concept, or one for each unit
DIR/source/<unit>/written-<unit>.ipynb   the answer in words (in the same notebook, if there is one for each unit)
DIR/source/<unit>/course/            the student edition of the unit: what the visible checks run on
DIR/gradebook.db                     nbgrader's own, with due dates and, if we have a roster, students
DIR/.mlgrade.json                    what mlgrade wrote, for the next run
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from mlgrade.authoring import release
from mlgrade.course import Course, Unit
from mlgrade.errors import CourseError, UsageError, closest
from mlgrade.gradebook.columns import Person
from mlgrade.integrations.nbgrader import config, database, folder, source
from mlgrade.integrations.nbgrader.database import Book
from mlgrade.integrations.nbgrader.folder import CourseFile, CourseFileState, Manifest
from mlgrade.integrations.nbgrader.source import Notebook, NotebookLayout


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A due date that nbgrader's gradebook has otherwise, or not yet."""

    unit: str
    new: datetime
    old: datetime | None


class InitPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What an init would do, and all that it needs to do it."""

    folder: Path
    course_id: str
    units: list[Unit]
    files: list[CourseFile]
    due: list[Due]
    students: list[Person]
    manifest: Manifest

    @property
    def complete(self) -> bool:
        """Whether all that the course says is in the folder, then."""
        return not any(file.state in (CourseFileState.EDITED, CourseFileState.HELD) for file in self.files)


def plan(
    course: Course,
    into: Path,
    *,
    units: Sequence[str] = (),
    per_unit: bool | None = None,
    written: float | None = None,
    students: Sequence[Person] = (),
) -> InitPlan:
    """See what is to be done. Writes nothing; raises for a folder or a course that cannot be used."""
    into = _folder(course, into)
    chosen = _units(course, units)
    before = folder.read(into)
    layout = _layout(into, before, per_unit, written)
    known = database.look(into / database.FILE)
    made = {unit.id: notebooks for unit, notebooks in zip(chosen, _notebooks(course, chosen, layout), strict=True)}
    wanted = dict(_wanted(course, chosen, made))
    past = before.files if before else {}
    files = [_held(path, made, known) or folder.judge(into, path, data, past) for path, data in sorted(wanted.items())]
    files += _gone(into, past.keys() - wanted.keys() - _others(course, chosen, past), known)
    return InitPlan(
        folder=into,
        course_id=config.course_id(course),
        units=chosen,
        files=files,
        due=list(_due(chosen, known)),
        students=list(students),
        manifest=Manifest(layout=layout, files=folder.record(past, files, wanted)),
    )


def carry_out(plan: InitPlan) -> None:
    """Write what the plan says."""
    folder.write(plan.folder, plan.files, plan.manifest)
    if plan.due or plan.students:
        due = {one.unit: one.new for one in plan.due}
        database.fill(plan.folder / database.FILE, plan.course_id, due, plan.students)


# -- what was asked for ---------------------------------------------------------------------------------------


def _folder(course: Course, into: Path) -> Path:
    """Apart from the course: what lies under one of nbgrader's folders may go out to students."""
    try:
        into, root = into.resolve(), course.root.resolve()
        exists, is_folder = into.exists(), into.is_dir()
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a name that is too long, no right to look
        raise UsageError(
            f"{into}: not a folder that can be used: {getattr(error, 'strerror', None) or error}"
        ) from None
    if into == root or root in into.parents:
        raise UsageError(f"{into}: is in the mlgrade course ({root}); choose a folder outside of it")
    if into in root.parents:
        raise UsageError(f"{into}: the mlgrade course is in it ({root}), hidden suites and all; choose another folder")
    if exists and not is_folder:
        raise UsageError(f"{into}: is a file; give a folder, which need not be there yet")
    if exists and not os.access(into, os.R_OK | os.W_OK | os.X_OK):
        raise UsageError(f"{into}: you may not read and write there; choose another folder, or ask its owner")
    return into


def _units(course: Course, names: Sequence[str]) -> list[Unit]:
    known = [unit.id for unit in course.units]
    for name in names:
        if name not in known:
            near = closest(name, known) or f"; this course has {', '.join(known)}"
            raise UsageError(f'no unit "{name}"{near}')
    return [unit for unit in course.units if not names or unit.id in names]


def _layout(into: Path, before: Manifest | None, per_unit: bool | None, written: float | None) -> NotebookLayout:
    """As it was, where nothing else is asked for. One notebook for each unit and one for each concept do not mix."""
    was = before.layout if before else NotebookLayout()
    if before and per_unit is not None and per_unit != was.per_unit:
        kind = "unit" if was.per_unit else "concept"
        raise UsageError(f"{into}: was made with one notebook for each {kind}; for the other way take a new folder")
    return NotebookLayout(
        per_unit=was.per_unit if per_unit is None else per_unit,
        written=was.written if written is None else written,
    )


# -- what the course wants ------------------------------------------------------------------------------------


def _notebooks(course: Course, units: Sequence[Unit], layout: NotebookLayout) -> list[dict[str, Notebook]]:
    if problems := [problem for unit in units for problem in source.problems(course, unit)]:
        raise CourseError(problems)
    return [source.notebooks(course, unit, layout) for unit in units]


def _wanted(course: Course, units: Sequence[Unit], made: dict[str, dict[str, Notebook]]) -> Iterator[tuple[str, bytes]]:
    yield config.FILE, config.text(course).encode()
    yield config.FIRM, config.firm().encode()
    for unit in units:
        home = f"source/{unit.id}"
        yield from ((f"{home}/{name}", notebook.data) for name, notebook in made[unit.id].items())
        edition = release.contents(course, [concept.id for concept in unit.concepts])
        yield from ((f"{home}/course/{name}", data) for name, data in edition.items())


# -- what stands against it -----------------------------------------------------------------------------------


def _held(path: str, made: dict[str, dict[str, Notebook]], known: Book) -> CourseFile | None:
    """A notebook that nbgrader would refuse, since its unit has submissions."""
    _, _, rest = path.partition("source/")
    unit, _, name = rest.partition("/")
    notebook = made.get(unit, {}).get(name)
    if notebook is None or unit not in known.fixed:
        return None
    fixed = known.fixed[unit].get(name.removesuffix(".ipynb"))
    reason = "a new notebook" if fixed is None else _difference(fixed, notebook.cells)
    return (
        CourseFile(path=path, state=CourseFileState.HELD, reason=f"{reason}, and {unit} has submissions")
        if reason
        else None
    )


def _difference(fixed: frozenset[str], wanted: frozenset[str]) -> str:
    added, removed = ", ".join(sorted(wanted - fixed)), ", ".join(sorted(fixed - wanted))
    return " and ".join([f"new cells ({added})"] * bool(added) + [f"cells fewer ({removed})"] * bool(removed))


def _others(course: Course, units: Sequence[Unit], past: Mapping[str, str]) -> set[str]:
    """The files of units that were not asked for."""
    homes = tuple(f"source/{unit.id}/" for unit in course.units if unit not in units)
    return {path for path in past if path.startswith(homes)}


def _gone(into: Path, paths: Collection[str], known: Book) -> Iterator[CourseFile]:
    """What we wrote once, and the course has no more. It is named and stays."""
    for path in sorted(paths):
        unit, _, name = path.removeprefix("source/").partition("/")
        handed_in = name.removesuffix(".ipynb") in known.fixed.get(unit, {})
        reason = f"{unit} has submissions, and nbgrader needs it" if handed_in else "delete it to take it out"
        if (into / path).is_file():
            yield CourseFile(path=path, state=CourseFileState.GONE, reason=reason)


def _due(units: Sequence[Unit], known: Book) -> Iterator[Due]:
    for unit in units:
        old = known.due.get(unit.id)
        if unit.due is not None and unit.due != old:
            yield Due(unit=unit.id, new=unit.due, old=old)
