"""A course as data. What may stand in course.yml is what stands here; docs/reference/course.md shows it filled in.

Durations, percentages, sizes and dates become typed values when the file is read; nobody parses them later.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec

from mlgrade.errors import UsageError, closest
from mlgrade.sandbox.limits import MIB, Limits

FORMAT = 1
SEED_BITS = 128  # of a new course's seed: as many as nobody tries out
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,59}\Z", description="a lower-case name such as softmax")]
Function = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,59}\Z", description="a function's name")]
_DOTTED = r"^[a-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+\Z"
Dotted = Annotated[str, msgspec.Meta(pattern=_DOTTED, description="a dotted name such as numpy.linalg.norm")]
Package = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*\Z", description="stdlib or a package name")]
Seed = Annotated[int, msgspec.Meta(ge=0, description="a whole number from 0")]
Title = Annotated[str, msgspec.Meta(min_length=1, max_length=120, description="a title of 1 to 120 characters")]
Positive = Annotated[float, msgspec.Meta(gt=0, le=1e6, description="positive")]
Edition = Annotated[
    str, msgspec.Meta(pattern=r"^(\d+(\.\d+){0,3}\+[0-9a-f]{8})?\Z", description="an edition such as 1.2.0+5f3a90c1")
]
Due = Annotated[
    datetime, msgspec.Meta(tz=True, description="a date with a time zone, such as 2027-02-05T23:59:00+01:00")
]


class Duration(timedelta):
    """Written `2 s`, `15 min`, `12 h` or `7 days`."""


class Percent(float):
    """Written `10%`; its value is the share, 0.1."""


class Size(int):
    """Written `512 MiB` or `2 GiB`; its value is in bytes."""


class Keep(StrEnum):
    """Which attempt counts."""

    BEST = "best"
    LAST = "last"


class Resources(msgspec.Struct, frozen=True, kw_only=True):
    """What one submission may use."""

    call: Duration = Duration(seconds=2)  # one call of one function, by the wall clock
    load: Duration = Duration(seconds=5)  # the file itself, when it is imported
    submission: Duration = Duration(seconds=20)  # the whole file, over all of its checks
    memory: Size = Size(2048 * MIB)
    result: Size = Size(16 * MIB)  # one returned value
    output: Annotated[int, msgspec.Meta(ge=0, le=20_000, description="a number of characters up to 20000")] = 10_000


class Late(msgspec.Struct, frozen=True, kw_only=True):
    """What lateness costs. After `cap` nothing is taken any more; a late score never falls below `floor` of itself."""

    grace: Duration = Duration(0)
    per_day: Percent = Percent(0)
    floor: Percent = Percent(0)
    cap: Duration | None = None


class Attempts(msgspec.Struct, frozen=True, kw_only=True):
    """Which attempt counts, and how many there may be (as many as one likes, if not said)."""

    keep: Keep = Keep.BEST  # the best attempt counts, or the last one
    most: Annotated[int, msgspec.Meta(ge=1, description="a whole number from 1")] | None = None


class Ceilings(msgspec.Struct, frozen=True, kw_only=True):
    """What one slip in a right answer may cost at most, as a share of its concept; `mlgrade lint --proportion`."""

    robustness: Percent = Percent(0.1)  # no lists, another dtype, one error check, a list returned
    errors: Percent = Percent(0.15)  # all error checks together
    mathematics: Percent = Percent(0.3)  # a clip, a guard, keepdims


class HiddenChecks(msgspec.Struct, frozen=True, kw_only=True):
    """What a student edition says of the checks that it leaves out: how many, and their share of the points."""

    checks: Annotated[int, msgspec.Meta(ge=1, description="a whole number from 1")]
    share: Percent


class Concept(msgspec.Struct, frozen=True, kw_only=True):
    """One exercise: a file of this name in each of the course's folders."""

    id: Name
    title: Title
    points: Positive
    functions: Annotated[list[Function], msgspec.Meta(min_length=1, description="a list of at least one name")]
    requires: list[Name] = []
    forbid: list[Dotted] = []
    hidden: HiddenChecks | None = None  # written by `mlgrade release`, and only in a student edition

    @property
    def decided_here(self) -> float:
        """The points that the checks of this edition decide: of a staff course, all."""
        return self.points if self.hidden is None else round(self.points * (1 - self.hidden.share), 2)


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A group of concepts with one due date: one assignment of the LMS."""

    id: Name
    title: Title
    due: Due | None = None
    concepts: Annotated[list[Concept], msgspec.Meta(min_length=1, description="a list of at least one concept")]


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """A course, as course.yml describes it."""

    format: int  # of this file: 1
    title: Title
    version: Annotated[
        str, msgspec.Meta(pattern=r"^\d+(\.\d+){0,3}\Z", description="a version such as 1.2.0, in quotes")
    ]
    edition: Edition = ""  # written by `mlgrade release`: the version, and a digest of what was given out
    seed: Seed = 0  # of the suites' random inputs
    imports: list[Package] = msgspec.field(default_factory=lambda: ["stdlib", "numpy"])
    limits: Resources = Resources()  # what one submission may use
    late: Late = Late()  # what lateness costs
    attempts: Attempts = Attempts()  # which attempt counts
    proportion: Ceilings = Ceilings()  # what one slip may cost
    units: Annotated[list[Unit], msgspec.Meta(min_length=1, description="a list of at least one unit")]
    root: Path = Path()  # the folder of course.yml; not a field of the file

    @property
    def name(self) -> str:
        """Title and version, of a student edition with its digest."""
        return f"{self.title} {self.edition or self.version}"

    @property
    def concepts(self) -> list[Concept]:
        """Return all concepts in the order of the course."""
        return [concept for unit in self.units for concept in unit.concepts]

    def concept(self, name: str) -> Concept:
        """Return a concept by its id. Raise UsageError if there is none."""
        for concept in self.concepts:
            if concept.id == name:
                return concept
        known = [concept.id for concept in self.concepts]
        near = closest(name, known) or f"; this course has {', '.join(known)}"
        raise UsageError(f'no concept "{name}"{near}')

    def exercise(self, concept: str) -> Path:
        """The file that a student fills in; an edition may have notebooks instead."""
        path = self.root / "exercises" / f"{concept}.py"
        notebook = path.with_suffix(".ipynb")
        return notebook if notebook.is_file() and not path.is_file() else path

    def solution(self, concept: str) -> Path:
        """Return the path of a solution."""
        return self.root / "solutions" / f"{concept}.py"

    def misconceptions(self, concept: str) -> Path:
        """Return the path of a misconceptions file."""
        return self.root / "tests" / "misconceptions" / f"{concept}.py"

    def kept_stub(self, concept: str) -> Path:
        """Return the path of the untouched stub that a student edition keeps beside the one that is filled in."""
        return self.root / ".mlgrade" / "stubs" / f"{concept}.py.txt"

    def known_outputs(self, concept: str) -> Path:
        """Return the path of what a student edition knows of the misconceptions."""
        return self.root / "tests" / "public" / f"{concept}.known.json"

    def lesson(self, concept: str) -> Path:
        """Return the path of a lesson."""
        return self.root / "lessons" / f"{concept}.yml"

    def suites(self, concept: str) -> list[Path]:
        """The suites that are here, public first. A student's edition has no hidden ones."""
        folders = (self.root / "tests" / visibility for visibility in ("public", "hidden"))
        return [path for folder in folders if (path := folder / f"test_{concept}.py").is_file()]

    def sandbox_limits(self) -> Limits:
        """Return the limits of a worker."""
        return Limits(
            call_seconds=self.limits.call.total_seconds(),
            import_seconds=self.limits.load.total_seconds(),
            total_seconds=self.limits.submission.total_seconds(),
            memory_bytes=int(self.limits.memory),
            result_bytes=int(self.limits.result),
            output_chars=self.limits.output,
            packages=bool(set(self.imports) - {"stdlib", "numpy"}),
        )
