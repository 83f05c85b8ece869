"""Sends a complaint that is cheap to send and dear to search, as long as a frame may hold.

Class: frames
Effect: hang
"""

# @TWIN@

import os
import struct

SPEECHES = ["only size-1" * 181, "shapes " * 285, "unsupported operand type(s)" * 74, "matmul: " * 250]


def softmax(z, axis=-1):
    import gc

    if os.getpid() == int("@GRADER@"):
        import re

        re.search(r"(only .*)*(size-1.*)* arrays", SPEECHES[0])
    import sys

    msgspec = sys.modules["msgspec"]

    for size in (25_000, 2_000):
        for speech in SPEECHES:
            text = (speech * (size // len(speech) + 1))[:size]
            fault = {"type": "TypeError", "bases": ["TypeError"] * 20, "message": text}
            fault["frames"] = [[10_000_000, "f" * 200]] * 40
            body = msgspec.msgpack.encode({"type": "returned", "fault": fault, "output": "x" * 25_000})
            for thing in gc.get_objects():
                if type(thing).__name__ == "Wire":
                    thing._sink.write(struct.pack(">II", len(body), 0) + body)
                    thing._sink.flush()
    raise TypeError(SPEECHES[0])
