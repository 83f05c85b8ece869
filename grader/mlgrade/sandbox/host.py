"""The trusted end: starts workers, sends calls, answers callbacks, keeps the clock, kills.

Nothing that a worker does raises here, bar a `SandboxError` when none can be started: each call ends as a `Reply`.
"""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from mlgrade.errors import ProtocolError, SandboxError
from mlgrade.sandbox import isolation
from mlgrade.sandbox.codec import Reader, Writer
from mlgrade.sandbox.limits import CALLBACK_BYTES, CALLBACK_ITEMS, MIB, Limits
from mlgrade.sandbox.pipes import ClosedError, DeadlineError
from mlgrade.sandbox.protocol import (
    LENGTHS,
    UNREADABLE,
    After,
    Answer,
    Asks,
    Call,
    Died,
    Load,
    Loaded,
    Raised,
    Result,
    Returned,
    TimedOut,
    UnsendableError,
    Value,
    equal,
    lengths,
    pack,
    unpack_reply,
)
from mlgrade.sandbox.starting import Launcher, WorkerProcess

REQUEST_BYTES = 1024 * MIB


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
        """The isolation layers around every worker so far: the weakest one says what may be promised."""
        return self._walls or ()

    def require(self) -> None:
        """Start a worker to see which isolation is active. Raises SandboxError if a needed layer is missing."""
        self.worker(Limits()).close()
        if missing := isolation.missing(self.walls):
            raise SandboxError(
                f"student code is not isolated well enough here: {', '.join(missing)} missing; run: mlgrade doctor"
            )

    def worker(self, limits: Limits) -> Worker:
        """Return a worker with these limits."""
        worker = Worker(self._launcher.spawn(limits), limits)
        known = worker.walls if self._walls is None else self._walls
        self._walls = tuple(wall for wall in known if wall in worker.walls)
        return worker


class Worker:
    """One process with one submission in it. Dead after the first call that did not end well."""

    def __init__(self, process: WorkerProcess, limits: Limits) -> None:
        self._process: WorkerProcess | None = process
        self.walls = process.walls
        self._limits = limits
        self._filename = ""

    @property
    def alive(self) -> bool:
        """Return whether the worker can take another call."""
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
        sent = _Sent(writer, args, kwargs)
        head = pack(Call(function=function, args=sent.nodes[: len(args)], kwargs=sent.named), writer.blob)
        reply, blob = self._exchange(head + writer.blob, seconds, writer.callables, len(head), len(writer.blob))
        if isinstance(reply, Returned):
            return self._result(reply, blob, sent)
        return self._broke_the_rules() if isinstance(reply, (Loaded, Asks)) else reply

    def close(self) -> None:
        """End the worker."""
        process, self._process = self._process, None
        if process is not None:
            process.end()

    def _buried(self) -> str:
        """How it ended, once it is gone with all that it started."""
        process, self._process = self._process, None
        return process.kill() if process else ""

    def _result(self, reply: Returned, blob: bytes, sent: _Sent) -> Result:
        after = sum(one.size for one in reply.after)
        if after > len(blob):
            return self._broke_the_rules()
        changed = sent.changed(reply.after, blob)
        if reply.fault is not None:
            return Raised(fault=reply.fault, changed=changed, output=reply.output, notes=reply.notes)
        try:
            value = _read([reply.value], blob, after)[0]
        except ProtocolError:
            return self._broke_the_rules()
        return Value(
            value=value,
            unusable=reply.unusable,
            changed=changed,
            shares=reply.shares,
            output=reply.output,
            notes=reply.notes,
        )

    def _exchange(
        self, frame: bytes, seconds: float, callables: list[Callable[..., Any]], head: int = 0, blob_sent: int = 0
    ) -> tuple[Loaded | Returned | Asks | TimedOut | Died, bytes]:
        deadline = time.monotonic() + seconds
        try:
            self._pipe.write(frame, deadline)
            while True:
                reply, blob = self._receive(deadline, head, blob_sent)
                if not isinstance(reply, Asks):
                    return reply, blob
                self._pipe.write(_answer(reply, blob, callables), deadline)
        except DeadlineError:
            return self._stop(seconds), b""
        except ClosedError:
            return Died(how=self._buried()), b""
        except ProtocolError:
            return self._broke_the_rules(), b""
        except BaseException:  # Ctrl-C, or a callable of ours that ended the check: the worker is out of step
            self.close()
            raise

    def _receive(self, deadline: float, more_head: int, more_blob: int) -> tuple[Loaded | Returned | Asks, bytes]:
        most = self._limits.result_bytes + more_blob
        header, blob = lengths(self._pipe.read(LENGTHS.size, deadline), most, more=more_head)
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


class _Sent:
    """The arguments of a call as they were sent, to be compared with what they are after it.

    What a call changed is decided here and not by the worker, where student code can rewrite whatever decides.
    """

    def __init__(self, writer: Writer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.names = [*map(str, range(1, len(args) + 1)), *kwargs]  # as a student counts them
        self.nodes, self._ends = list[Any](), [0]
        for value in (*args, *kwargs.values()):
            self.nodes.append(writer.node(value))
            self._ends.append(len(writer.blob))
        self.named = dict(zip(kwargs, self.nodes[len(args) :], strict=True))
        self._blob = writer.blob

    def changed(self, after: Sequence[After], blob: bytes) -> list[str]:
        """Name the arguments that are not, to the bit, what was sent. One that is not shown has changed."""
        shown = [*after[: len(self.names)], *[After(UNREADABLE, 0)] * (len(self.names) - len(after))]
        ends = [0, *itertools.accumulate(one.size for one in shown)]
        return [
            name
            for number, (name, one) in enumerate(zip(self.names, shown, strict=True))
            if not self._same(number, one, blob[ends[number] : ends[number + 1]])
        ]

    def _same(self, number: int, after: After, data: bytes) -> bool:
        begin, end = self._ends[number : number + 2]
        return data == self._blob[begin:end] and equal(after.node, self.nodes[number])


def _read(nodes: list[Any], blob: bytes, at: int = 0, items: int | None = None) -> list[Any]:
    reader = Reader(blob, at=at, items=items)
    values = [reader.value(node) for node in nodes]
    reader.done()
    return values


def _answer(asks: Asks, blob: bytes, callables: list[Callable[..., Any]]) -> bytes:
    """Call one of our callables with what the worker sent. Its own failure is an answer too.

    A failed comparison is not: student code could catch it. It ends the check, as everything does that is raised from
    here, and so does a callable that runs out of the memory of a check.
    """
    if asks.callable >= len(callables) or len(blob) > CALLBACK_BYTES:
        raise ProtocolError("a callback that cannot be")
    values = _read([*asks.args, *asks.kwargs.values()], blob, items=CALLBACK_ITEMS)
    kwargs = dict(zip(asks.kwargs, values[len(asks.args) :], strict=True))
    try:
        value = callables[asks.callable](*values[: len(asks.args)], **kwargs)
    except (AssertionError, MemoryError):
        raise
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
