"""Reads and writes that end at a deadline, the same over both kinds of pipe."""

from __future__ import annotations

import math
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from mlgrade.sandbox.pipes import CHUNK, ClosedError, DeadlineError, Pipe, PollPipe, ThreadPipe


class Ends:
    """A pipe under test (`near`) and the raw descriptors of the process at its other end."""

    def __init__(self, kind: type[PollPipe] | type[ThreadPipe]) -> None:
        self.source, sink = os.pipe()
        source, self.sink = os.pipe()
        self.near: Pipe = kind(source, sink)

    def hang_up(self) -> None:
        """The other end goes away, as it does when its process is killed."""
        for name in ("source", "sink"):
            if getattr(self, name) >= 0:
                os.close(getattr(self, name))
                setattr(self, name, -1)

    def settle(self) -> None:
        """All that was sent has arrived, the end included. Only after `hang_up`."""
        if isinstance(self.near, ThreadPipe):
            self.near._reader.join(10)
            assert not self.near._reader.is_alive()


@pytest.fixture(params=[PollPipe, ThreadPipe])
def ends(request: pytest.FixtureRequest) -> Iterator[Ends]:
    ends = Ends(request.param)
    yield ends
    ends.hang_up()
    if isinstance(ends.near, ThreadPipe):
        while ends.near._reader.is_alive():  # a full queue holds the thread
            with suppress(ClosedError, DeadlineError):
                ends.near.read(2**40, soon())
            ends.near._reader.join(0.01)
    ends.near.close()


def soon() -> float:
    return time.monotonic() + 0.02


def later() -> float:
    return time.monotonic() + 20


PAST = -math.inf


def test_nothing_arrives(ends: Ends) -> None:
    """A read of nothing ends at its deadline."""
    with pytest.raises(DeadlineError):
        ends.near.read(1, soon())


@pytest.mark.parametrize("size", [1, CHUNK * 3])
def test_a_part_is_not_enough(ends: Ends, size: int) -> None:
    """A frame that stops half way ends at the deadline, and what came of it is kept for the next read."""
    os.write(ends.sink, b"abc")
    with pytest.raises(DeadlineError):
        ends.near.read(3 + size, soon())
    assert ends.near.read(3, later()) == b"abc"


def test_hung_up(ends: Ends) -> None:
    """A read from an end that is gone says so, now and each time after."""
    ends.hang_up()
    for _ in range(3):
        with pytest.raises(ClosedError):
            ends.near.read(1, later())


def test_hung_up_half_way(ends: Ends) -> None:
    """A frame cut off by the death of its sender is closed, not late."""
    os.write(ends.sink, b"abc")
    ends.hang_up()
    with pytest.raises(ClosedError):
        ends.near.read(4, later())
    assert ends.near.read(3, later()) == b"abc"


def test_write_to_nobody(ends: Ends) -> None:
    """A write to an end that is gone says so."""
    ends.hang_up()
    with pytest.raises(ClosedError):
        ends.near.write(b"x", later())


def test_hung_up_in_a_write(ends: Ends) -> None:
    """A write that is under way when the other end goes away is closed, not late."""

    def read_some() -> None:
        os.read(ends.source, CHUNK)
        ends.hang_up()

    thread = threading.Thread(target=read_some)
    thread.start()
    with pytest.raises(ClosedError):
        ends.near.write(bytes(CHUNK * 64), later())
    thread.join()


def test_nobody_reads(ends: Ends) -> None:
    """A write that the other end never reads ends at its deadline."""
    with pytest.raises(DeadlineError):
        ends.near.write(bytes(CHUNK * 64), soon())


def test_read_after_the_deadline(ends: Ends) -> None:
    """A deadline that has passed is one even where data waits, so that a sender without end cannot hold us."""
    os.write(ends.sink, b"abc")
    ends.hang_up()
    ends.settle()
    with pytest.raises(DeadlineError):
        ends.near.read(1, PAST)


def test_write_nothing(ends: Ends) -> None:
    """An empty write is done at once."""
    ends.near.write(b"", later())


def test_read_nothing(ends: Ends) -> None:
    """A read of no bytes waits for none, whatever the deadline: frames without a blob have one."""
    assert ends.near.read(0, PAST) == b""


def test_in_pieces(ends: Ends) -> None:
    """Frames may arrive in any pieces, and two in one."""
    thread = threading.Thread(target=lambda: [os.write(ends.sink, piece) for piece in (b"a", b"bcd", b"ef")])
    thread.start()
    assert ends.near.read(2, later()) == b"ab"
    assert ends.near.read(0, later()) == b""
    assert ends.near.read(3, later()) == b"cde"
    assert ends.near.read(1, later()) == b"f"
    thread.join()


def test_more_than_a_pipe_holds(ends: Ends) -> None:
    """Data of many times a pipe's buffer goes through whole, both ways."""
    data = os.urandom(CHUNK) * 24 + b"end"

    def echo() -> None:
        left = len(data)
        while left:
            part = os.read(ends.source, CHUNK)
            left -= len(part)
            while part:
                part = part[os.write(ends.sink, part) :]

    thread = threading.Thread(target=echo)
    thread.start()
    # The other end sends while we still write: what fits in the buffers on both ways is all it has room for.
    for start in range(0, len(data), CHUNK):
        piece = data[start : start + CHUNK]
        ends.near.write(piece, later())
        assert ends.near.read(len(piece), later()) == piece
    thread.join()


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def fill(ends: Ends) -> None:
    """Send, as a flooding worker does, until nothing more fits anywhere."""
    os.set_blocking(ends.sink, False)
    chunks = ends.near._chunks if isinstance(ends.near, ThreadPipe) else None
    while True:
        try:
            os.write(ends.sink, bytes(CHUNK))
        except BlockingIOError:
            if chunks is None or chunks.full():
                return


@pytest.mark.skipif(sys.platform != "linux", reason="descriptors are counted in /proc")
@pytest.mark.parametrize("kind", [PollPipe, ThreadPipe])
@pytest.mark.parametrize("closed_first", [False, True])
@pytest.mark.parametrize("unread", ["nothing", "a little", "a flood"])
def test_close_frees_all(kind: type[PollPipe] | type[ThreadPipe], unread: str, closed_first: bool) -> None:
    """A closed pipe leaves no descriptor open and no thread waiting, whoever closed first and however much is unread."""
    before = descriptors()
    ends = Ends(kind)
    if unread == "a little":
        os.write(ends.sink, b"abc")
    if unread == "a flood":
        fill(ends)
    first, second = (ends.near.close, ends.hang_up) if closed_first else (ends.hang_up, ends.near.close)
    first()
    second()
    if isinstance(ends.near, ThreadPipe):
        ends.near._reader.join(1)
        assert not ends.near._reader.is_alive()
    assert descriptors() == before
