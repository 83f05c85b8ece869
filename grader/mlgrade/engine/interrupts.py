"""Ctrl-C, where it must not come at any moment: once, between two results, and never to our processes."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def once() -> Iterator[None]:
    """Hear the first Ctrl-C only: whoever presses it again while we stop would stop the stopping."""

    def stop(*_: Any) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    with _handled(stop):
        yield


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Let a Ctrl-C wait until the block is over, so that what is in it is done whole."""
    came: list[int] = []
    try:
        with _handled(lambda number, _: came.append(number)):
            yield
    finally:
        for number in came[:1]:
            signal.raise_signal(number)


@contextlib.contextmanager
def unheard() -> Iterator[None]:
    """Start processes that a terminal's Ctrl-C does not reach; those of Windows are told by `_serve` alone."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _handled(handler: Any) -> Iterator[None]:
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN  # after the first, and for what runs behind a shell
    if ignored or threading.current_thread() is not threading.main_thread():  # the only one that hears signals
        yield
        return
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
