"""Clones itself by number, as a child of its own parent, by the calls that no library wraps.

Class: children
Effect: left
"""

# @TWIN@

import ctypes
import os
import time

libc = ctypes.CDLL(None, use_errno=True)
for number, arguments in (
    (56, (0x8000, 0, 0, 0, 0)),
    (57, ()),
    (435, (ctypes.create_string_buffer(b"\x00\x80" + bytes(62), 88), 88)),
):
    pid = libc.syscall(number, *arguments)
    if pid == 0:
        os.setsid()
        time.sleep(60)
        os._exit(0)
    print(number, pid)
