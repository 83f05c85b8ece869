"""Writes to address zero.

Class: ending
Effect: lost
"""

# @TWIN@

import ctypes


def softmax(z, axis=-1):
    ctypes.memset(0, 1, 64)
