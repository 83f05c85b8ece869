"""System calls that student code needs, and no others (Linux; any user; x86_64 and aarch64).

Theory of operation: a process may hand the kernel a small program that is run before each of its system calls and
says what becomes of it. Ours allows what Python and numpy need to compute, to import, to use threads and files that
are open to them, and answers everything else with EPERM, which a program meets as a PermissionError. It cannot be
taken off again. Some calls are looked at more closely:

- `clone` makes threads and no processes; `clone3`, whose arguments a filter cannot see, does not exist (ENOSYS), and
  the C library falls back on `clone`. What a kernel newer than our table brings does not exist either.
- `open` truncates nothing that it does not write to: kernels before 6.2 let a reader do that in spite of Landlock.
- `prlimit64` reads limits of its own and sets none; `fcntl` and `ioctl` do the few things that files need.

What this layer alone stops: processes of one's own, signals to others, sockets of every kind, reading the memory of
another process, memory outside its limit (memfd, System V), other people's file modes, new programs, new namespaces.
What it cannot see are names and contents behind a pointer: which files may be opened is Landlock's part.

A call from another architecture's table (32 bit, x32) ends the process, because numbers mean other calls there.

Sources: the kernel's documentation of seccomp filters (userspace-api/seccomp_filter); seccomp(2); clone(2).
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from mlgrade.sandbox.isolation import kernel

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # AUDIT_ARCH_*
X32 = 0x4000_0000
PR_SET_SECCOMP, MODE_FILTER = 22, 2
ALLOW, KILL, ERRNO, NOTIFY = 0x7FFF_0000, 0x8000_0000, 0x0005_0000, 0x7FC0_0000
EPERM, ENOSYS = ERRNO | errno.EPERM, ERRNO | errno.ENOSYS
LOAD, AND, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06  # classic BPF, 32 bit words
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
WORD = 0xFFFF_FFFF

MEMORY = "brk madvise membarrier mmap mprotect mremap munmap"
THREADS = """
    exit exit_group futex futex_requeue futex_wait futex_waitv futex_wake get_robust_list rseq sched_get_priority_max
    sched_get_priority_min sched_getaffinity sched_getparam sched_getscheduler sched_yield set_robust_list
    set_tid_address arch_prctl getcpu wait4 waitid
"""
SIGNALS = """
    pause restart_syscall rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn rt_sigsuspend rt_sigtimedwait
    sigaltstack
"""
TIME = "clock_getres clock_gettime clock_nanosleep getitimer gettimeofday nanosleep time times"
DESCRIPTORS = """
    close close_range copy_file_range dup dup2 dup3 epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2
    epoll_wait eventfd eventfd2 fadvise64 fdatasync flock fstat fstatfs fsync ftruncate getdents getdents64 lseek pipe
    pipe2 poll ppoll pread64 preadv preadv2 pselect6 pwrite64 pwritev pwritev2 read readahead readv select sendfile
    write writev
"""
NAMES_OF_FILES = """
    access faccessat faccessat2 getcwd lstat mkdir mkdirat newfstatat readlink readlinkat rename renameat renameat2
    rmdir stat statfs statx unlink unlinkat umask
"""
SELF = """
    getegid geteuid getgid getgroups getpgid getpgrp getpid getppid getpriority getrandom getresgid getresuid getrlimit
    getrusage getsid gettid getuid sysinfo uname
"""
ALLOWED = [
    name for group in (MEMORY, THREADS, SIGNALS, TIME, DESCRIPTORS, NAMES_OF_FILES, SELF) for name in group.split()
]
MISSING = ("clone3", "openat2")  # answered as an older kernel would, so that the C library takes the older call

CLONE_THREAD = 0x0001_0000
O_ACCMODE, O_TRUNC = 0o3, 0o1000  # the same on both architectures
FILE_CONTROLS = (0, 1, 2, 3, 4, 1030)  # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC
DEVICE_CONTROLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIO(N)CLEX
THREAD_NAMES = (15, 16)  # PR_SET_NAME, PR_GET_NAME


class Test(NamedTuple):
    """Whether one 32 bit word of an argument, under a mask, is (or is not) one of some values."""

    argument: int
    values: tuple[int, ...]
    mask: int = WORD
    wanted: bool = True
    high: bool = False  # the upper half of the argument


CONDITIONS: dict[str, tuple[Test, ...]] = {
    "clone": (Test(0, (CLONE_THREAD,), mask=CLONE_THREAD),),
    "fcntl": (Test(1, FILE_CONTROLS),),
    "ioctl": (Test(1, DEVICE_CONTROLS),),
    "open": (Test(1, (O_TRUNC,), mask=O_TRUNC | O_ACCMODE, wanted=False),),
    "openat": (Test(2, (O_TRUNC,), mask=O_TRUNC | O_ACCMODE, wanted=False),),
    "prctl": (Test(0, THREAD_NAMES),),
    "prlimit64": (Test(0, (0,)), Test(2, (0,)), Test(2, (0,), high=True)),
}


def available() -> bool:
    """Return whether this machine has the filter."""
    if platform.system() != "Linux" or platform.machine() not in ARCHITECTURES:
        return False
    return "\nSeccomp:" in Path("/proc/self/status").read_text()


class Filter:
    """The program, made once in the fork server."""

    kept: tuple[int, ...] = ()  # descriptors that it needs when it is applied

    def __init__(self, refusal: int = EPERM, extra: Iterable[str] = ()) -> None:
        code = program(platform.machine(), refusal, extra)
        self._code = ctypes.create_string_buffer(code, len(code))  # the kernel reads it where it lies
        self.header = struct.pack("@HP", len(code) // 8, ctypes.addressof(self._code))  # struct sock_fprog

    def apply(self) -> None:
        """Hand it to the kernel, for this process and for good."""
        kernel.no_new_privileges()
        if kernel.libc().prctl(PR_SET_SECCOMP, ctypes.c_ulong(MODE_FILTER), self.header, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_SECCOMP)")


def program(machine: str, refusal: int = EPERM, extra: Iterable[str] = ()) -> bytes:
    """Return the filter of an architecture as the kernel reads it."""
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in _program(machine, refusal, extra))


Instruction = tuple[int, int, int, int]  # code, steps to skip if true, steps to skip if false, constant


def _program(machine: str, refusal: int, extra: Iterable[str]) -> Iterator[Instruction]:
    known = kernel.numbers(machine)
    yield LOAD, 0, 0, ARCHITECTURE
    yield EQUAL, 1, 0, ARCHITECTURES[machine]
    yield RETURN, 0, 0, KILL
    yield LOAD, 0, 0, NUMBER
    if machine == "x86_64":
        yield ANY_BIT, 0, 1, X32
        yield RETURN, 0, 0, KILL
    for name in (*ALLOWED, *extra):
        yield from _answer(known.get(name), ALLOW)
    for name, tests in CONDITIONS.items():
        yield from _conditional(known.get(name), tests, refusal)
    for name in MISSING:
        yield from _answer(known.get(name), ENOSYS)
    yield AT_LEAST, 0, 1, max(known.values()) + 1
    yield RETURN, 0, 0, ENOSYS
    yield RETURN, 0, 0, refusal


def _answer(number: int | None, action: int) -> Iterator[Instruction]:
    if number is not None:  # aarch64 has no `open`, `fork` or `poll`, only what replaced them
        yield EQUAL, 0, 1, number
        yield RETURN, 0, 0, action


def _conditional(number: int | None, tests: tuple[Test, ...], refusal: int) -> Iterator[Instruction]:
    if number is None:
        return
    body = [step for test in tests for step in _test(test, refusal)]
    body.append((RETURN, 0, 0, ALLOW))
    yield EQUAL, 0, len(body), number
    yield from body


def _test(test: Test, refusal: int) -> Iterator[Instruction]:
    """Go on behind this test if it holds; else refuse."""
    yield LOAD, 0, 0, ARGUMENTS + 8 * test.argument + (4 if test.high else 0)  # both architectures: little end first
    yield AND, 0, 0, test.mask
    for left, value in zip(reversed(range(len(test.values))), test.values, strict=True):  # comparisons still to come
        yield (EQUAL, left + 1, 0, value) if test.wanted else (EQUAL, left, 0 if left else 1, value)
    yield RETURN, 0, 0, refusal
