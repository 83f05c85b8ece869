"""Which system calls a submission must be refused, by name, and how each is made without harm where it is not.

The list of harmless calls is written here once more, independently of the filter's own allow-list: a filter that
allows one call too many must not also shorten the list of what is tried. A test compares the two.

Every other call of the table is made, with -1 for each argument unless `ARGUMENTS` says otherwise. That is no open
descriptor, no mapped address and no valid flag, so a call that is let through does nothing and answers EBADF, EFAULT
or EINVAL, where the filter answers EPERM or ENOSYS. Some calls the kernel itself refuses with EPERM to whoever lacks a
capability, before it looks at any argument; those are refused either way.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator

_HARMLESS = """
    access arch_prctl brk clock_getres clock_gettime clock_nanosleep close close_range copy_file_range dup dup2 dup3
    epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 exit exit_group
    faccessat faccessat2 fadvise64 fdatasync flock fstat fstatfs fsync ftruncate futex futex_requeue futex_wait
    futex_waitv futex_wake get_robust_list getcpu getcwd getdents getdents64 getegid geteuid getgid getgroups
    getitimer getpgid getpgrp getpid getppid getpriority getrandom getresgid getresuid getrlimit getrusage getsid
    gettid gettimeofday getuid lseek lstat madvise membarrier mkdir mkdirat mmap mprotect mremap munmap nanosleep
    newfstatat pause pipe pipe2 poll ppoll pread64 preadv preadv2 pselect6 pwrite64 pwritev pwritev2 read readahead
    readlink readlinkat readv rename renameat renameat2 restart_syscall rmdir rseq rt_sigaction rt_sigpending
    rt_sigprocmask rt_sigreturn rt_sigsuspend rt_sigtimedwait sched_get_priority_max sched_get_priority_min
    sched_getaffinity sched_getparam sched_getscheduler sched_yield select sendfile set_robust_list set_tid_address
    sigaltstack stat statfs statx sysinfo time times umask uname unlink unlinkat wait4 waitid write writev
"""
HARMLESS = frozenset(_HARMLESS.split())

# Calls that are allowed with some arguments, and arguments with which they must be refused.
O_TRUNC, SIGCHLD = 0o1000, 17
CONDITIONAL: dict[str, dict[str, tuple[int, ...]]] = {
    "fcntl": {
        "F_SETOWN": (-1, 8, 0),
        "F_SETSIG": (-1, 10, 0),
        "F_SETLEASE": (-1, 1024, 0),
        "F_NOTIFY": (-1, 1026, 0),
        "F_SETPIPE_SZ": (-1, 1031, 0),
        "F_ADD_SEALS": (-1, 1033, 0),
    },
    "ioctl": {
        "TIOCSTI": (-1, 0x5412, 0),
        "TIOCSCTTY": (-1, 0x540E, 0),
        "TIOCLINUX": (-1, 0x541C, 0),
        "FS_IOC_SETFLAGS": (-1, 0x4008_6602, 0),
    },
    "open": {"O_TRUNC to read": (-1, O_TRUNC)},
    "openat": {"O_TRUNC to read": (-1, -1, O_TRUNC)},
    "prctl": {
        "PR_SET_PDEATHSIG": (1, -1),
        "PR_GET_DUMPABLE": (3,),
        "PR_SET_SECCOMP": (22, -1),
        "PR_CAPBSET_READ": (23, 0),
        "PR_GET_NO_NEW_PRIVS": (39,),
        "PR_SET_PTRACER": (0x5961_6D61, -2),
    },
    "prlimit64": {"to set": (0, 7, -1, 0), "of another process": (1, 7, 0, -1)},
}
FORKING = {"clone": (SIGCHLD, 0, 0, 0, 0), "fork": ()}  # each with a child that ends at once

# Arguments for calls that -1 would not do for, with the reason.
KEY = 0x6D6C_6772  # of System V objects that nobody has
ARGUMENTS: dict[str, tuple[int, ...]] = {
    "alarm": (0,),  # -1 would set one
    "kill": (0, -1),  # the own group, and no signal; to -1 the kernel would go through every process
    "modify_ldt": (0, 0, 0),  # answers ENOSYS to what it does not know; this reads nothing
    "msgget": (KEY, 0),  # -1 would make a queue
    "semget": (KEY, 0, 0),
    "shmget": (KEY, 0, 0),
    "personality": (0xFFFF_FFFF,),  # asks
    "setsid": (),  # a session's leader is refused it by the kernel too
    "vhangup": (),  # a worker has no terminal
    "sync": (),
    "prlimit64": (0, 7, -1, 0),
}
# Calls that are not made by number, with the reason.
ELSEWHERE = {
    "vfork": "its child would return on the stack of its parent; a program is started by the standard library instead",
}
# Calls that the kernel answers before any filter is asked, and only to its own code in front of a traced function: to
# any other caller they do nothing. By number, because the table may be older than the second.
UNFILTERED = {"x86_64": {335: "uretprobe", 336: "uprobe"}}
ENTRY_32 = bytes.fromhex("b814000000cd80c3")  # mov eax, 20 (getpid); int 0x80; ret
X32 = 0x4000_0000
BEYOND = 64  # numbers behind the last one of the table: what a newer kernel brings

MEANINGS = {
    "start processes or programs": "clone clone3 execve execveat fork vfork uselib",
    "talk to the network or to other programs": """
        accept accept4 bind connect getpeername getsockname getsockopt listen recvfrom recvmmsg recvmsg sendmmsg sendmsg
        sendto setsockopt shutdown socket socketpair mq_open mq_unlink mq_timedsend mq_timedreceive
    """,
    "read or change other processes": """
        kcmp pidfd_getfd pidfd_open process_madvise process_mrelease process_vm_readv process_vm_writev ptrace
        perf_event_open
    """,
    "end or disturb other processes": """
        kill pidfd_send_signal rt_sigqueueinfo rt_tgsigqueueinfo tgkill tkill setpriority sched_setaffinity
        sched_setattr sched_setparam sched_setscheduler ioprio_set migrate_pages move_pages setpgid setsid
    """,
    "change the modes, owners, times or attributes of files": """
        chmod chown fchmod fchmodat fchmodat2 fchown fchownat lchown futimesat utime utimensat utimes setxattr lsetxattr
        fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat file_setattr
    """,
    "hold memory outside of its limit": """
        memfd_create memfd_secret shmat shmctl shmget msgget msgsnd semget io_uring_setup userfaultfd mlock mlock2
        mlockall vmsplice io_setup bpf add_key
    """,
    "change users, rights or what holds the worker in": """
        capset setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid seccomp unshare setns
        chroot pivot_root mount umount2 prlimit64 setrlimit personality prctl keyctl
    """,
}


def meaning(name: str) -> str:
    """Return what a call would let a submission do."""
    return next((what for what, names in MEANINGS.items() if name in names.split()), "do what no computation needs")


def forbidden(numbers: dict[str, int]) -> Iterator[tuple[str, str, str, tuple[int, ...]]]:
    """Yield the calls of an architecture to make: a label, the call's name, how it is made, with which arguments."""
    for name, number in sorted(numbers.items()):
        if number in exempt():
            continue
        if name in CONDITIONAL:
            for what, arguments in CONDITIONAL[name].items():
                yield f"{name} ({what})", name, "system_call", (number, *arguments)
        elif name in FORKING:
            label = "clone (a process)" if name == "clone" else name
            yield label, name, "forking_call", (number, *FORKING[name])
        elif name in ELSEWHERE:
            yield name, name, "program_by_vfork", ()
        elif name not in HARMLESS:
            yield name, name, "system_call", (number, *ARGUMENTS.get(name, (-1,) * 6))


def unknown(numbers: dict[str, int]) -> list[int]:
    """Return numbers that the table does not name: its gaps, and those of a newer kernel."""
    known = set(numbers.values())
    return sorted(set(range(max(known) + BEYOND)) - known - set(exempt()))


def exempt() -> dict[int, str]:
    """Return the calls of this architecture that no filter sees."""
    return UNFILTERED.get(platform.machine(), {})
