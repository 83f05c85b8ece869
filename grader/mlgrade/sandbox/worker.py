"""The process that holds student code. Imports numpy, the codec and the standard library, and nothing secret.

Theory of operation. Two pipes, one request at a time: `Load` once, then `Call` after `Call`. While a call runs, the
student's function may call back a callable that it was given: the worker sends `Asks` and waits for the `Answer`.
Nothing else is ever sent unasked. The worker keeps no clock: whoever waits for it does.

Started as `python -m mlgrade.sandbox.worker` it serves one submission over stdin and stdout. On Linux it is forked from
the process of `forking` instead.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO, NamedTuple

import msgspec

from mlgrade.sandbox import effects, loader, output
from mlgrade.sandbox.codec import Reader, Writer
from mlgrade.sandbox.faults import fault_of
from mlgrade.sandbox.isolation import IsolationPlan, identity, libraries
from mlgrade.sandbox.limits import CALLBACK_BYTES, CALLBACK_ITEMS, Limits
from mlgrade.sandbox.protocol import (
    FAILED,
    LENGTHS,
    MOST_ARGUMENTS,
    UNREADABLE,
    After,
    Answer,
    Asks,
    Call,
    Load,
    Loaded,
    Reply,
    Request,
    Returned,
    UnsendableError,
    encoded,
    lengths,
    pack,
    unpack_request,
)

REQUEST_BYTES = 2**31 - 1  # what the trusted side sends is its own affair


class Received(NamedTuple):
    """A request with its arrays."""

    request: Request
    blob: bytes
    header: int  # bytes


class Wire:
    """The worker's end of the two pipes."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source, self._sink = source, sink

    def receive(self) -> Received:
        """Read the next request."""
        prefix = self._source.read(LENGTHS.size)
        if len(prefix) < LENGTHS.size:
            raise EOFError
        header, blob = lengths(prefix, REQUEST_BYTES)
        return Received(unpack_request(self._source.read(header)), self._source.read(blob), header)

    def send(self, message: Reply, blob: bytes | bytearray = b"", *, more: int = 0) -> None:
        """Send a reply."""
        self._sink.write(pack(message, blob, more=more))
        self._sink.write(blob)
        self._sink.flush()


class RequestServer:
    """One submission: its module, its captured output, and the calls made on it."""

    def __init__(self, wire: Wire, limits: Limits) -> None:
        self._wire, self._limits = wire, limits
        self._filename = ""
        self._module: ModuleType | None = None
        self._output = output.Capped(limits.output_chars)
        self._notes = output.Notes("")

    def serve(self) -> None:
        """Answer requests until the pipe is closed."""
        while True:
            request, blob, header = self._wire.receive()
            if isinstance(request, Load):
                self._wire.send(self._load(msgspec.structs.replace(request, source=blob)))
            elif isinstance(request, Call):
                self._wire.send(*self._call(request, blob, header), more=header)

    def _load(self, request: Load) -> Loaded:
        self._filename = request.filename
        self._notes = output.Notes(request.filename)
        output.watch_warnings(self._notes)
        sys.stdin, sys.stdout, sys.stderr = io.StringIO(), self._output, self._output
        if not self._limits.packages:
            loader.leave_out_packages()
        self._module, fault, failed = loader.load(request)
        return Loaded(
            functions=loader.functions(self._module, request),
            names=[name[:200] for name, value in self._module.__dict__.items() if callable(value)][:200],
            fault=fault,
            failed=failed,
            output=self._output.take(),
            notes=self._notes.take(),
        )

    def _call(self, request: Call, blob: bytes, header: int) -> tuple[Returned, bytes | bytearray]:
        args, kwargs = self._arguments(request, blob)
        try:
            result = self._function(request.function)(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001  (whatever a student raises is a result)
            fault = fault_of(error, self._filename)
            after, data = _after([*args, *kwargs.values()], len(blob), header)
            return self._fitting(Returned(fault=fault, after=after, **self._said()), data, header)
        return self._returned(result, effects.named(args, kwargs), len(blob), header)

    def _returned(
        self, result: Any, arguments: effects.Arguments, sent: int, header: int
    ) -> tuple[Returned, bytes | bytearray]:
        after, data = _after(list(arguments.values()), sent, header)
        writer = Writer(self._limits.result_bytes)
        unusable, value, shares = "", None, list[str]()
        try:
            shares = effects.shared(arguments, result)
            value = writer.node(result)
            pack(Returned(value=value))
        except UnsendableError as error:
            unusable = str(error)
        except Exception:  # noqa: BLE001  (an object of a student's may raise anything when it is looked at)
            unusable = "a value that cannot be read"
        if unusable:
            return self._fitting(Returned(unusable=unusable, after=after, **self._said()), data, header)
        reply = Returned(value=value, after=after, shares=shares, **self._said())
        return self._fitting(reply, data, header, writer.blob)

    def _fitting(
        self, reply: Returned, after: bytearray, header: int, value: bytes | bytearray = b""
    ) -> tuple[Returned, bytes | bytearray]:
        """Leave out arguments that have grown beyond what may be sent: they have changed, which is all they say."""
        try:
            pack(reply, more=header)
        except UnsendableError:
            return msgspec.structs.replace(reply, after=[]), value
        return reply, after + value

    def _said(self) -> dict[str, Any]:
        return {"output": self._output.take(), "notes": self._notes.take()}

    def _function(self, name: str) -> Callable[..., Any]:
        function: Callable[..., Any] = self._module.__dict__[name]
        return function

    def _arguments(self, request: Call, blob: bytes) -> tuple[list[Any], dict[str, Any]]:
        reader = Reader(blob, self._callback)
        args = [reader.value(node) for node in request.args]
        return args, {name: reader.value(node) for name, node in request.kwargs.items()}

    def _callback(self, number: int) -> Callable[..., Any]:
        def function(*args: Any, **kwargs: Any) -> Any:
            self._wire.send(*_asks(number, args, kwargs))
            answer, blob, _ = self._wire.receive()
            return _answered(answer, blob)

        return function


def _after(arguments: Sequence[Any], most: int, header: int) -> tuple[list[After], bytearray]:
    """Encode arguments as they are after a call. What cannot be encoded any more has changed, and is left empty."""
    writer = Writer(most, callables=True)
    after = []
    for value in arguments:
        begin = len(writer.blob)
        try:
            node = writer.node(value)
        except Exception:  # noqa: BLE001  (an object of a student's may raise anything when it is looked at)
            node = UNREADABLE
        if node is UNREADABLE or len(encoded(node)) > header:  # longer than all that was sent
            del writer.blob[begin:]
            node = UNREADABLE
        after.append(After(node, len(writer.blob) - begin))
    return after, writer.blob


def _asks(number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Asks, bytearray]:
    """Ask within the bounds that the trusted end keeps, so that a large argument is an error and not a death."""
    writer = Writer(CALLBACK_BYTES, items=CALLBACK_ITEMS)
    try:
        nodes = [writer.node(value) for value in args]
        asks = Asks(callable=number, args=nodes, kwargs={name: writer.node(value) for name, value in kwargs.items()})
        pack(asks)
    except UnsendableError as error:
        raise ValueError(f"the function you were given does not take {error}") from None
    if len(nodes) + len(asks.kwargs) > MOST_ARGUMENTS:
        raise TypeError(f"the function you were given does not take more than {MOST_ARGUMENTS} arguments")
    return asks, writer.blob


def _answered(answer: Request, blob: bytes) -> Any:
    if not isinstance(answer, Answer):
        raise EOFError  # noqa: TRY004  (the conversation is over, whatever else was sent)
    if answer.error:
        raise ValueError(answer.error)
    return Reader(blob).value(answer.value)


def serve(source: int, sink: int, limits: Limits, confine: Callable[[], tuple[str, ...]]) -> None:
    """Serve one submission over two descriptors, and leave without running anybody's exit handlers."""
    wire = Wire(os.fdopen(source, "rb"), os.fdopen(sink, "wb"))
    try:
        if _ready(sink, confine):
            RequestServer(wire, limits).serve()
    except (EOFError, BrokenPipeError):
        os._exit(0)
    finally:  # never back into the fork server's code
        os._exit(70)


def _ready(sink: int, confine: Callable[[], tuple[str, ...]]) -> bool:
    """Put up the isolation layers, and say once which stand. Until then whatever goes wrong is not the student's."""
    try:
        word = ",".join(confine())
    except OSError as error:
        word = f"{FAILED}{error}"
    data = word.encode()[:255]
    os.write(sink, bytes([len(data)]) + data)
    return not word.startswith(FAILED)


def silence() -> None:
    """Point the standard descriptors at nothing: what a library prints from C reaches no pipe of ours."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)


def once(limits: Limits, without: Sequence[str]) -> None:
    """Be one worker."""
    source, sink = os.dup(0), os.dup(1)
    silence()
    scratch = str(Path.cwd())
    libraries.redirect()
    identity.drop_bounding()
    plan = IsolationPlan(scratch, packages=limits.packages, without=without)
    user = next(identity.users())
    serve(source, sink, limits, lambda: plan.activate(limits, scratch, (source, sink), user=user))


if __name__ == "__main__":
    once(msgspec.json.decode(sys.argv[1], type=Limits), sys.argv[2:])
