"""What this machine gives: versions, the course that is found, and the walls that stand. Facts, found by trying."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from mlgrade import course as courses
from mlgrade import progress, proof
from mlgrade.errors import MlgradeError, SandboxError
from mlgrade.results import Isolation
from mlgrade.sandbox.confine import AUDIT, IDENTITY, NAMESPACES, WALLS, level

PACKAGES = ("mlgrade", "numpy", "pytest", "click", "msgspec", "rich", "pyyaml", "platformdirs")


class Fact(msgspec.Struct, frozen=True):
    name: str
    value: str
    good: bool = True


ADVICE = Fact(
    "advice", "to grade strangers' files here, use a Linux machine or container where all walls stand", good=False
)
# Walls that `strict` can do without, and why they are not there.
ABSENT = {
    IDENTITY: "only root can give each worker a user of its own; the other walls do without",
    NAMESPACES: "this system lets you make none; a bonus that no promise rests on",
}


def examine(near: Path) -> list[Fact]:
    return [*_versions(), _course(near), _state(near), *_walls()]


def _versions() -> list[Fact]:
    facts = [Fact("python", f"{platform.python_version()} ({sys.executable})", sys.version_info >= (3, 11))]
    for name in PACKAGES:
        try:
            facts.append(Fact(name, version(name)))
        except PackageNotFoundError:
            facts.append(Fact(name, "not installed", good=False))
    return [*facts, Fact("system", platform.platform())]


def _course(near: Path) -> Fact:
    try:
        course = courses.load(courses.configured() or courses.find(near))
    except MlgradeError as error:
        return Fact("course", str(error), good=False)
    hidden = sum(len(course.suites(concept.id)) > 1 for concept in course.concepts)
    counts = f"{len(course.concepts)} concepts, {hidden} with hidden suites"
    return Fact("course", f"{course.name}, {counts} ({course.root})")


def _state(near: Path) -> Fact:
    try:
        course = courses.load(courses.configured() or courses.find(near))
    except MlgradeError:
        return Fact("memory", "no course, nothing to remember")
    problem = progress.save(course, progress.load(course))
    return Fact("memory", problem or "the last run of each exercise is remembered", good=not problem)


def _walls() -> list[Fact]:
    """Ask workers themselves; what they cannot refuse is said as plainly as what they can."""
    try:
        proofs, walls = proof.prove(proof.acts())
    except SandboxError as error:
        return [Fact("isolation", str(error), good=False)]
    isolation = Isolation(level(walls))
    summary = f"{isolation}: {', '.join(walls)}"
    return [
        Fact("isolation", summary, good=isolation is Isolation.STRICT),
        *(_wall(one) for one in proofs if one.act.wall != AUDIT or AUDIT in walls),
        *([] if isolation is Isolation.STRICT else [ADVICE]),
    ]


def _wall(one: proof.Proof) -> Fact:
    """One wall, with the act that shows it."""
    wall, what = one.act.wall, one.act.what
    if one.holds:
        shown = f"tried to {what}: {'' if one.possible is None else 'possible without it, '}refused"
        return Fact(f"wall {wall}", f"holds: {WALLS[wall]} ({shown})")
    if one.stands and one.refused:
        return Fact(f"wall {wall}", f"not shown: without it, too, a worker could not {what}", good=False)
    if one.stands:
        return Fact(f"wall {wall}", f"BROKEN: a worker that stands behind it could {what}", good=False)
    return Fact(f"wall {wall}", f"not here: {ABSENT.get(wall, WALLS[wall])}", good=wall in ABSENT)
