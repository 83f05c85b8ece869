"""The trusted end: starts workers, sends calls, answers callbacks, keeps the clock, kills.

Nothing that a worker does raises here, bar a `SandboxError` when none can be started: each call ends as a `Reply`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import msgspec

from mlgrade.errors import ProtocolError, SandboxError
from mlgrade.sandbox import confine
from mlgrade.sandbox.codec import Reader, UnsendableError, Writer
from mlgrade.sandbox.limits import CALLBACK_BYTES, MIB, Limits
from mlgrade.sandbox.pipes import ClosedError, DeadlineError
from mlgrade.sandbox.protocol import (
    LENGTHS,
    Answer,
    Asks,
    Call,
    Fault,
    Load,
    Loaded,
    Returned,
    lengths,
    pack,
    unpack_reply,
)
from mlgrade.sandbox.scratch import OverfullError
from mlgrade.sandbox.starting import Launcher, Process

REQUEST_BYTES = 1024 * MIB


class TimedOut(msgspec.Struct, frozen=True, kw_only=True):
    seconds: float
    line: int = 0  # of the student's file, where the worker was when it was stopped


class Died(msgspec.Struct, frozen=True, kw_only=True):
    how: str


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """What a call gave. `value` is plain data; `unusable` says what it was when it was not."""

    value: Any = None
    unusable: str = ""
    changed: list[str] = []
    shares: list[str] = []
    output: str = ""
    notes: list[str] = []


class Raised(msgspec.Struct, frozen=True, kw_only=True):
    fault: Fault
    changed: list[str] = []
    output: str = ""
    notes: list[str] = []


Result = Value | Raised | TimedOut | Died


class Host:
    """A source of workers. `with` ends every process that the launcher started."""

    def __init__(self, launcher: Launcher) -> None:
        self._launcher = launcher
        self._walls: tuple[str, ...] | None = None

    def __enter__(self) -> Host:
        return self

    def __exit__(self, *_: object) -> None:
        self._launcher.close()

    @property
    def walls(self) -> tuple[str, ...]:
        """The walls around every worker so far: the weakest one says what may be promised."""
        return self._walls or ()

    def require(self) -> None:
        """Start a worker to see which walls stand. Raises SandboxError if one that hidden suites ask for is missing."""
        self.worker(Limits()).close()
        if missing := confine.missing(self.walls):
            raise SandboxError(
                f"student code is not shut in well enough here: {', '.join(missing)} missing; run: mlgrade doctor"
            )

    def worker(self, limits: Limits) -> Worker:
        worker = Worker(self._launcher.spawn(limits), limits)
        known = worker.walls if self._walls is None else self._walls
        self._walls = tuple(wall for wall in known if wall in worker.walls)
        return worker


class Worker:
    """One process with one submission in it. Dead after the first call that did not end well."""

    def __init__(self, process: Process, limits: Limits) -> None:
        self._process: Process | None = process
        self.walls = process.walls
        self._limits = limits
        self._filename = ""

    @property
    def alive(self) -> bool:
        return self._process is not None

    def load(self, request: Load, seconds: float | None = None) -> Loaded | TimedOut | Died:
        """Load a submission, in the time that its import may take or in `seconds`."""
        self._filename = request.filename
        head = pack(msgspec.structs.replace(request, source=b""), request.source)
        allowed = self._limits.import_seconds if seconds is None else seconds
        reply, _ = self._exchange(head + request.source, allowed, [])
        return self._broke_the_rules() if isinstance(reply, (Returned, Asks)) else reply

    def call(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any], seconds: float) -> Result:
        """Call a function of the submission. Raises UnsendableError for an argument that cannot cross."""
        writer = Writer(REQUEST_BYTES, callables=True)
        nodes = [writer.node(value) for value in args]
        named = {name: writer.node(value) for name, value in kwargs.items()}
        frame = pack(Call(function=function, args=nodes, kwargs=named), writer.blob) + writer.blob
        reply, blob = self._exchange(frame, seconds, writer.callables)
        if isinstance(reply, Returned):
            return self._result(reply, blob)
        return self._broke_the_rules() if isinstance(reply, (Loaded, Asks)) else reply

    def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.end()

    def _buried(self) -> str:
        """How it ended, once it is gone with all that it started."""
        process, self._process = self._process, None
        return process.kill() if process else ""

    def _result(self, reply: Returned, blob: bytes) -> Result:
        if reply.fault is not None:
            return Raised(fault=reply.fault, changed=reply.changed, output=reply.output, notes=reply.notes)
        try:
            value = _read([reply.value], blob)[0]
        except ProtocolError:
            return self._broke_the_rules()
        return Value(
            value=value,
            unusable=reply.unusable,
            changed=reply.changed,
            shares=reply.shares,
            output=reply.output,
            notes=reply.notes,
        )

    def _exchange(
        self, frame: bytes, seconds: float, callables: list[Callable[..., Any]]
    ) -> tuple[Loaded | Returned | Asks | TimedOut | Died, bytes]:
        deadline = time.monotonic() + seconds
        try:
            self._pipe.write(frame, deadline)
            while True:
                reply, blob = self._receive(deadline)
                if not isinstance(reply, Asks):
                    return reply, blob
                self._pipe.write(_answer(reply, blob, callables), deadline)
        except DeadlineError:
            return self._stop(seconds), b""
        except ClosedError:
            return Died(how=self._buried()), b""
        except OverfullError as error:
            self.close()
            return Died(how=str(error)), b""
        except ProtocolError:
            return self._broke_the_rules(), b""
        except BaseException:  # Ctrl-C, or a callable of ours that ended the check: the worker is out of step
            self.close()
            raise

    def _receive(self, deadline: float) -> tuple[Loaded | Returned | Asks, bytes]:
        header, blob = lengths(self._pipe.read(LENGTHS.size, deadline), self._limits.result_bytes)
        reply = unpack_reply(self._pipe.read(header, deadline))
        return reply, self._pipe.read(blob, deadline)

    @property
    def _pipe(self) -> Any:
        if self._process is None:
            raise ClosedError
        return self._process.pipe

    def _stop(self, seconds: float) -> TimedOut:
        line = _line_in(self._process.where(), self._filename) if self._process else 0
        self.close()
        return TimedOut(seconds=seconds, line=line)

    def _broke_the_rules(self) -> Died:
        self.close()
        return Died(how="it answered with something that is not an answer")


def _read(nodes: list[Any], blob: bytes) -> list[Any]:
    reader = Reader(blob)
    values = [reader.value(node) for node in nodes]
    reader.done()
    return values


def _answer(asks: Asks, blob: bytes, callables: list[Callable[..., Any]]) -> bytes:
    """Call one of our callables with what the worker sent. Its own failure is an answer too."""
    if asks.callable >= len(callables) or len(blob) > CALLBACK_BYTES:
        raise ProtocolError("a callback that cannot be")
    values = _read([*asks.args, *asks.kwargs.values()], blob)
    kwargs = dict(zip(asks.kwargs, values[len(asks.args) :], strict=True))
    try:
        value = callables[asks.callable](*values[: len(asks.args)], **kwargs)
    except Exception as error:  # noqa: BLE001  (the arguments are hostile, and any of ours may stumble over them)
        return pack(Answer(error=f"the function you were given raised {type(error).__name__}"))
    writer = Writer(CALLBACK_BYTES)
    try:
        return pack(Answer(value=writer.node(value)), writer.blob) + writer.blob
    except UnsendableError as error:
        return pack(Answer(error=f"the function you were given returned {error}"))


def _line_in(stack: bytes, filename: str) -> int:
    """Find the innermost line of the student's file in a stack that faulthandler wrote."""
    found = re.search(rf'File "{re.escape(filename)}", line (\d{{1,7}})'.encode(), stack)
    return int(found[1]) if found else 0
