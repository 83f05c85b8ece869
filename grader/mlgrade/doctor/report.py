"""Show what this machine gives: versions, the course that is found, and the isolation of student code.

Isolation is found by trying: every forbidden act (`forbidden`) in a worker behind all isolation layers, and, for the
full account, each layer by itself (`proof`).
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from mlgrade import course as courses
from mlgrade.course import Course
from mlgrade.doctor import acts as forbidden
from mlgrade.doctor import layers as proof
from mlgrade.doctor.acts.probe import POSSIBLE, REFUSED, UNTRIED
from mlgrade.errors import MlgradeError, SandboxError
from mlgrade.reports import progress
from mlgrade.results import Isolation
from mlgrade.sandbox import numerics
from mlgrade.sandbox.isolation import AUDIT, IDENTITY, NAMESPACES, WALLS, level

PACKAGES = ("mlgrade", "numpy", "pytest", "click", "msgspec", "rich", "pyyaml", "platformdirs")
LINES = 3  # acts of one group that the summary lists, when more were possible


class DoctorFact(msgspec.Struct, frozen=True):
    """`detail` facts are left out of the summary unless something is wrong with them."""

    name: str
    value: str
    good: bool = True
    detail: bool = False


ADVICE = DoctorFact(
    "advice",
    "run only your own files here; grade strangers' files on a Linux machine or container where doctor says strict",
    good=False,
)
REPORT = DoctorFact(
    "advice",
    "a fault of mlgrade or of this installation: grade nobody's files here until it is fixed; report it with the"
    " output of mlgrade doctor --json",
    good=False,
)
# Layers that `strict` can do without, and why they are not there.
ABSENT = {
    IDENTITY: "only root can give each worker a user of its own; the other layers do without",
    NAMESPACES: "this system lets you make none; a bonus that no promise rests on",
}


def examine(near: Path, *, full: bool = False) -> list[DoctorFact]:
    """Return the facts of a summary; with `full`, every act and every layer by itself too."""
    return [*_versions(), _course(near), _state(near), *_isolation(near, full=full)]


def _versions() -> list[DoctorFact]:
    facts = [DoctorFact("python", f"{platform.python_version()} ({sys.executable})", sys.version_info >= (3, 11))]
    found, packages = [], []
    for name in PACKAGES:
        try:
            packages.append(DoctorFact(name, version(name), detail=True))
            found.append(f"{name} {packages[-1].value}")
        except PackageNotFoundError:
            packages.append(DoctorFact(name, "not installed", good=False))
    blas = " ".join(filter(None, numerics.blas().values())) or "not known"
    return [
        *facts,
        *packages,
        DoctorFact("packages", ", ".join(found)),
        DoctorFact("blas", blas),
        DoctorFact("system", platform.platform()),
    ]


def _course(near: Path) -> DoctorFact:
    try:
        course = courses.load(courses.configured() or courses.find(near))
    except MlgradeError as error:
        return DoctorFact("course", str(error), good=False)
    hidden = sum(len(course.suites(concept.id)) > 1 for concept in course.concepts)
    counts = f"{len(course.concepts)} concepts, {hidden} with hidden suites"
    return DoctorFact("course", f"{course.name}, {counts} ({course.root})")


def _state(near: Path) -> DoctorFact:
    try:
        course = courses.load(courses.configured() or courses.find(near))
    except MlgradeError:
        return DoctorFact("memory", "no course, nothing to remember")
    problem = progress.save(course, progress.load(course))
    return DoctorFact("memory", problem or "the last run of each exercise is remembered", good=not problem)


def _isolation(near: Path, *, full: bool) -> list[DoctorFact]:
    """Try what must be refused; what is possible is said as plainly as what is not."""
    try:
        trial = forbidden.try_all(_found(near))
        layers = _layers() if full else []
    except SandboxError as error:
        return [DoctorFact("isolation", str(error), good=False)]
    return [_level(trial), *_groups(trial), *_advice(trial), *layers, *map(_act, trial.tried)]


def _found(near: Path) -> Course | None:
    try:
        return courses.load(courses.find(near))
    except MlgradeError:
        return None


def _level(trial: forbidden.ActTrial) -> DoctorFact:
    """Return the level that reports would say, unless something was possible that it promises to refuse."""
    isolation, layers = Isolation(level(trial.layers)), ", ".join(trial.layers)
    possible = len(trial.possible)
    if isolation is not Isolation.STRICT or not possible:
        return DoctorFact("isolation", f"{isolation}: {layers}", good=isolation is Isolation.STRICT)
    acts = f"{possible} forbidden act{'s were' if possible > 1 else ' was'} possible behind {layers}"
    return DoctorFact("isolation", f"{Isolation.REDUCED}, not strict: {acts}", good=False)


def _groups(trial: forbidden.ActTrial) -> Iterator[DoctorFact]:
    """Yield a line for each group, followed by what was possible."""
    for group in forbidden.GROUPS:
        acts = [one for one in trial.tried if one.group == group]
        possible, untried = ([one for one in acts if one.verdict == verdict] for verdict in (POSSIBLE, UNTRIED))
        tried = len(acts) - len(untried)
        value = f"{tried - len(possible)} of {tried} refused" + (f", {len(untried)} not tried" if untried else "")
        yield DoctorFact(group, value, good=not possible)
        for one in possible[:LINES]:
            yield DoctorFact(f"  {one.name}", _said(one), good=False)
        if rest := possible[LINES:]:
            broken = "BROKEN: " if any(one.broken for one in rest) else ""
            yield DoctorFact(
                "  more", f"{broken}{len(rest)} more were possible; mlgrade doctor -v lists them", good=False
            )


def _advice(trial: forbidden.ActTrial) -> list[DoctorFact]:
    if any(one.broken for one in trial.possible):
        return [REPORT]
    return [ADVICE] if trial.possible or level(trial.layers) != Isolation.STRICT else []


def _act(one: forbidden.Tried) -> DoctorFact:
    """Return one act, for the full account."""
    return DoctorFact(f"act {one.group}: {one.name}", _said(one), good=one.verdict != POSSIBLE, detail=True)


def _said(one: forbidden.Tried) -> str:
    if one.verdict == REFUSED:
        return f"refused ({one.detail})" if one.detail else "refused"
    if one.verdict == UNTRIED:
        return f"not tried: {one.detail}"
    return f"{'BROKEN: ' if one.broken else ''}possible ({one.detail}): a submission can {one.meaning}"


def _layers() -> list[DoctorFact]:
    """Return each isolation layer by itself."""
    proofs, walls = proof.prove(proof.acts())
    return [_wall(one) for one in proofs if one.act.wall != AUDIT or AUDIT in walls]


def _wall(one: proof.LayerProof) -> DoctorFact:
    """Return one isolation layer, with the act that shows it."""
    wall, what = one.act.wall, one.act.what
    if one.holds:
        shown = f"tried to {what}: {'' if one.possible is None else 'possible without it, '}refused"
        return DoctorFact(f"wall {wall}", f"holds: {WALLS[wall]} ({shown})", detail=True)
    if one.stands and one.refused:
        return DoctorFact(f"wall {wall}", f"not shown: without it, too, a worker could not {what}", good=False)
    if one.stands:
        return DoctorFact(f"wall {wall}", f"BROKEN: a worker that stands behind it could {what}", good=False)
    return DoctorFact(f"wall {wall}", f"not here: {ABSENT.get(wall, WALLS[wall])}", good=wall in ABSENT, detail=True)
