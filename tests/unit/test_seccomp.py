"""The filter of system calls: against a table, for both architectures, and against the kernel itself."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import re
import signal
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgrade.sandbox.isolation import kernel, seccomp

MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
ALLOWED, KILLED, REFUSED, MISSING = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026

# What a hostile file would like to call. Written from the kernel's list, by what each call does, not from the filter.
DANGEROUS = [
    "execve",
    "execveat",
    "fork",
    "vfork",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "process_madvise",
    "process_mrelease",
    "kcmp",
    "kill",
    "tkill",
    "tgkill",
    "rt_sigqueueinfo",
    "rt_tgsigqueueinfo",
    "pidfd_open",
    "pidfd_getfd",
    "pidfd_send_signal",
    "socket",
    "socketpair",
    "connect",
    "accept",
    "accept4",
    "bind",
    "listen",
    "sendto",
    "recvfrom",
    "sendmsg",
    "recvmsg",
    "sendmmsg",
    "recvmmsg",
    "shutdown",
    "getsockopt",
    "setsockopt",
    "getsockname",
    "getpeername",
    "chmod",
    "fchmod",
    "fchmodat",
    "fchmodat2",
    "chown",
    "lchown",
    "fchown",
    "fchownat",
    "utime",
    "utimes",
    "utimensat",
    "futimesat",
    "setxattr",
    "lsetxattr",
    "fsetxattr",
    "removexattr",
    "lremovexattr",
    "fremovexattr",
    "setxattrat",
    "removexattrat",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "mknod",
    "mknodat",
    "creat",
    "truncate",
    "chdir",
    "fchdir",
    "chroot",
    "pivot_root",
    "mount",
    "umount2",
    "move_mount",
    "open_tree",
    "open_tree_attr",
    "fsopen",
    "fsconfig",
    "fsmount",
    "fspick",
    "mount_setattr",
    "swapon",
    "swapoff",
    "unshare",
    "setns",
    "setuid",
    "setgid",
    "setreuid",
    "setregid",
    "setresuid",
    "setresgid",
    "setgroups",
    "setfsuid",
    "setfsgid",
    "capset",
    "setsid",
    "setpgid",
    "setrlimit",
    "setpriority",
    "sched_setaffinity",
    "sched_setscheduler",
    "sched_setparam",
    "sched_setattr",
    "ioprio_set",
    "shmget",
    "shmat",
    "shmctl",
    "semget",
    "semop",
    "semctl",
    "msgget",
    "msgsnd",
    "msgrcv",
    "mq_open",
    "mq_unlink",
    "memfd_create",
    "memfd_secret",
    "userfaultfd",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "bpf",
    "perf_event_open",
    "add_key",
    "request_key",
    "keyctl",
    "seccomp",
    "personality",
    "reboot",
    "kexec_load",
    "kexec_file_load",
    "init_module",
    "finit_module",
    "delete_module",
    "iopl",
    "ioperm",
    "acct",
    "quotactl",
    "syslog",
    "sethostname",
    "setdomainname",
    "settimeofday",
    "clock_settime",
    "adjtimex",
    "clock_adjtime",
    "name_to_handle_at",
    "open_by_handle_at",
    "fanotify_init",
    "inotify_init",
    "inotify_init1",
    "lookup_dcookie",
    "vmsplice",
    "splice",
    "tee",
    "mlock",
    "mlockall",
    "mlock2",
    "mbind",
    "set_mempolicy",
    "move_pages",
    "migrate_pages",
    "remap_file_pages",
    "timer_create",
    "timerfd_create",
    "signalfd",
    "signalfd4",
    "landlock_create_ruleset",
    "modify_ldt",
    "vhangup",
    "uselib",
]
# What a program cannot do without. Written from traces of Python and numpy at work.
NEEDED = [
    "read",
    "write",
    "close",
    "fstat",
    "lseek",
    "mmap",
    "mprotect",
    "munmap",
    "brk",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "pread64",
    "readv",
    "writev",
    "madvise",
    "dup",
    "getpid",
    "exit",
    "exit_group",
    "futex",
    "sched_yield",
    "sched_getaffinity",
    "clock_gettime",
    "getrandom",
    "getdents64",
    "getcwd",
    "readlinkat",
    "newfstatat",
    "faccessat",
    "mkdirat",
    "unlinkat",
    "renameat",
    "set_robust_list",
    "mremap",
    "ppoll",
    "nanosleep",
    "clock_nanosleep",
]


OPERATIONS = {
    0x15: lambda value, constant: value == constant,  # jump if equal
    0x25: lambda value, constant: value > constant,  # jump if greater
    0x35: lambda value, constant: value >= constant,  # jump if greater or equal
    0x45: lambda value, constant: bool(value & constant),  # jump if any bit
}


def decide(program: bytes, number: int, architecture: int, arguments: tuple[int, ...] = ()) -> int:
    """Run a filter on one system call and return its answer. Written from the kernel's text, not from our writer.

    A jump out of the program, or a word beside the data, fails.
    """
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<iIQ6Q", number, architecture, 0, *padded)
    steps = [struct.unpack_from("=HBBI", program, at) for at in range(0, len(program), 8)]
    at = value = 0
    while True:
        code, if_true, if_false, constant = steps[at]
        at += 1
        if code == 0x20:
            [value] = struct.unpack_from("<I", data, constant)
        elif code == 0x54:
            value &= constant
        elif code == 0x06:
            return constant
        elif code == 0x05:
            at += constant
        else:
            at += if_true if OPERATIONS[code](value, constant) else if_false


@pytest.fixture(scope="module", params=MACHINES)
def machine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def ask(machine: str, name: str, *arguments: int) -> int:
    number = kernel.numbers(machine)[name]
    return int(decide(seccomp.program(machine), number, MACHINES[machine], arguments))


def test_what_is_dangerous_is_refused(machine: str) -> None:
    """Every call by which code leaves its process, its files or its rights is answered with EPERM."""
    known = kernel.numbers(machine)
    answers = {name: ask(machine, name) for name in DANGEROUS if name in known}
    assert len(answers) > 130
    assert {name for name, answer in answers.items() if answer != REFUSED} == set()


def test_what_is_needed_is_allowed(machine: str) -> None:
    """Computing, threads, imports and files need calls that pass."""
    assert {name for name in NEEDED if ask(machine, name) != ALLOWED} == set()


def test_every_call_of_the_table_has_one_answer(machine: str) -> None:
    """Each known number is allowed, refused, or does not exist; nothing is left to chance."""
    answers = {name: ask(machine, name) for name in kernel.numbers(machine)}
    allowed = {name for name, answer in answers.items() if answer == ALLOWED}
    assert set(answers.values()) == {ALLOWED, REFUSED, MISSING}
    assert allowed - set(seccomp.CONDITIONS) == set(seccomp.ALLOWED) & set(answers)
    assert {name for name, answer in answers.items() if answer == MISSING} == {"clone3", "openat2"}


CLONE_THREAD_OF_GLIBC = 0x3D0F00
CONDITIONS = [
    ("clone", (CLONE_THREAD_OF_GLIBC,), ALLOWED),
    ("clone", (signal.SIGCHLD,), REFUSED),  # fork
    ("clone", (0x4111,), REFUSED),  # vfork
    ("clone", (0x10000000 | signal.SIGCHLD,), REFUSED),  # a user namespace
    ("openat", (0, 0, os.O_RDONLY), ALLOWED),
    ("openat", (0, 0, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), ALLOWED),  # Landlock says where
    ("openat", (0, 0, os.O_RDONLY | os.O_TRUNC), REFUSED),
    ("openat", (0, 0, os.O_RDONLY | os.O_TRUNC | os.O_CLOEXEC), REFUSED),
    ("prctl", (15,), ALLOWED),  # the name of a thread
    ("prctl", (4,), REFUSED),  # whether one may be traced
    ("prctl", (22,), REFUSED),  # another filter
    ("prctl", (1,), REFUSED),  # to outlive one's parent
    ("prlimit64", (0, 7, 0, 1), ALLOWED),
    ("prlimit64", (0, 7, 1 << 40, 0), REFUSED),  # a pointer whose lower half is zero
    ("prlimit64", (0, 7, 1, 0), REFUSED),
    ("prlimit64", (1, 7, 0, 1), REFUSED),  # another process
    ("fcntl", (0, 3), ALLOWED),
    ("fcntl", (0, 8), REFUSED),  # F_SETOWN: signals to others
    ("fcntl", (0, 1031), REFUSED),  # F_SETPIPE_SZ: memory of the kernel
    ("ioctl", (0, 0x5401), ALLOWED),  # is it a terminal?
    ("ioctl", (0, 0x5412), REFUSED),  # TIOCSTI: type into somebody's terminal
]


@pytest.mark.parametrize(("name", "arguments", "answer"), CONDITIONS)
def test_arguments_are_looked_at(machine: str, name: str, arguments: tuple[int, ...], answer: int) -> None:
    """Calls that are harmless in one form and not in another are told apart by their arguments."""
    assert ask(machine, name, *arguments) == answer


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_no_flags_make_a_process(flags: int, stack: int) -> None:
    """Whatever the flags, clone passes only if what it makes is a thread."""
    for machine in MACHINES:
        assert (ask(machine, "clone", flags, stack) == ALLOWED) == bool(flags & 0x10000)


@given(st.integers(0, 2**31 - 1), st.integers(0, 2**32 - 1))
def test_foreign_numbers_end_the_process(number: int, architecture: int) -> None:
    """A call by another architecture's table, or by x32's, ends the process: its number means another call."""
    for machine, own in MACHINES.items():
        program = seccomp.program(machine)
        if architecture != own:
            assert decide(program, number, architecture) == KILLED
    assert decide(seccomp.program("x86_64"), number | 0x40000000, MACHINES["x86_64"]) == KILLED


@given(st.integers(480, 2**29))
def test_newer_calls_do_not_exist(number: int) -> None:
    """What a later kernel brings is answered ENOSYS, so that a later C library falls back."""
    for machine, architecture in MACHINES.items():
        assert decide(seccomp.program(machine), number, architecture) == MISSING


def test_the_program_is_one_that_the_kernel_takes(machine: str) -> None:
    """Fewer than 4096 instructions, each jump inside, and the end is an answer."""
    program = seccomp.program(machine)
    assert len(program) % 8 == 0
    assert len(program) // 8 < 4096
    assert int.from_bytes(program[-8:-6], "little") == 0x06


HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/aarch64-linux-gnu/asm/unistd.h"),
}


def test_the_table_is_the_kernels() -> None:
    """Names and numbers are those of this machine's headers, where it has them."""
    header = HEADERS[platform.machine()]
    if not header.exists():
        pytest.skip("no kernel headers here")
    found = {name: int(number) for name, number in re.findall(r"__NR_(\w+)\s+(\d+)", header.read_text())}
    table = kernel.numbers()
    assert found, header
    assert {name: table.get(name) for name in found} == found


def test_the_table_of_the_other_architecture() -> None:
    """Numbers that every architecture shares since Linux 5.1 are equal in both columns."""
    one, other = (kernel.numbers(machine) for machine in MACHINES)
    shared = {name for name, number in one.items() if number >= 424 and name in other}
    assert len(shared) > 40
    assert {name for name in shared if one[name] != other[name]} == set()


@pytest.mark.skipif(not seccomp.available(), reason="no seccomp here")
def test_the_kernel_agrees() -> None:
    """The kernel itself refuses every dangerous call behind the filter, and gives ENOSYS for a new process by clone3."""
    wanted = [kernel.numbers()[name] for name in (*DANGEROUS, "clone3") if name in kernel.numbers()]
    plan, (ours, theirs) = seccomp.Filter(), os.pipe()
    libc = kernel.libc()
    pid = os.fork()
    if pid == 0:
        try:
            plan.apply()
            for number in wanted:
                ctypes.set_errno(0)
                result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(-1)] * 6)
                os.write(theirs, b"%d %d %d\n" % (number, result, ctypes.get_errno()))
        finally:
            os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as answers:
        rows = [tuple(map(int, row.split())) for row in answers]
    os.waitpid(pid, 0)
    missing = kernel.numbers()["clone3"]
    assert len(rows) == len(wanted)
    assert {row for row in rows if row[1:] != (-1, errno.ENOSYS if row[0] == missing else errno.EPERM)} == set()
