"""Try every forbidden act in a worker behind all isolation layers of this machine, and say what was possible.

The acts are in `probe`, which is sent to a worker as a submission is; `table` says which layers should refuse what,
`calls` lists system calls, and `site` makes what the acts are tried on. An act is refused if the system refused it,
whichever layer did. An act that was possible although a layer that should refuse it is active is a fault of mlgrade.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from mlgrade.course import Course
from mlgrade.doctor.acts import probe, table
from mlgrade.doctor.acts.site import Site, site
from mlgrade.doctor.acts.table import CALLS, FILES, GROUPS, LINUX, NETWORK, PRIVILEGES, RESOURCES, ForbiddenAct
from mlgrade.errors import SandboxError
from mlgrade.sandbox.host import Host, Worker
from mlgrade.sandbox.isolation import AUDIT, IDENTITY, LANDLOCK, NAMESPACES, PROCESS, SECCOMP
from mlgrade.sandbox.launch import launcher
from mlgrade.sandbox.limits import Limits
from mlgrade.sandbox.protocol import Died, Load, Loaded, TimedOut, Value

__all__ = ["CALLS", "FILES", "GROUPS", "NETWORK", "RESOURCES", "ActTrial", "ForbiddenAct", "Tried", "try_all"]

SECONDS = 5.0  # for one act
OVER_LANDLOCK = (SECCOMP, NAMESPACES)  # refuse sockets and signals before Landlock is asked


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an act."""

    group: str
    name: str
    meaning: str
    verdict: str  # of `probe`: possible, refused, not tried
    detail: str = ""
    broken: bool = False  # possible, although a layer that should refuse it is active


class ActTrial(msgspec.Struct, frozen=True, kw_only=True):
    """All acts, and the layers that were active around the workers that tried them."""

    layers: tuple[str, ...]
    tried: list[Tried]

    @property
    def possible(self) -> list[Tried]:
        """Return the acts that were possible."""
        return [one for one in self.tried if one.verdict == probe.POSSIBLE]


def try_all(course: Course | None = None, without: Iterable[str] = ()) -> ActTrial:
    """Try every act in workers of this machine, less the layers that are left out to show what they are for."""
    limits = course.sandbox_limits() if course else Limits()
    with contextlib.ExitStack() as stack:
        host = stack.enter_context(Host(launcher(without)))
        bare = stack.enter_context(Host(launcher((*without, *OVER_LANDLOCK)))) if LINUX else None
        place = stack.enter_context(site(course))
        other = stack.enter_context(contextlib.closing(Prober(host, limits)))
        first = other.about()
        other.keep(place)
        prober = stack.enter_context(contextlib.closing(Prober(host, limits)))
        tried = list(_privileges(prober.about()[0], host.walls))
        wanted = [
            *table.of_files(place, first),
            *table.of_network(place),
            *table.of_processes(first),
            *table.of_resources(limits),
            *table.of_calls(),  # last: one that is let through may open a descriptor
        ]
        tried += [_judged(act, *prober.attempt(act), host.walls) for act in wanted]
        if bare and LANDLOCK in host.walls:
            alone = stack.enter_context(contextlib.closing(Prober(bare, limits)))
            tried += [_judged(act, *alone.attempt(act), bare.walls) for act in table.of_landlock(place)]
        return ActTrial(layers=host.walls, tried=sorted(tried, key=lambda one: GROUPS.index(one.group)))


def _judged(act: ForbiddenAct, verdict: str, detail: str, active: Iterable[str]) -> Tried:
    """Say what an outcome means where these layers are active."""
    promised = not {*act.layers}.isdisjoint(active)
    if verdict == probe.REFUSED and not promised and AUDIT in active:
        verdict, detail = probe.POSSIBLE, f"refused by Python's audit hook only, which able code gets around ({detail})"
    return Tried(
        group=act.group,
        name=act.name,
        meaning=act.meaning,
        verdict=verdict,
        detail=detail,
        broken=promised and verdict == probe.POSSIBLE,
    )


class Prober:
    """A worker with the acts in it; a fresh one takes over from one that an act has ended."""

    def __init__(self, host: Host, limits: Limits) -> None:
        self._host, self._limits = host, limits
        self._worker = self._started()

    def _started(self) -> Worker:
        source = Path(probe.__file__).read_bytes()
        load = Load(
            source=source,
            name="probe",
            filename="probe.py",
            functions=["attempt", "about", "keep"],
            imports=["stdlib"],
            forbid=[],
        )
        worker = self._host.worker(self._limits)
        loaded = worker.load(load)
        if not isinstance(loaded, Loaded) or loaded.fault is not None:
            worker.close()
            raise SandboxError(f"a worker does not take its source ({loaded}); run: mlgrade doctor --trace"[:500])
        return worker

    def close(self) -> None:
        """End the worker and remove what was made to try acts on."""
        self._worker.close()

    def _asked(self, function: str, *arguments: Any) -> Any:
        result = self._worker.call(function, arguments, {}, SECONDS)
        if not isinstance(result, Value):
            raise SandboxError(f"a worker cannot say where it is ({result})")
        return result.value

    def about(self) -> tuple[int, int, str]:
        """Return the worker's process, its parent's, and its scratch folder."""
        own, parent, folder = self._asked("about")
        return int(own), int(parent), str(folder)

    def keep(self, place: Site) -> None:
        """Have the worker leave a file in its scratch folder."""
        self._asked("keep", Path(place.open_file).name)

    def attempt(self, act: ForbiddenAct) -> tuple[str, str]:
        """Make one act, and return its verdict with a detail."""
        if not self._worker.alive:
            self._worker = self._started()
        result = self._worker.call("attempt", (act.function, [*act.arguments]), {}, SECONDS)
        if isinstance(result, Value) and isinstance(result.value, list):
            verdict, detail = map(str, result.value)
            return verdict, detail
        if isinstance(result, Died):
            return _ended(act, result.how), result.how
        if isinstance(result, TimedOut):
            return probe.POSSIBLE, "it did not return"
        return probe.UNTRIED, f"the act itself failed ({result})"[:300]


def _ended(act: ForbiddenAct, how: str) -> str:
    """Judge a worker's end: by the filter (SIGSYS) or by a limit it is a refusal, else the act was under way."""
    if "SIGSYS" in how or act.group == RESOURCES or act.function == "entry_of_32_bits":
        return probe.REFUSED
    return probe.POSSIBLE


# -- privileges -------------------------------------------------------------------------------------------------

SETPCAP = 8


def _privileges(pid: int, active: tuple[str, ...]) -> Iterator[Tried]:
    """Read from outside what the kernel says of a worker: users, capabilities, and what it can never gain."""
    if not LINUX:
        return
    try:
        status = _status(pid)
    except OSError as error:
        yield _held("what the kernel says of a worker", "", f"not readable: {error}", None, active, ())
        return
    rights = "use rights that an ordinary user does not have"
    held = {what: bits for what in ("CapEff", "CapPrm", "CapInh", "CapAmb") if (bits := int(status[what], 16))}
    shown = ", ".join(f"{what} {bits:x}" for what, bits in held.items())
    yield _held("hold capabilities", rights, shown, bool(held), active, (PROCESS,))
    bounded = (int(status["CapBnd"], 16) != 0) if _may_bound() else None
    why = status["CapBnd"] if bounded is not None else "the grader cannot drop it; no_new_privs makes it worthless"
    yield _held("gain capabilities (CapBnd)", rights, why, bounded, active, (IDENTITY,))
    gaining = "gain rights by a program that has them"
    yield _held(
        "gain rights by a program (no_new_privs)",
        gaining,
        status["NoNewPrivs"],
        status["NoNewPrivs"] != "1",
        active,
        (LANDLOCK, SECCOMP),
    )
    filtered = status.get("Seccomp", "0")
    yield _held("make unfiltered system calls", "make any system call", filtered, filtered != "2", active, (SECCOMP,))
    same = os.getuid() in map(int, status["Uid"].split()) or os.getgid() in map(int, status["Gid"].split())
    apart = IDENTITY in active
    why = status["Uid"] if apart else "only root can give each worker a user of its own"
    yield _held(
        "be the grader's user or group", "use your files as you", why, same if apart else None, active, (IDENTITY,)
    )
    groups = status["Groups"]
    yield _held(
        "be in the grader's groups",
        "use your groups' files",
        groups,
        bool(groups) if apart else None,
        active,
        (IDENTITY,),
    )


def _held(
    name: str, meaning: str, detail: str, possible: bool | None, active: tuple[str, ...], layers: tuple[str, ...]
) -> Tried:
    verdict = probe.UNTRIED if possible is None else probe.POSSIBLE if possible else probe.REFUSED
    act = ForbiddenAct(group=PRIVILEGES, name=name, meaning=meaning, function="", layers=layers)
    return _judged(act, verdict, " ".join(detail.split()), tuple(one for one in active if one != AUDIT))


def _status(pid: int | str) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _may_bound() -> bool:
    """Whether this process, and so the fork server, may take capabilities from the bounding set."""
    return bool(int(_status("self")["CapEff"], 16) >> SETPCAP & 1)
