"""A worker that says anything: every call on it ends as a result, never as an exception."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgrade.sandbox.fork_server import ForkServer
from mlgrade.sandbox.host import CALLBACK_BYTES, Host, Worker
from mlgrade.sandbox.limits import Limits
from mlgrade.sandbox.pipes import Pipe, PollPipe, ThreadPipe
from mlgrade.sandbox.protocol import (
    HEADER_BYTES,
    LENGTHS,
    After,
    Asks,
    Died,
    Load,
    Loaded,
    Raised,
    Returned,
    TimedOut,
    Value,
    pack,
)

PLENTY = 20.0
LOAD = Load(source=b"", name="m", filename="softmax.py", functions=["f"], imports=[], forbid=[])


class Actor:
    """A process that has said all it will ever say, over real pipes. It reads nothing and is gone, or hangs."""

    walls: tuple[str, ...] = ()

    def __init__(self, script: bytes, *, kind: Any = PollPipe, hangs: bool = False, stack: bytes = b"") -> None:
        self._heard, ours_out = os.pipe()
        ours_in, self._says = os.pipe()
        self.pipe: Pipe = kind(ours_in, ours_out)
        self.stack = stack
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._act, args=(memoryview(script), hangs))
        self._thread.start()

    def _act(self, script: memoryview, hangs: bool) -> None:
        os.set_blocking(self._says, False)
        while script and not self._over.is_set():
            if select.select([], [self._says], [], 0.01)[1]:
                with suppress(BlockingIOError):
                    script = script[os.write(self._says, script[:4096]) :]
        if hangs:
            self._over.wait()
        os.close(self._says)

    def where(self) -> bytes:
        return self.stack

    def kill(self) -> str:
        self._over.set()
        self._thread.join()
        os.close(self._heard)
        self.pipe.close()
        return "killed"

    def ready(self) -> None:
        """It never was anything else."""

    def end(self) -> None:
        self.kill()


@contextmanager
def acting(script: bytes, limits: Limits | None = None, **how: Any) -> Iterator[Worker]:
    worker = Worker(Actor(script, **how), limits or Limits())
    try:
        yield worker
    finally:
        worker.close()


def framed(message: Any, blob: bytes = b"") -> bytes:
    return pack(message, blob) + blob


def raw(header: bytes, blob: bytes = b"") -> bytes:
    """A frame around any header at all."""
    return LENGTHS.pack(len(header), len(blob)) + header + blob


def ask(function: Any, script: bytes, seconds: float = PLENTY, **how: Any) -> Any:
    """Call a worker that says `script`, passing one callable."""
    with acting(script, **how) as worker:
        result = worker.call("f", (function,), {}, seconds)
        assert worker.alive == isinstance(result, (Value, Raised))
        return result


NOT_AN_ANSWER = Died(how="it answered with something that is not an answer")
DONE = framed(Returned(value=1, after=[After(["f", 0], 0)]))


# -- scripts --------------------------------------------------------------------------------------------------

BAD_SCRIPTS = {
    "zeros": bytes(16),
    "ones": b"\xff" * 16,
    "text": b"Traceback (most recent call last):\n",
    "header too large": LENGTHS.pack(HEADER_BYTES + 1000, 0),  # the request, which comes back, is shorter than that
    "blob too large": LENGTHS.pack(1, 2**32 - 1),
    "no message": raw(b"\xc0"),
    "a request": raw(msgspec.msgpack.encode(LOAD)),
    "loaded, not returned": framed(Loaded(functions={})),
    "an object array": framed(Returned(value=["a", "|O", [1]]), bytes(8)),
    "an array without bytes": framed(Returned(value=["a", "<f8", [10**9]])),
    "bytes without an array": framed(Returned(value=1), b"x"),
    "a function": framed(Returned(value=["f", 0])),
    "an empty array that would be large": framed(Returned(value=["a", "<f8", [2**31 - 1, 0]])),
    "a dict of numbers without end": framed(Returned(value=["d", *(part for n in range(5001) for part in (n, 0))])),
    "lists too long for a callback": framed(Asks(callable=0, args=[["l", ["l", *([0] * 10_001)]]])),
    "a dict of lists": framed(Returned(value=["d", ["l"], 1])),
    "a pickle": framed(Returned(value=msgspec.msgpack.Ext(1, b"cos\nsystem\n(S'true'\ntR."))),
    "a callable that is not there": framed(Asks(callable=1, args=[])),
    "a callable far away": framed(Asks(callable=100, args=[])),
    "a callable below": raw(msgspec.msgpack.encode(Asks(callable=-1, args=[]))),
    "a callable out of all bounds": raw(msgspec.msgpack.encode(Asks(callable=2**63, args=[]))),
    "a callable by name": raw(msgspec.msgpack.encode({"type": "asks", "callable": "__class__", "args": []})),
    "too large an argument": framed(
        Asks(callable=0, args=[["a", "|u1", [CALLBACK_BYTES + 1]]]), bytes(CALLBACK_BYTES + 1)
    ),
    "too many arguments": raw(msgspec.msgpack.encode(Asks(callable=0, args=[0] * 21))),
    "a function as an argument": framed(Asks(callable=0, args=[["f", 0]])),
    "keywords that are no text": raw(
        msgspec.msgpack.encode({"type": "asks", "callable": 0, "args": [], "kwargs": {1: 2}})
    ),
    "arguments that share bytes": framed(Asks(callable=0, args=[["a", "|u1", [3]], ["a", "|u1", [3]]]), bytes(3)),
}


@pytest.mark.parametrize("kind", [PollPipe, ThreadPipe])
@pytest.mark.parametrize("script", BAD_SCRIPTS.values(), ids=BAD_SCRIPTS)
def test_not_an_answer(script: bytes, kind: Any) -> None:
    """What no honest worker says ends the worker, and the call says so."""
    assert ask(abs, script + DONE, kind=kind) == NOT_AN_ANSWER


@pytest.mark.parametrize("script", [b"", DONE[:1], DONE[:7], DONE[:8], DONE[:-1], framed(Returned(), b"abc")[:-1]])
@pytest.mark.parametrize(("hangs", "seconds", "ends"), [(False, PLENTY, Died), (True, 0.02, TimedOut)])
@pytest.mark.parametrize("kind", [PollPipe, ThreadPipe])
def test_half_an_answer(script: bytes, kind: Any, hangs: bool, seconds: float, ends: type) -> None:
    """A frame that stops half way is a death if the worker is gone and a time-out if it hangs."""
    assert isinstance(ask(abs, script, seconds, kind=kind, hangs=hangs), ends)


def test_load_is_answered_by_loaded_only() -> None:
    """Loading accepts neither a value nor a callback."""
    for script in (DONE, framed(Asks(callable=0, args=[])), BAD_SCRIPTS["text"]):
        with acting(script) as worker:
            assert worker.load(LOAD) == NOT_AN_ANSWER
            assert not worker.alive
    with acting(framed(Loaded(functions={}))) as worker:
        assert worker.load(LOAD) == Loaded(functions={})


def test_a_forged_frame_only_chooses_a_value() -> None:
    """A well-formed frame is taken for what it says, and nothing more."""
    script = framed(Returned(value=["a", "|b1", [2]], after=[After(["f", 0], 0)], unusable="<b>"), b"\x05\x00")
    result = ask(abs, script)
    assert isinstance(result, Value)
    assert result.value.tolist() == [True, False]
    assert (result.changed, result.unusable) == ([], "<b>")


AFTER = {
    "nothing": ([], b"", ["1", "2"]),
    "only the first": ([After(["a", "|u1", [2]], 2)], b"\x01\x02", ["2"]),
    "all": ([After(["a", "|u1", [2]], 2), After(1, 0)], b"\x01\x02", []),
    "one more than there are": ([After(["a", "|u1", [2]], 2), After(1, 0), After(1, 0)], b"\x01\x02", []),
    "another type": ([After(["a", "|u1", [2]], 2), After(True, 0)], b"\x01\x02", ["2"]),
    "another shape": ([After(["a", "|u1", [1, 2]], 2), After(1, 0)], b"\x01\x02", ["1"]),
    "other bytes": ([After(["a", "|u1", [2]], 2), After(1, 0)], b"\x01\x03", ["1"]),
    "bytes of another": ([After(["a", "|u1", [2]], 0), After(1, 2)], b"\x01\x02", ["1", "2"]),
    "no value at all": ([After([], 2), After(1, 0)], b"\x01\x02", ["1"]),
}


@pytest.mark.parametrize(("after", "blob", "changed"), AFTER.values(), ids=AFTER)
def test_changes_are_found_here(after: list[After], blob: bytes, changed: list[str]) -> None:
    """What a call changed is compared by this process, to the bit; an argument that is not shown has changed."""
    with acting(framed(Returned(value=3, after=after), blob)) as worker:
        result = worker.call("f", (np.array([1, 2], "u1"), 1), {}, PLENTY)
    assert isinstance(result, Value)
    assert (result.value, result.changed) == (3, changed)


def test_more_bytes_of_arguments_than_there_are() -> None:
    """Sizes that do not add up are no answer."""
    script = framed(Returned(value=3, after=[After(1, 5)]), b"1234")
    assert ask(abs, script) == NOT_AN_ANSWER


def test_the_claim_is_held_against_the_limit() -> None:
    """The blob's bound is the limit on results that the course sets."""
    limits = Limits(result_bytes=10)
    node = ["a", "|u1", [10]]
    assert isinstance(ask(abs, framed(Returned(value=node), bytes(10)), limits=limits), Value)
    assert ask(abs, framed(Returned(value=["a", "|u1", [11]]), bytes(11)), limits=limits) == NOT_AN_ANSWER


@given(st.binary(max_size=60))
def test_any_stack(stack: bytes) -> None:
    """Whatever stands where the stack should, a stopped call has a line that can be sent on, or none."""
    for text in (stack, b'File "softmax.py", line ' + stack, b'File "softmax.py", line 1' + b"9" * len(stack)):
        with acting(framed(Loaded(functions={})), hangs=True, stack=text) as worker:
            worker.load(LOAD)
            result = worker.call("f", (), {}, 0.0)
            assert isinstance(result, TimedOut)
            assert 0 <= result.line <= 10_000_000


# -- callbacks ------------------------------------------------------------------------------------------------

ODD_FUNCTIONS = {
    "raises": lambda *_, **__: 1 / 0,
    "returns an object": lambda *_, **__: object(),
    "returns too large an array": lambda *_, **__: np.zeros(CALLBACK_BYTES + 1, "u1"),
    "returns too long a list": lambda *_, **__: [1.5] * (HEADER_BYTES // 8),
    "returns too long a text": lambda *_, **__: "x" * 2 * HEADER_BYTES,
    "returns text without utf-8": lambda *_, **__: "\ud800",
    "returns what it was given": lambda *a, **k: (a, k),
    "takes nothing": lambda: 1,
    "runs out of stack": lambda *_, **__: (item for item in ()).throw(RecursionError),
}


@pytest.mark.parametrize("function", ODD_FUNCTIONS.values(), ids=ODD_FUNCTIONS)
@pytest.mark.parametrize("args", [[], [1, ["l", ["d", "a", None]]]])
def test_our_function_fails(function: Any, args: list[Any]) -> None:
    """A function of ours that fails on hostile arguments is answered, and the call goes on to its end."""
    script = framed(Asks(callable=0, args=args, kwargs={"key": 1})) + DONE
    assert ask(function, script) == Value(value=1)


def test_our_function_runs_out_of_memory() -> None:
    """That ends the check: the arguments are the student's, and what was made of them was too large."""
    script = framed(Asks(callable=0, args=[["l", 1]])) + DONE
    with acting(script) as worker:
        with pytest.raises(MemoryError):
            worker.call("f", (lambda rows: rows * 2**60,), {}, PLENTY)
        assert not worker.alive


@pytest.mark.parametrize("name", ["self", "x", "__class__", "a b", "", "1"])
def test_odd_keywords(name: str) -> None:
    """Keyword names are the function's affair: it takes them or it does not."""
    script = framed(Asks(callable=0, args=[], kwargs={name: 1})) + DONE
    assert ask(lambda x=0: x, script) == Value(value=1)


def test_arguments_are_data() -> None:
    """Arguments of a callback come from the blob in order, positional before named."""
    seen: list[Any] = []
    script = framed(Asks(callable=0, args=[["s", "|u1"], 5], kwargs={"k": ["a", "|u1", [2]]}), b"\x01\x02\x03")
    assert ask(lambda *a, **k: seen.append((a, k)), script + DONE) == Value(value=1)
    [(args, kwargs)] = seen
    assert args == (1, 5)
    assert kwargs["k"].tolist() == [2, 3]


@pytest.mark.parametrize("kind", [PollPipe, ThreadPipe])
@pytest.mark.parametrize(("size", "times"), [(1, 100_000), (10_000, 10_000)])
def test_callbacks_without_end(kind: Any, size: int, times: int) -> None:
    """A worker that only ever calls back is stopped at the deadline, whether or not it reads the answers."""
    calls = 0

    def count(_: object) -> int:
        nonlocal calls
        calls += 1
        return calls

    script = framed(Asks(callable=0, args=["x" * size])) * times
    assert isinstance(ask(count, script, 0.1, kind=kind), TimedOut)
    assert 0 < calls < times


def test_answers_nobody_reads() -> None:
    """A worker that asks and never reads the answers fills its pipe, and the call still ends at its deadline."""
    function = lambda: np.zeros(CALLBACK_BYTES // 8 - 8)  # noqa: E731
    assert isinstance(ask(function, framed(Asks(callable=0, args=[])) * 10, 0.1, hangs=True), TimedOut)


# -- fuzz -----------------------------------------------------------------------------------------------------


class Recorder:
    """A pipe that keeps what was read through it."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe, self.heard = pipe, b""

    def read(self, size: int, deadline: float) -> bytes:
        data = self._pipe.read(size, deadline)
        self.heard += data
        return data

    def write(self, data: bytes, deadline: float) -> None:
        self._pipe.write(data, deadline)

    def close(self) -> None:
        self._pipe.close()


SOURCE = b"""
import numpy as np
def f(z, g): return {"a": z * g(z.sum(), k=[1]), "b": (1, 2.5, None, np.float32(3), 1j)}
def bad(z, g): z[0] = 1; print("said"); return z @ np.ones(5)
"""


@pytest.fixture(scope="module")
def recorded() -> list[bytes]:
    """What a real worker said over three calls: loaded, asked and returned, raised."""
    said = []
    with Host(ForkServer()) as host:
        worker = host.worker(Limits())
        process: Any = worker._process
        process.pipe = recorder = Recorder(process.pipe)
        worker.load(Load(source=SOURCE, name="m", filename="m.py", functions=["f"], imports=["numpy"], forbid=[]))
        for name in ("", "f", "bad"):
            if name:
                worker.call(name, (np.ones(3), lambda s, **_: s), {}, PLENTY)
            said.append(recorder.heard)
            recorder.heard = b""
        worker.close()
    return said


def test_recording(recorded: list[bytes]) -> None:
    """The recorded frames, played by an actor, are accepted as they came."""
    loaded, asked, raised = recorded
    with acting(loaded + asked + raised) as worker:
        assert isinstance(worker.load(LOAD), Loaded)
        assert isinstance(worker.call("f", (lambda s, **_: s,), {}, PLENTY), Value)
        assert isinstance(worker.call("bad", (lambda s, **_: s,), {}, PLENTY), Raised)


def play(script: bytes) -> None:
    """Load and two calls on a worker that says this. Whatever it says, all three are results."""
    with acting(script) as worker:
        assert isinstance(worker.load(LOAD), (Loaded, TimedOut, Died))
        for _ in range(2):
            result = worker.call("f", (lambda *a, **k: [a, k],), {}, PLENTY)
            assert isinstance(result, (Value, Raised, TimedOut, Died))
            assert worker.alive == isinstance(result, (Value, Raised))


EDITS = st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6), st.integers(0, 6)), min_size=1, max_size=4)


@given(edits=EDITS, order=st.permutations(range(3)), lengths=st.booleans())
def test_fuzz_recorded(recorded: list[bytes], edits: Any, order: list[int], lengths: bool) -> None:
    """Recorded frames with bytes changed, lost or put in, and in any order, give results."""
    script = b"".join(recorded[number] for number in order) if lengths else b"".join(recorded)
    for at, put, cut in edits:
        start = int(at * len(script))
        script = script[:start] + put + script[start + (len(put) if lengths else cut) :]
    play(script)


@given(st.lists(st.tuples(st.binary(max_size=80), st.binary(max_size=20)), max_size=4))
def test_fuzz_framed(frames: list[tuple[bytes, bytes]]) -> None:
    """Random headers and blobs under honest lengths give results."""
    play(b"".join(raw(header, blob) for header, blob in frames))


@given(st.binary(max_size=200))
def test_fuzz_random(script: bytes) -> None:
    """Random bytes give results."""
    play(script)


def test_a_flood_ends() -> None:
    """A worker that sends more than anybody reads is ended without its flood being read."""
    assert ask(abs, BAD_SCRIPTS["zeros"] * 2**20) == NOT_AN_ANSWER
