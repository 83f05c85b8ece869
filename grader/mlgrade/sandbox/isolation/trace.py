"""Which system calls the filter refuses, by name (Linux 5.9 and later; for `mlgrade doctor --trace`).

Theory of operation: a filter may ask a supervisor instead of refusing by itself. The worker starts one just before it
takes the filter on, hands it the listener, and is answered EPERM by it for each call that would have been refused; the
supervisor writes the call's name to a file first. So a traced worker is refused the same calls, and whoever wonders why
a new numpy fails here can read what it asked for. The supervisor ends with its worker.

A traced worker may also call `sendmsg`, by which the listener is handed over: tracing is for finding out, not for
grading. It has no socket to send by but that one.

Source: seccomp_unotify(2).
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import socket
import struct

from mlgrade.sandbox.isolation import kernel, orphans, process, seccomp

SET_MODE_FILTER, NEW_LISTENER = 1, 8
RECEIVE, SEND = 0xC050_2100, 0xC018_2101  # ioctl requests: struct seccomp_notif (80 bytes), seccomp_notif_resp (24)


class TracedFilter(seccomp.Filter):
    """The same filter with a supervisor that keeps a list."""

    def __init__(self, listing: str) -> None:
        super().__init__(refusal=seccomp.NOTIFY, extra=("sendmsg",))
        self._listing = os.open(listing, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self.kept = (self._listing,)

    def apply(self) -> None:
        """Load the filter, with a listener for refused calls."""
        ours, theirs = socket.socketpair()
        worker = os.getpid()
        if os.fork() == 0:
            process.close_all_but(theirs.fileno(), self._listing)
            orphans.die_with(worker)
            _supervise(theirs, self._listing)
        kernel.no_new_privileges()
        flags = ctypes.c_ulong(NEW_LISTENER)
        listener = kernel.call("seccomp", ctypes.c_ulong(SET_MODE_FILTER), flags, self.header)
        socket.send_fds(ours, [b"+"], [listener])
        for descriptor in (listener, self._listing):
            os.close(descriptor)
        ours.close()
        theirs.close()


def _supervise(line: socket.socket, listing: int) -> None:
    names = {number: name for name, number in kernel.numbers().items()}
    try:
        listener = socket.recv_fds(line, 1, 1)[1][0]
        while True:
            notice = bytearray(80)
            fcntl.ioctl(listener, RECEIVE, notice)
            asked, number = struct.unpack_from("=Q", notice)[0], struct.unpack_from("=i", notice, 16)[0]
            os.write(listing, f"{names.get(number, number)}\n".encode())
            fcntl.ioctl(listener, SEND, bytearray(struct.pack("=QqiI", asked, 0, -errno.EPERM, 0)))
    finally:  # an error here means that the worker is gone
        os._exit(0)
