"""Reads and writes that end at a deadline, whatever the other end does.

`PollPipe` asks the kernel (POSIX). `ThreadPipe` lets threads wait instead, for systems whose pipes cannot be polled
(Windows); both are tested on Linux. Deadlines are on `time.monotonic`.
"""

from __future__ import annotations

import os
import queue
import select
import threading
import time
from typing import Protocol

CHUNK = 1 << 16


class DeadlineError(Exception):
    """The other end did not answer in time."""


class ClosedError(Exception):
    """The other end is gone."""


class Pipe(Protocol):
    """Two directions of bytes to a worker, with deadlines."""

    def read(self, size: int, deadline: float) -> bytes:
        """Read so many bytes. Raises TimeoutError, or EOFError if the other end is closed."""

    def write(self, data: bytes, deadline: float) -> None:
        """Write all bytes. Raises TimeoutError or OSError."""

    def close(self) -> None:
        """Close both directions."""


class _Buffered:
    """Reads by size on top of reads by chunk."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def read(self, size: int, deadline: float) -> bytes:
        while len(self._kept) < size:
            chunk = self._chunk(deadline)
            if not chunk:
                raise ClosedError
            self._kept += chunk
        data = bytes(self._kept[:size])
        del self._kept[:size]
        return data

    def _chunk(self, deadline: float) -> bytes:
        raise NotImplementedError


class PollPipe(_Buffered):
    """Ask the kernel when a pipe may be read or written."""

    def __init__(self, source: int, sink: int) -> None:
        super().__init__()
        self._source, self._sink = source, sink
        os.set_blocking(source, False)
        os.set_blocking(sink, False)
        self._readable, self._writable = select.poll(), select.poll()
        self._readable.register(source, select.POLLIN)
        self._writable.register(sink, select.POLLOUT)

    def _chunk(self, deadline: float) -> bytes:
        self._wait(self._readable, deadline)
        return os.read(self._source, CHUNK)

    def write(self, data: bytes, deadline: float) -> None:
        """Write all bytes before the deadline."""
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._sink, rest[:CHUNK]) :]
            except BlockingIOError:  # asked only now: nearly always there is room
                self._wait(self._writable, deadline)
            except BrokenPipeError:
                raise ClosedError from None

    def close(self) -> None:
        """Close both directions."""
        os.close(self._source)
        os.close(self._sink)

    def _wait(self, poll: select.poll, deadline: float) -> None:
        while (left := deadline - time.monotonic()) > 0:
            if poll.poll(left * 1000):
                return
        raise DeadlineError


class ThreadPipe(_Buffered):
    """The same over threads that block for us. They end when the other end is killed and the pipe breaks."""

    def __init__(self, source: int, sink: int) -> None:
        super().__init__()
        self._source, self._sink = source, sink
        self._closed = False
        self._chunks: queue.Queue[bytes] = queue.Queue(maxsize=4)
        self._reader = threading.Thread(target=self._fill, daemon=True)
        self._reader.start()

    def _fill(self) -> None:
        while not self._closed and (chunk := _read(self._source)):
            self._chunks.put(chunk)
        os.close(self._source)  # here and nowhere else: closing under a blocked read is undefined
        self._chunks.put(b"")

    def _chunk(self, deadline: float) -> bytes:
        left = deadline - time.monotonic()
        try:
            chunk = self._chunks.get(timeout=max(0.0, left))
        except queue.Empty:
            raise DeadlineError from None
        if left <= 0:
            raise DeadlineError
        if not chunk:
            self._chunks.put(b"")  # for the next reader: the end stays the end
        return chunk

    def write(self, data: bytes, deadline: float) -> None:
        """Write all bytes before the deadline."""
        failed: list[OSError] = []
        writer = threading.Thread(target=_write_all, args=(self._sink, data, failed), daemon=True)
        writer.start()
        writer.join(max(0.0, deadline - time.monotonic()))
        if writer.is_alive():
            raise DeadlineError
        if failed:
            raise ClosedError

    def close(self) -> None:
        """Close both directions."""
        self._closed = True
        os.close(self._sink)
        while not self._chunks.empty():  # room for a reader that waits to put its last chunk
            self._chunks.get_nowait()


def _read(source: int) -> bytes:
    try:
        return os.read(source, CHUNK)
    except OSError:
        return b""


def _write_all(sink: int, data: bytes, failed: list[OSError]) -> None:
    try:
        while data:
            data = data[os.write(sink, data) :]
    except OSError as error:
        failed.append(error)
