"""Writes into the heap of the process that its neighbours are forked from, by three ways.

Class: debugging
Effect: taint
"""

# @TWIN@

import ctypes
import os
import struct

libc = ctypes.CDLL(None, use_errno=True)
parent = os.getppid() if os.getpid() != int("@GRADER@") else os.getpid()


class Vector(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


address = id(np.exp.__doc__)  # the same place in a process that was forked from the same one
names = np.__dict__
poison = struct.pack("d", 7.0)
local = ctypes.create_string_buffer(poison)
for target in (id(np.e) + 16, id(np.pi) + 16, id(1.0) + 16):
    ours, theirs = Vector(ctypes.addressof(local), 8), Vector(target, 8)
    print(libc.process_vm_writev(parent, ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0))
    try:
        with open(f"/proc/{parent}/mem", "r+b", 0) as memory:
            memory.seek(target)
            memory.write(poison)
    except OSError as error:
        print(type(error).__name__)
print(libc.ptrace(16, parent, 0, 0))
if parent == os.getpid():
    np.exp = np.log
