"""Ctrl-C comes once, between two results, and not to the processes that we start."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest

from mlgrade.engine import interrupts


def ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


def test_only_the_first_is_heard() -> None:
    """What is done about it is not cut short by the next one; afterwards all is as before."""
    before = signal.getsignal(signal.SIGINT)
    stopped = False
    with interrupts.once():
        with pytest.raises(KeyboardInterrupt):
            ctrl_c()
        ctrl_c()
        with interrupts.held():
            ctrl_c()
        stopped = True
    assert stopped
    assert signal.getsignal(signal.SIGINT) is before


def test_it_waits_until_a_block_is_over() -> None:
    """What is in the block is done whole, and then it comes."""
    done = []

    def keep() -> None:
        with interrupts.held():
            ctrl_c()
            ctrl_c()
            done.append("whole")

    with pytest.raises(KeyboardInterrupt):
        keep()
    assert done == ["whole"]


def test_a_fault_in_the_block_does_not_hide_it() -> None:
    """Both are known to whoever looks: the Ctrl-C, and what it came upon."""

    def fail() -> None:
        with interrupts.held():
            ctrl_c()
            raise ValueError("a fault")

    with pytest.raises(KeyboardInterrupt) as stopped:
        fail()
    assert isinstance(stopped.value.__context__, ValueError)


def test_other_threads_hear_nothing_anyway() -> None:
    """Grading in a thread of a larger program leaves that program's handling of Ctrl-C alone."""
    faults: list[BaseException] = []

    def run() -> None:
        try:
            with interrupts.once(), interrupts.held():
                pass
        except BaseException as fault:
            faults.append(fault)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert faults == []


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="this system has no signal masks")
def test_a_process_that_is_started_unheard_lives_on() -> None:
    """From its first moment, before a line of its own could have said so; the next one is as ever."""
    code = "import os, signal; os.kill(os.getpid(), signal.SIGINT); print('alive')"
    with interrupts.unheard():
        deaf = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert deaf.stdout == "alive\n"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert other.returncode == -signal.SIGINT
