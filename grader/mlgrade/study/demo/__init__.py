"""The lesson's own examples, run with the student's code where it is complete and with the solution where it is not.

code       which file gives a function, why that one, and how it is called (in the worker, never here)
scenes     the demos: what is called with what, and which answer is the right one
parts      what a demo shows, as data that can draw itself
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

import msgspec

from mlgrade.course import Course
from mlgrade.errors import UsageError, closest
from mlgrade.sandbox.host import Host
from mlgrade.study.demo.code import Code, Origin, Stage, UnexpectedError, choose, gap
from mlgrade.study.demo.parts import Part
from mlgrade.study.demo.scenes import DEMOS, Demo
from mlgrade.text import clean

__all__ = ["Demo", "DemoState", "Played", "play", "wanted"]


class DemoState(StrEnum):
    """How a demo went."""

    SHOWN = "shown"
    FAILED = "failed"  # a call did not give what it should
    WAITING = "waiting"  # for code: the student's is not complete, and no solution is here
    LEFT_OUT = "left_out"  # the course does not teach what it needs


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one demo. `reason` says why it was not shown; after a failure `parts` holds all that came before.

    `todo` names the concepts whose exercise is not complete.
    """

    name: str
    title: str
    state: DemoState
    reason: str = ""
    code: list[Origin] = []
    parts: list[Part] = []
    output: str = ""
    todo: list[str] = []


def wanted(names: Sequence[str]) -> list[Demo]:
    """Look up demos by name; no name means all of them."""
    for name in names:
        if name not in DEMOS:
            near = closest(name, DEMOS) or f"; there are {', '.join(DEMOS)}"
            raise UsageError(f'no demo "{name}"{near}')
    return [DEMOS[name] for name in names or DEMOS]


def play(demos: Sequence[Demo], course: Course, host: Host) -> Iterator[Played]:
    """Run demos in turn. Each exercise they use is graded once, to know whose code to run."""
    pairs = [pair for demo in demos for pair in (demo.needs | demo.likes).items()]
    codes = choose(course, [concept for function, concept in pairs if not gap(course, function, concept)], host)
    for demo in demos:
        played = _unplayed(demo, course, codes) or _play(demo, course, codes, host)
        todo = [concept for concept in demo.needs.values() if concept in codes and not codes[concept].yours]
        yield msgspec.structs.replace(played, todo=todo)


def _unplayed(demo: Demo, course: Course, codes: Mapping[str, Code]) -> Played | None:
    """What cannot be shown, and why: a concept that is not taught, or one without code to run."""
    gaps = [gap(course, function, concept) for function, concept in demo.needs.items()]
    if any(gaps):
        return _silent(demo, DemoState.LEFT_OUT, gaps)
    lacks = [codes[concept].lack for concept in demo.needs.values()]
    return _silent(demo, DemoState.WAITING, lacks) if any(lacks) else None


def _silent(demo: Demo, state: DemoState, reasons: Iterable[str]) -> Played:
    return Played(name=demo.name, title=demo.title, state=state, reason="\n".join(filter(None, reasons)))


def _play(demo: Demo, course: Course, codes: Mapping[str, Code], host: Host) -> Played:
    functions = {function: codes[concept] for function, concept in demo.needs.items()}
    for function, concept in demo.likes.items():
        if concept in codes and not codes[concept].lack:
            functions[function] = codes[concept]
    parts: list[Part] = []
    state, reason = DemoState.SHOWN, ""
    with Stage(course, host, functions) as stage:
        try:
            parts.extend(demo.scene(stage))
        except UnexpectedError as error:
            state, reason = DemoState.FAILED, clean(str(error))
        return Played(
            name=demo.name,
            title=demo.title,
            state=state,
            reason=reason,
            code=stage.origins(),
            parts=parts,
            output=clean(stage.output()),
        )
