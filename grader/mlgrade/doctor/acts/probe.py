"""Try forbidden acts in a worker. This file is sent to a worker as a submission is, and imports nothing of mlgrade.

`attempt` makes one act and returns its verdict with a detail. An act that the system refuses raises OSError or
MemoryError; an act that returns was possible. A refusal counts whoever refuses: the filter, Landlock, a limit, or the
kernel's own rules.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

POSSIBLE, REFUSED, UNTRIED = "possible", "refused", "not tried"
CHILD_STATUS = 77  # how a program ends that a worker was able to start
WATCH_SECONDS = 0.5  # within which whoever watches a scratch folder must have noticed


class UntriedError(Exception):
    """The act has no meaning here."""


def attempt(function: str, arguments: Sequence[Any]) -> list[str]:
    """Make one act; return its verdict and what it gave or why it failed."""
    try:
        return [POSSIBLE, str(ACTS[function](*arguments))[:200]]
    except OSError as error:
        return [REFUSED, errno.errorcode.get(error.errno or 0, type(error).__name__)]
    except MemoryError:
        return [REFUSED, "MemoryError"]
    except UntriedError as error:
        return [UNTRIED, str(error)]


def about() -> list[Any]:
    """Return what the trusted side needs to name this worker: its process, its parent, its scratch folder."""
    return [os.getpid(), os.getppid(), os.getcwd()]  # noqa: PTH109


def keep(name: str) -> bool:
    """Leave a file for another worker to look for."""
    Path(name).write_text("kept")
    return True


# -- system calls -----------------------------------------------------------------------------------------------


def _libc() -> Any:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc


def system_call(number: int, *arguments: int) -> str:
    """Make a system call by number. Any answer of the call itself, an error too, means that it was let through."""
    ctypes.set_errno(0)
    result = _libc().syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments))
    code = ctypes.get_errno()
    if result == -1 and code in (errno.EPERM, errno.ENOSYS):
        raise OSError(code, "refused")
    return f"answered {errno.errorcode.get(code, code)}" if result == -1 else f"returned {result}"


def unknown_calls(numbers: Sequence[int]) -> str:
    """Make the system calls that no table names."""
    answers = {}
    for number in numbers:
        try:
            answers[number] = system_call(number, *[-1] * 6)
        except OSError:
            continue
    return _any(answers)


def forking_call(number: int, *arguments: int) -> str:
    """Make a call that returns twice."""
    pid = _libc().syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments))
    if pid == 0:
        os._exit(0)
    if pid < 0:
        raise OSError(ctypes.get_errno(), "refused")
    os.waitpid(pid, 0)
    return f"process {pid}"


def program_by_vfork() -> str:
    """Start a program as the standard library does, by vfork or fork. A process was made even if it then failed."""
    try:
        started = subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.DEVNULL)
    except OSError as error:
        if error.filename is None:  # no process was made
            raise
        return "a process was made, which could not execute a program"
    return f"ended with {started.wait()}"


def entry_of_32_bits(code: str) -> str:
    """Make a system call by the 32 bit entry of the processor, which has numbers of its own."""
    memory = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    memory.write(bytes.fromhex(code))
    call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))
    result = call()
    if -result in (errno.EPERM, errno.ENOSYS):
        raise OSError(-result, "refused")
    return f"returned {result}"


# -- files ------------------------------------------------------------------------------------------------------


def _any(found: dict[Any, str]) -> str:
    """Return the first of what was possible. Raises OSError if nothing was."""
    if not found:
        raise PermissionError(errno.EPERM, "refused")
    (first, what), more = next(iter(found.items())), len(found) - 1
    return f"{first}: {what}" + (f", and {more} more" if more else "")


def _each(paths: Sequence[str], act: Callable[[str], str]) -> str:
    """Try an act on each path."""
    if not paths:
        raise UntriedError("there is none here")
    found: dict[str, str] = {}
    refusals = []
    for path in paths:
        try:
            found[path] = act(path)
        except OSError as error:
            refusals.append(error)
    if not found:
        raise refusals[0]
    return _any(found)


def reads(*paths: str) -> str:
    """Open files for reading, and read a byte of each."""

    def act(path: str) -> str:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            return f"{len(os.read(descriptor, 1))} byte read"
        except OSError as error:  # memory of a process has nothing at address 0, but it was opened
            return f"opened ({errno.errorcode.get(error.errno or 0)})"
        finally:
            os.close(descriptor)

    return _each(paths, act)


def lists(*folders: str) -> str:
    """List folders."""
    return _each(folders, lambda folder: f"{len(os.listdir(folder))} names")  # noqa: PTH208


def creates(*paths: str) -> str:
    """Create files, and remove them again."""

    def act(path: str) -> str:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        os.unlink(path)  # noqa: PTH108
        return "created"

    return _each(paths, act)


def writes(path: str) -> str:
    """Append to a file."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
    try:
        return f"{os.write(descriptor, b' ')} byte written"
    finally:
        os.close(descriptor)


def truncates(path: str) -> str:
    """Truncate a file by opening it for reading, which kernels before 6.2 allow in spite of Landlock."""
    os.close(os.open(path, os.O_RDONLY | os.O_TRUNC))
    return "truncated"


def changes(what: str, path: str) -> str:
    """Change a file's mode, owner, times or name."""
    if what == "mode":
        os.chmod(path, 0o666)  # noqa: PTH101, S103  (the mode that it has)
    elif what == "owner":
        os.chown(path, -1, -1)
    elif what == "times":
        os.utime(path)
    elif what == "name":
        os.rename(path, f"{path}-renamed")  # noqa: PTH104
        os.rename(f"{path}-renamed", path)  # noqa: PTH104
    elif what == "link":
        os.symlink(path, f"{path}-link")  # noqa: PTH211
        os.unlink(f"{path}-link")  # noqa: PTH108
    elif what == "folder":
        os.mkdir(f"{path}-folder")  # noqa: PTH102
        os.rmdir(f"{path}-folder")  # noqa: PTH106
    else:
        os.unlink(path)  # noqa: PTH108
    return "changed"


def executes(program: str) -> str:
    """Become another program, which ends with a status of its own."""
    os.execv(program, [program, "-c", f"exit {CHILD_STATUS}"])  # noqa: S606


def foreign_descriptors(pipes: int, folders: Sequence[str]) -> str:
    """Find descriptors that are neither this worker's own pipes nor folders that Python is imported from."""
    found = {}
    for number in range(3, 4096):
        try:
            status = os.fstat(number)
        except OSError:
            continue
        if stat.S_ISFIFO(status.st_mode) and pipes > 0:
            pipes -= 1
        elif f"{status.st_dev}:{status.st_ino}" not in folders:
            found[number] = f"mode {status.st_mode:o}"
    return _any(found)


# -- network ----------------------------------------------------------------------------------------------------


def _address(address: Any) -> Any:
    return tuple(address) if isinstance(address, list) else address


def connects(family: int, kind: int, address: Any) -> str:
    """Connect a socket."""
    with socket.socket(family, kind) as opened:
        opened.connect(_address(address))
        return "connected"


def sends(family: int, address: Any) -> str:
    """Send a datagram."""
    with socket.socket(family, socket.SOCK_DGRAM) as opened:
        return f"{opened.sendto(b'mlgrade doctor', _address(address))} bytes sent"


def opens_socket(family: int, kind: int, protocol: int = 0) -> str:
    """Open a socket of a kind."""
    with socket.socket(family, kind, protocol):
        return "opened"


def listens() -> str:
    """Wait for connections."""
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        opened.listen()
        return "listening"


def pairs() -> str:
    """Make two connected sockets."""
    for one in socket.socketpair():
        one.close()
    return "made"


# -- other processes --------------------------------------------------------------------------------------------


def signals(pid: int) -> str:
    """Send the null signal."""
    os.kill(pid, 0)
    return "sent"


def reads_memory(pid: int, address: int, size: int) -> str:
    """Read another process's memory by address."""
    local, buffer = (ctypes.c_size_t * 2)(), ctypes.create_string_buffer(size)
    remote = (ctypes.c_size_t * 2)(address, size)
    local[0], local[1] = ctypes.addressof(buffer), size
    libc = _libc()
    libc.process_vm_readv.restype = ctypes.c_ssize_t
    size = libc.process_vm_readv(pid, local, ctypes.c_ulong(1), remote, ctypes.c_ulong(1), ctypes.c_ulong(0))
    if size < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return f"{size} bytes read"


def traces(pid: int) -> str:
    """Trace another process, without stopping it."""
    if _libc().ptrace(ctypes.c_long(0x4206), ctypes.c_long(pid), None, None) != 0:  # PTRACE_SEIZE
        raise OSError(ctypes.get_errno(), "refused")
    return "traced"


def takes_descriptor(pidfd_open: int, pidfd_getfd: int, pid: int) -> str:
    """Take a descriptor of another process."""
    libc = _libc()
    opened = libc.syscall(ctypes.c_long(pidfd_open), ctypes.c_long(pid), ctypes.c_long(0))
    if opened < 0:
        raise OSError(ctypes.get_errno(), "refused")
    taken = libc.syscall(ctypes.c_long(pidfd_getfd), ctypes.c_long(opened), ctypes.c_long(0), ctypes.c_long(0))
    return f"a handle on the process{'' if taken < 0 else ' and one of its descriptors'}"


def sets_priority(pid: int) -> str:
    """Set another process's priority, to what it is."""
    os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, pid))
    return "set"


def sets_affinity(pid: int) -> str:
    """Set another process's processors, to what they are."""
    os.sched_setaffinity(pid, os.sched_getaffinity(pid))
    return "set"


def reads_limits(pid: int) -> str:
    """Ask for another process's limits."""
    import resource

    return str(resource.prlimit(pid, resource.RLIMIT_NOFILE))


def forks() -> str:
    """Start a process as Python does."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return f"process {pid}"


def holds_suites(grader: int, modules: Sequence[str]) -> str:
    """Look for the suites, and for what runs them, in this worker's own memory."""
    if os.getpid() == grader:
        return "it is the grader's own process"
    return _any({name: "loaded" for name in sys.modules if name.startswith(tuple(modules))})


# -- resources --------------------------------------------------------------------------------------------------


def maps_memory(size: int, pieces: int) -> str:
    """Allocate memory in pieces, all held at the same time."""
    held = [mmap.mmap(-1, size // pieces) for _ in range(pieces)]
    for one in held:
        one.close()
    return f"{size} bytes"


def holds_descriptors(most: int) -> str:
    """Hold more open files than the limit."""
    held: list[int] = []
    try:
        while len(held) <= most:
            held.append(os.open(os.devnull, os.O_RDONLY))
    finally:
        for descriptor in held:
            os.close(descriptor)
    return f"{len(held)} open files"


def grows_file(size: int) -> str:
    """Write beyond the limit of one file."""
    descriptor = os.open("large", os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.lseek(descriptor, size, os.SEEK_SET)
        os.write(descriptor, b"1")
    finally:
        os.close(descriptor)
        os.unlink("large")  # noqa: PTH108
    return f"a file of {size + 1} bytes"


def fills_scratch(file: int, total: int) -> str:
    """Write more files than the scratch folder may hold, and keep them for as long as it may take to notice."""
    data = b"\0" * (1 << 20)
    for number in range(total // file + 1):
        with Path(f"fill-{number}").open("wb") as opened:
            opened.writelines(data for _ in range(file >> 20))
    time.sleep(WATCH_SECONDS)
    return f"{total} bytes"


def hides_bytes(file: int, total: int) -> str:
    """Hold the same in files that have no name any more, which nobody finds by looking into the folder."""
    held = []
    try:
        for number in range(total // file):
            held.append(os.open(f"hidden-{number}", os.O_RDWR | os.O_CREAT, 0o600))
            os.unlink(f"hidden-{number}")  # noqa: PTH108
            for _ in range(file >> 20):
                os.write(held[-1], b"\0" * (1 << 20))
        time.sleep(WATCH_SECONDS)
    finally:
        for descriptor in held:
            os.close(descriptor)
    return f"{total} bytes"


def raises_limit(name: str) -> str:
    """Raise a limit that was lowered."""
    import resource

    what = getattr(resource, name)
    soft, hard = resource.getrlimit(what)
    if hard == resource.RLIM_INFINITY:
        raise UntriedError("it has no limit")
    try:
        resource.setrlimit(what, (soft, hard + 1))
    except ValueError as error:  # what Python makes of EPERM
        raise PermissionError(errno.EPERM, str(error)) from None
    return "set"


def dumps_core() -> str:
    """Ask whether a crash would leave a core file."""
    import resource

    if (most := resource.getrlimit(resource.RLIMIT_CORE)[1]) == 0:
        raise PermissionError(errno.EPERM, "the limit is 0")
    return f"up to {most} bytes"


def starts_threads(most: int) -> str:
    """Start more threads than the limit allows, with small stacks."""
    import resource

    limit = resource.getrlimit(resource.RLIMIT_NPROC)[0]
    if not 0 <= limit <= most:
        raise UntriedError("the processes of this user have no limit to speak of; memory bounds the threads")
    done = threading.Event()
    threading.stack_size(1 << 16)
    started: list[threading.Thread] = []
    try:
        for _ in range(limit + 1):
            started.append(threading.Thread(target=done.wait))
            started[-1].start()
    except RuntimeError as error:
        raise OSError(errno.EAGAIN, str(error)) from None
    finally:
        done.set()
        for one in started:
            if one.ident is not None:
                one.join()
    return f"{len(started)} threads"


ACTS: dict[str, Callable[..., str]] = {
    function.__name__: function
    for function in (
        system_call, unknown_calls, forking_call, program_by_vfork, entry_of_32_bits, reads, lists, creates, writes,
        truncates, changes, executes, foreign_descriptors, connects, sends, opens_socket, listens, pairs, signals,
        reads_memory, traces, takes_descriptor, sets_priority, sets_affinity, reads_limits, forks, holds_suites,
        maps_memory, holds_descriptors, grows_file, fills_scratch, hides_bytes, raises_limit, dumps_core,
        starts_threads,
    )
}  # fmt: skip
