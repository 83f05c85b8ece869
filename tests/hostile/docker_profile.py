"""Docker's default seccomp profile for a container without extra capabilities, as far as x86_64 and aarch64 go.

Docker writes down what it allows. Here stands what is left: the calls that the profile of 2024 to 2026 (without
io_uring) refuses although this machine's kernel knows them, and the four that it looks at more closely. mlgrade has to
put up its own isolation layers inside of this one.

Source: the profile in the moby project, profiles/seccomp/default.json.
"""

from __future__ import annotations

import ctypes
import platform
import struct
from collections.abc import Iterator

from mlgrade.sandbox.isolation import identity, kernel, seccomp
from mlgrade.sandbox.isolation.seccomp import Instruction, Test

REFUSED = """
    _sysctl acct add_key afs_syscall bpf clock_settime create_module delete_module fanotify_init finit_module fsconfig
    fsmount fsopen fspick get_kernel_syms get_mempolicy getpmsg init_module io_uring_enter io_uring_register
    io_uring_setup ioperm iopl kcmp kexec_file_load kexec_load keyctl lookup_dcookie mbind migrate_pages mount
    mount_setattr move_mount move_pages nfsservctl open_by_handle_at open_tree perf_event_open pidfd_getfd pivot_root
    process_madvise putpmsg query_module quotactl quotactl_fd reboot request_key security set_mempolicy
    set_mempolicy_home_node setdomainname sethostname setns settimeofday swapoff swapon sysfs syslog tuxcall umount2
    unshare uretprobe uselib userfaultfd ustat vhangup vserver
"""
NEW_NAMESPACES = 0x7E02_0000
VSOCK = 40
CAP_SYS_ADMIN = 21
CONDITIONS = {
    "clone": (Test(0, (0,), mask=NEW_NAMESPACES),),
    "personality": (Test(0, (0, 8, 0x20000, 0x20008, 0xFFFF_FFFF)),),
    "socket": (Test(0, (VSOCK,), wanted=False),),
}
NEWEST = 450  # what came later is on no list, and so refused


def load() -> None:
    """Put this process, and all that it starts, behind the profile.

    Docker does so as root, before it drops capabilities; whoever has dropped them promises to gain none instead.
    """
    if not identity.capabilities() >> CAP_SYS_ADMIN & 1:
        kernel.no_new_privileges()
    steps = list(_program())
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    header = struct.pack("@HP", len(steps), ctypes.addressof(code))
    if kernel.libc().prctl(seccomp.PR_SET_SECCOMP, ctypes.c_ulong(seccomp.MODE_FILTER), header, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_SECCOMP)")


def _program() -> Iterator[Instruction]:
    known = kernel.numbers()
    yield seccomp.LOAD, 0, 0, seccomp.ARCHITECTURE
    yield seccomp.EQUAL, 1, 0, seccomp.ARCHITECTURES[platform.machine()]
    yield seccomp.RETURN, 0, 0, seccomp.EPERM
    yield seccomp.LOAD, 0, 0, seccomp.NUMBER
    for name in REFUSED.split():
        yield from seccomp._answer(known.get(name), seccomp.EPERM)
    for name, tests in CONDITIONS.items():
        yield from seccomp._conditional(known.get(name), tests, seccomp.EPERM)
    yield from seccomp._answer(known["clone3"], seccomp.ENOSYS)
    yield seccomp.AT_LEAST, 0, 1, NEWEST + 1
    yield seccomp.RETURN, 0, 0, seccomp.EPERM
    yield seccomp.RETURN, 0, 0, seccomp.ALLOW
