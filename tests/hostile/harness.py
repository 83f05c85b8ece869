"""Runs attacks and measures their effects by looking: at points, loot, files, processes, shared memory and reports.

python tests/hostile/harness.py unconfined NAMES... runs each in the naive grader, in a process of its own;
python tests/hostile/harness.py confined --mode MODE NAMES... runs them in mlgrade, one process for all of them, and a
fresh one after each that was lost. Either prints one JSON line for each attack. Nothing that an attack says is believed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pwd
import re
import secrets
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent))

import machine
from attacks import HONEST, TWIN, attack, fill
from world import TOTAL, VARIABLE, World, entries, make

HERE = Path(__file__).resolve().parent
NAIVE_SECONDS, CONFINED_SECONDS, START_SECONDS = 6.0, 60.0, 90.0
MOST_TEXT = 16 << 20  # what a grader may print about two submissions; more drowns the verdict
NAIVE_MEMORY = 4 << 30
GRADER_MEMORY = 2 << 30  # of a grader, its workers and shared memory together, where one worker may have 1 GiB
FILE_MEMORY = 160 << 20  # of all files that its workers have in shared memory, where one may have 32 MiB
TASKS = 500  # processes and threads of one user, as containers and shared machines limit them
PLAIN_USER = "mlgrade-plain"
DOCKER = (
    "chown dac_override fowner fsetid kill setgid setuid setpcap net_bind_service net_raw sys_chroot mknod audit_write"
    " setfcap"
)
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


class Run(msgspec.Struct, frozen=True):
    """What came of grading an attack and the twin: the verdicts as they were said, and everything printed."""

    earned: float | None = None
    twin: str | None = None
    text: str = ""
    hung: bool = False
    note: str = ""


class Seen(msgspec.Struct, frozen=True):
    name: str
    effects: list[str]
    note: str = ""
    earned: float | None = None


# -- measuring ------------------------------------------------------------------------------------------------


class Site:
    """A world with an attack in it, and what the machine looked like before."""

    def __init__(self, source: str, token: str, owner: str = "", shared: Path | None = None) -> None:
        self.world = make(token, owner)
        self.listener = machine.Listener(self.world.root / "listener")
        self._tmp = shared or self.world.tmp
        places = self.world.places(0, self.listener.port)
        places.pop("GRADER")  # who grades puts in its own number
        (self.world.root / "submissions" / "attack.py").write_text(fill(source, places))
        (self.world.root / "submissions" / "twin.py").write_text(TWIN)
        if owner:
            subprocess.run(["chown", "-R", owner, str(self.world.root / "submissions")], check=True)
        self._before: dict[str, tuple[int, str]] = {}
        self._files, self._memory = entries(self._tmp), machine.kept()

    def begin(self) -> None:
        self._before = self.world.snapshot()

    def effects(self, run: Run, clean: Run, left: set[int]) -> Seen:
        found, notes = [], [run.note]
        checks = {
            "points": _more(run.earned, clean.earned),
            "loot": self._loot(run),
            "write": self._written(),
            "left": self._left(left),
            "hang": "killed at the deadline" if run.hung else "",
            "lost": "" if run.hung else _missing(run),
            "taint": _tainted(run, clean),
        }
        for effect, why in checks.items():
            if why:
                found.append(effect)
                notes.append(f"{effect}: {why}")
        return Seen(self.world.root.name, found, "; ".join(note for note in notes if note), run.earned)

    def _loot(self, run: Run) -> str:
        stolen = self.world.taken() | self.world.stolen(run.text.encode(errors="replace"))
        sent = ["network"] if self.listener.heard else []
        return ", ".join([*sorted(stolen), *sent])

    def _written(self) -> str:
        after = self.world.snapshot()
        names = {path for path, _ in self._before.items() ^ after.items()}
        return ", ".join(sorted(str(Path(name).relative_to(self.world.root)) for name in names))[:200]

    def _left(self, left: set[int]) -> str:
        files = machine.settle(lambda: entries(self._tmp) - self._files)
        memory = machine.settle(lambda: machine.kept() - self._memory)
        machine.tidy(memory)
        parts = [f"{len(left)} processes"] if left else []
        return ", ".join([*parts, *sorted(Path(name).name for name in files), *sorted(memory)])[:200]

    def __enter__(self) -> Site:
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.close()
        self.world.remove()


def _more(earned: float | None, honest: float | None) -> str:
    return f"{earned} instead of {honest}" if None not in (earned, honest) and earned > honest else ""  # type: ignore[operator]


def _missing(run: Run) -> str:
    if run.earned is None:
        return "no verdict"
    return "no verdict on the next submission" if run.twin is None else ""


def _tainted(run: Run, clean: Run) -> str:
    if run.twin is not None and run.twin != clean.twin:
        return "the next report is another"
    found = CONTROLS.search(run.text)
    return f"{found[0]!r} reaches who reads the report" if found else ""


# -- unconfined -----------------------------------------------------------------------------------------------


class Naive:
    """The naive grader with all that it imports loaded, to be forked for each submission."""

    def __init__(self) -> None:
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, str(HERE / "unconfined.py"), str(theirs.fileno())]
        environment = {"PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1"}  # read once, for all that follow
        self._process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()])
        theirs.close()

    def begin(self, world: World, port: int) -> int:
        """Start a process behind a shell that stands for whatever starts graders, and return what it prints to."""
        out, theirs = os.pipe()
        asked = {
            "arguments": [str(world.root), str(port)],
            "cwd": str(world.run),
            "environment": _environment(world.tmp, world.root / "home", world.canaries["environment"]),
            "memory": NAIVE_MEMORY,
        }
        socket.send_fds(self._channel, [json.dumps(asked).encode()], [theirs])
        os.close(theirs)
        self._channel.recv(64)  # from here on it runs
        return out

    def ended(self) -> bool:
        return bool(select.select([self._channel], [], [], 0)[0])

    def end(self) -> None:
        """Kill what still runs, and wait until it is gone."""
        if not self.ended():
            machine.kill(self.below())
        self._channel.recv(64)

    def below(self) -> set[int]:
        return machine.running(machine.descendants(os.getpid())) - {self._process.pid}

    def __enter__(self) -> Naive:
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.close()
        self._process.wait()


def unconfined(names: Sequence[str]) -> Iterator[Seen]:
    with Naive() as naive:
        begun = time.monotonic()
        with Site(TWIN, _token()) as site:
            clean = _naive(naive, site, CONFINED_SECONDS)[0]
        patience = max(NAIVE_SECONDS, 6 * (time.monotonic() - begun))  # a busy machine is no attack
        for name in names:
            with Site(attack(name).text, _token()) as site:
                run, left = _naive(naive, site, patience)
                yield msgspec.structs.replace(site.effects(run, clean, left), name=name)
                machine.kill(left)


def _naive(naive: Naive, site: Site, seconds: float) -> tuple[Run, set[int]]:
    site.begin()
    out = naive.begin(site.world, site.listener.port)
    text, why = _collect(naive, out, seconds)
    naive.end()
    os.close(out)
    return _naive_run(text, why), machine.settle(naive.below)


def _collect(naive: Naive, out: int, seconds: float) -> tuple[bytes, str]:
    """Read until the process ends, not until its output does: what it leaves behind may hold that open."""
    text, deadline = b"", time.monotonic() + seconds
    os.set_blocking(out, False)
    while len(text) <= MOST_TEXT and time.monotonic() < deadline:
        ended = naive.ended()
        select.select([out], [], [], 0 if ended else 0.02)
        try:
            chunk = os.read(out, 1 << 20)
        except BlockingIOError:
            chunk = b""
        text += chunk
        if ended and not chunk:
            return text, ""
    return text, "flooded" if len(text) > MOST_TEXT else "hung"


def _naive_run(text: bytes, why: str) -> Run:
    shown = text.decode(errors="replace")
    if why:
        return Run(text=shown, hung=why == "hung", note="flooded" if why == "flooded" else "")
    verdicts = [line for line in shown.splitlines() if line.startswith('{"verdict"')]
    if not verdicts:
        return Run(text=shown, note=shown.strip().rpartition("\n")[2][:100])
    verdict = json.loads(verdicts[-1])["verdict"]
    twin = verdict.get("twin")
    return Run(verdict["attack"]["earned"], twin and json.dumps(twin, sort_keys=True), shown)


# -- confined -------------------------------------------------------------------------------------------------


class LostError(Exception):
    """The grader gave no answer."""

    def __init__(self, run: Run) -> None:
        self.run = run
        super().__init__(run.note)


class Grader:
    """mlgrade in a process of its own, asked for one attack after another."""

    def __init__(self, mode: str, without: Sequence[str], token: str) -> None:
        self.tmp = Path(tempfile.mkdtemp(prefix="mlgrade-hostile-"))
        self.tmp.chmod(0o777)
        options = [part for wall in without for part in ("--without", wall)]
        command = [*prefix(mode), sys.executable, str(HERE / "confined.py"), *options]
        self._errors = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            command + (["--docker"] if mode == "docker" else []),
            cwd=self.tmp,
            env=_environment(self.tmp, self.tmp, token),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            start_new_session=True,
        )
        self._kept = b""
        self.pid = int(self._line(START_SECONDS)["ready"])

    def ask(self, world: World, port: int) -> Run:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"world": str(world.root), "port": port}).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise LostError(Run(note=self._said())) from None
        answer = self._line(CONFINED_SECONDS)
        mine, twin = answer["attack"], json.loads(answer["twin"]["json"])
        text = "\n".join(answer[who][form] for who in ("attack", "twin") for form in ("json", "text", "junit"))
        return Run(mine["earned"], json.dumps(twin["concepts"]), text, note=f"{mine['seconds']:.1f} s")

    def _line(self, seconds: float) -> Any:
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)
        deadline = time.monotonic() + seconds
        while b"\n" not in self._kept:
            ended = self._process.poll() is not None
            select.select([self._process.stdout], [], [], 0.05)
            chunk = self._process.stdout.read(1 << 20) or b""
            self._kept += chunk
            self._judge(ended and not chunk, deadline)
        line, _, self._kept = self._kept.partition(b"\n")
        try:
            return json.loads(line)
        except ValueError:  # somebody else wrote to where the grader answers
            raise LostError(Run(text=line[:MOST_TEXT].decode(errors="replace"), note="not an answer")) from None

    def _judge(self, ended: bool, deadline: float) -> None:
        """Do what a machine does to a grader that is dead, stuck, or too large."""
        if ended:
            raise LostError(Run(note=self._said()))
        if len(self._kept) > MOST_TEXT:
            raise LostError(Run(note=f"a report of more than {MOST_TEXT >> 20} MiB"))
        if time.monotonic() > deadline:
            raise LostError(Run(hung=True))
        if machine.memory(self._process.pid) > GRADER_MEMORY:
            raise LostError(Run(note=f"more than {GRADER_MEMORY >> 30} GiB: out of memory"))
        if machine.APART and machine.shared_memory() > FILE_MEMORY:
            raise LostError(Run(note=f"more than {FILE_MEMORY >> 20} MiB in files: out of memory"))

    def _said(self) -> str:
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace").strip().rpartition("\n")[2][:200] or "ended without a word"

    def below(self) -> set[int]:
        return machine.running(machine.descendants(self._process.pid))

    def close(self) -> str:
        """End it as a whole class ends, and say what is then still there."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE_AT_END)
        self.kill(only_itself=True)
        left = machine.settle(lambda: machine.running(machine.descendants(os.getpid())))
        files = entries(self.tmp)
        self.kill()
        return ", ".join([*([f"{len(left)} processes"] if left else []), *sorted(files)])

    def kill(self, *, only_itself: bool = False) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        if not only_itself:
            machine.kill(machine.descendants(os.getpid()))
            subprocess.run(["rm", "-rf", "--", str(self.tmp)], check=False)


GRACE_AT_END = 10.0


def confined(names: Sequence[str], mode: str, without: Sequence[str]) -> Iterator[Seen]:
    """Grade attacks one after another in one grader; what is left when it ends is held against the last."""
    owner = PLAIN_USER if mode == "plain" and os.geteuid() == 0 else ""
    token, memory = _token(), machine.kept()
    grader = Grader(mode, without, token)
    with Site(TWIN, token, owner, grader.tmp) as site:
        clean = _graded(grader, site, Run())[1]
    if clean.earned is None:
        raise SystemExit(f"the honest twin gets no verdict: {clean.note}")
    for name in names:
        with Site(_source(name), token, owner, grader.tmp) as site:
            seen, run = _graded(grader, site, clean)
            yield msgspec.structs.replace(seen, name=name)
        if run.earned is None:
            grader.kill()
            machine.tidy(machine.kept() - memory)
            grader = Grader(mode, without, token)
    left = grader.close()
    if stays := ", ".join(filter(None, [left, *sorted(machine.kept() - memory)])):
        yield Seen("(when the grader ended)", ["left"], stays)


def _source(name: str) -> str:
    return (HONEST / f"{name[7:]}.py").read_text() + TOTAL if name.startswith("honest/") else attack(name).text


def _graded(grader: Grader, site: Site, clean: Run) -> tuple[Seen, Run]:
    before = grader.below()
    site.begin()
    try:
        run = grader.ask(site.world, site.listener.port)
        left = machine.settle(lambda: grader.below() - before)
    except LostError as lost:
        run, left = lost.run, set()
    return site.effects(run, clean, left), run


# -- who runs it ----------------------------------------------------------------------------------------------


def prefix(mode: str) -> list[str]:
    """What to start Python with, so that it stands where the mode says."""
    if mode == "root" or (mode == "plain" and os.geteuid() != 0):
        return []
    if mode == "docker":
        capabilities = ",".join(f"+{name}" for name in DOCKER.split())
        return ["setpriv", f"--bounding-set=-all,{capabilities}", "--inh-caps=-all"]
    plain = [
        "prlimit",
        f"--nproc={TASKS}:{TASKS}",
        "setpriv",
        f"--reuid={PLAIN_USER}",
        f"--regid={PLAIN_USER}",
        "--clear-groups",
    ]
    return plain if _starts(plain) else [*plain, "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]


def _starts(command: Sequence[str]) -> bool:
    """Whether this user gets at Python and its packages without help: also a second time, when setpriv is gone."""
    again = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import mlgrade, pytest'], check=True)"
    probe = [*command, sys.executable, "-c", again]
    return subprocess.run(probe, check=False, capture_output=True, cwd="/").returncode == 0


def make_plain_user() -> None:
    try:
        pwd.getpwnam(PLAIN_USER)
    except KeyError:
        subprocess.run(["useradd", "-r", "--no-create-home", PLAIN_USER], check=True)


def _token() -> str:
    return f"canary-{secrets.token_hex(12)}"


def _environment(tmp: Path, home: Path, token: str) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(home),
        "TMPDIR": str(tmp),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",
        VARIABLE: token,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("how", choices=["unconfined", "confined"])
    parser.add_argument("--mode", choices=["plain", "root", "docker"], default="plain")
    parser.add_argument("--without", action="append", default=[])
    parser.add_argument("names", nargs="+")
    chosen = parser.parse_args()
    machine.adopt()
    machine.stand_apart("64m" if chosen.mode == "docker" else "6g")
    if chosen.mode == "plain" and os.geteuid() == 0:
        make_plain_user()
    runs = (
        unconfined(chosen.names) if chosen.how == "unconfined" else confined(chosen.names, chosen.mode, chosen.without)
    )
    for seen in runs:
        print(json.dumps(msgspec.to_builtins(seen)), flush=True)


if __name__ == "__main__":
    main()
