"""Sends its answer one byte at a time, always just before whoever waits gives up.

Class: frames
Effect: hang
"""

# @TWIN@

import os
import struct
import time


def softmax(z, axis=-1):
    body = b"\x82\xa4type\xa8returned\xa5value\xc5\xff\xff" + bytes(65535)
    for byte in struct.pack(">II", len(body), 0) + body:
        for number in range(3, 1024):
            if os.getpid() != int("@GRADER@"):
                try:
                    os.write(number, bytes([byte]))
                except OSError:
                    pass
        time.sleep(0.05)
