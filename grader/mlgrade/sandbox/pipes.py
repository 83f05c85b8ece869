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
    def read(self, size: int, deadline: float) -> bytes: ...
    def write(self, data: bytes, deadline: float) -> None: ...
    def close(self) -> None: ...


class PollPipe:
    def __init__(self, source: int, sink: int) -> None:
        self._source, self._sink = source, sink
        os.set_blocking(source, False)
        os.set_blocking(sink, False)
        self._readable, self._writable = select.poll(), select.poll()
        self._readable.register(source, select.POLLIN)
        self._writable.register(sink, select.POLLOUT)
        self._kept = bytearray()

    def read(self, size: int, deadline: float) -> bytes:
        while len(self._kept) < size:
            _wait(self._readable, deadline)
            chunk = os.read(self._source, CHUNK)
            if not chunk:
                raise ClosedError
            self._kept += chunk
        data = bytes(self._kept[:size])
        del self._kept[:size]
        return data

    def write(self, data: bytes, deadline: float) -> None:
        rest = memoryview(data)
        while rest:
            _wait(self._writable, deadline)
            try:
                rest = rest[os.write(self._sink, rest[:CHUNK]) :]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                raise ClosedError from None

    def close(self) -> None:
        os.close(self._source)
        os.close(self._sink)


def _wait(poll: select.poll, deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0 or not poll.poll(left * 1000):
        raise DeadlineError


class ThreadPipe:
    """The same over threads that block for us. They end when the other end is killed and the pipe breaks."""

    def __init__(self, source: int, sink: int) -> None:
        self._source, self._sink = source, sink
        self._chunks: queue.Queue[bytes] = queue.Queue(maxsize=4)
        self._kept = bytearray()
        self._reader = threading.Thread(target=self._fill, daemon=True)
        self._reader.start()

    def _fill(self) -> None:
        while chunk := _read(self._source):
            self._chunks.put(chunk)
        self._chunks.put(b"")

    def read(self, size: int, deadline: float) -> bytes:
        while len(self._kept) < size:
            try:
                chunk = self._chunks.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise DeadlineError from None
            if not chunk:
                self._chunks.put(b"")  # for the next reader: the end stays the end
                raise ClosedError
            self._kept += chunk
        data = bytes(self._kept[:size])
        del self._kept[:size]
        return data

    def write(self, data: bytes, deadline: float) -> None:
        failed: list[OSError] = []
        writer = threading.Thread(target=_write_all, args=(self._sink, data, failed), daemon=True)
        writer.start()
        writer.join(max(0.0, deadline - time.monotonic()))
        if writer.is_alive():
            raise DeadlineError
        if failed:
            raise ClosedError

    def close(self) -> None:
        os.close(self._sink)
        if not self._reader.is_alive():  # closing under a blocked read is undefined; the descriptor goes with it
            os.close(self._source)


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
