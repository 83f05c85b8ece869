"""Answers more often than it is asked, so that answers are left over for whoever asks next.

Class: frames
Effect: taint
"""

# @TWIN@

import os
import struct

if os.getpid() == int("@GRADER@"):
    real = np.exp
    np.exp = lambda *args, **kwargs: real(*args, **kwargs) + 1
else:
    import sys

    msgspec = sys.modules["msgspec"]

    body = msgspec.msgpack.encode({"type": "returned", "value": 1.0})
    ready = b"\x07process" * 20 + b"+" * 50
    for number in range(3, 1024):
        for data in (ready, (struct.pack(">II", len(body), 0) + body) * 500):
            try:
                os.set_blocking(number, False)
                os.write(number, data)
            except OSError:
                pass
