"""What the harness sees of the machine: processes, memory, shared memory, and whatever arrives at its own sockets."""

from __future__ import annotations

import contextlib
import ctypes
import os
import selectors
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from world import entries

PR_SET_CHILD_SUBREAPER = 36
NEWNS, NEWIPC = 0x0002_0000, 0x0800_0000
PRIVATE = 1 << 18  # MS_PRIVATE
RECURSIVE = 1 << 14  # MS_REC
SHM = Path("/dev/shm")
TABLES = [Path("/proc/sysvipc") / kind for kind in ("shm", "sem", "msg")]
GRACE = 2.0  # seconds for what is being killed to be gone
MISSES = 5  # looks without a find: a process that keeps forking is between two lives now and then
OURS = "mlgrade-"  # what names begin with that we look at where shared memory is everybody's


APART = False
T = TypeVar("T")


def adopt() -> None:
    """Become the parent of every process that is left behind below us."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def stand_apart(shm_size: str) -> None:
    """Take shared memory of our own, so that what is found in it was left by what we ran. Only root may."""
    global APART
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(NEWNS | NEWIPC) != 0:
        return
    libc.mount(b"none", b"/", None, ctypes.c_ulong(RECURSIVE | PRIVATE), None)
    if libc.mount(b"tmpfs", str(SHM).encode(), b"tmpfs", ctypes.c_ulong(0), f"mode=1777,size={shm_size}".encode()):
        raise OSError(ctypes.get_errno(), "a tmpfs of our own on /dev/shm")
    APART = True


# -- processes ------------------------------------------------------------------------------------------------


def descendants(pid: int) -> set[int]:
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        for task in _names(Path(f"/proc/{waiting.pop()}/task")):
            with contextlib.suppress(OSError):
                inner = set(map(int, (task / "children").read_text().split())) - found
                found |= inner
                waiting += inner
    return found


def running(pids: set[int]) -> set[int]:
    """Those that are alive: a zombie holds nothing and waits only to be counted."""
    return {pid for pid in pids if _status(pid).get("State", "Z")[0] not in "ZX"}


def _status(pid: int) -> dict[str, str]:
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return {}


def _names(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def memory(pid: int) -> int:
    """Bytes that a process, all below it and the shared memory hold."""
    used = sum(int(_status(one).get("VmRSS", "0 kB").split()[0]) * 1024 for one in {pid, *descendants(pid)})
    return used + shared_memory()


def shared_memory() -> int:
    """Bytes that files in shared memory hold, also those that have no name any more."""
    shm = os.statvfs(SHM)
    return (shm.f_blocks - shm.f_bfree) * shm.f_frsize


def settle(look: Callable[[], set[T]]) -> set[T]:
    """What is still there after it had time to go. Gone is what was not there several times in a row."""
    deadline, missed = time.monotonic() + GRACE, 0
    while missed < MISSES:
        reap()
        left = look()
        if left and time.monotonic() > deadline:
            return left
        missed = 0 if left else missed + 1
        time.sleep(0.01)
    return set()


def reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def kill(pids: set[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    settle(lambda: running(pids))
    reap()


# -- what stays in shared memory ------------------------------------------------------------------------------


def kept() -> set[str]:
    """Names in shared memory and keys of System V objects, of all that we can see."""
    found = {name for name in entries(SHM) if APART or name.startswith(f"{SHM}/{OURS}")}
    for table in TABLES:
        with contextlib.suppress(OSError):
            rows = table.read_text().splitlines()[1:]
            found |= {f"{table.name} {row.split()[1]}" for row in rows}
    return found | _queues()


def _queues() -> set[str]:
    """The one POSIX message queue that the corpus makes: they have no list without a mount of its own."""
    libc = ctypes.CDLL(None)
    name = b"/mlgrade-hostile"
    return {"mqueue"} if libc.mq_unlink(name) == 0 else set()


def tidy(found: set[str]) -> None:
    """Remove what an attack left, so that the next one starts clean."""
    libc = ctypes.CDLL(None)
    for name in found:
        kind, _, number = name.partition(" ")
        if name.startswith(f"{SHM}/{'' if APART else 'mlgrade-hostile'}"):
            subprocess.run(["rm", "-rf", "--", name], check=False)
        elif kind == "shm":
            libc.shmctl(int(number), 0, None)
        elif kind == "msg":
            libc.msgctl(int(number), 0, None)
        elif kind == "sem":
            libc.semctl(int(number), 0, 0)


# -- what arrives ---------------------------------------------------------------------------------------------


class Listener:
    """Sockets of every kind that an attacker could send to. Whatever arrives has left the machine."""

    def __init__(self, path: Path) -> None:
        self.heard = b""
        self._selector = selectors.DefaultSelector()
        tcp, udp = socket.socket(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        tcp.bind(("127.0.0.1", 0))
        self.port = tcp.getsockname()[1]
        udp.bind(("127.0.0.1", self.port))
        named, abstract = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        named.bind(str(path))
        path.chmod(0o777)
        abstract.bind(f"\0{path}")
        self._sockets = [tcp, udp, named, abstract]
        for one in (tcp, named, abstract):
            one.listen(16)
        for one in self._sockets:
            self._selector.register(one, selectors.EVENT_READ)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while not self._over.is_set():
            for key, _ in self._selector.select(0.05):
                self._take(key.fileobj)

    def _take(self, one: object) -> None:
        assert isinstance(one, socket.socket)
        if one.type == socket.SOCK_DGRAM or one not in self._sockets:
            data = one.recv(1 << 16)
            self.heard += data[: 1 << 20]
            if not data:
                self._selector.unregister(one)
                one.close()
            return
        self.heard += b"connected "
        self._selector.register(one.accept()[0], selectors.EVENT_READ)

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.close()
        self._selector.close()
