"""Writes what no honest worker writes to every descriptor: depths, lengths, kinds and numbers that cannot be.

Class: frames
Effect: lost
"""

# @TWIN@

import os
import struct

if os.getpid() == int("@GRADER@"):
    os._exit(1)

import itertools

BODIES = [
    b"\xdf\xff\xff\xff\xff",
    b"\x91" * 500_000,
    b"\x81\xa4type" * 1000,
    b"\xc7\xff\x01" + bytes(255),
    b"\x82\xa4type\xa8returned\xa5value" + b"\x92\xa1l" * 100_000 + b"\xc0",
    b"\x82\xa4type\xa8returned\xa5value\xcf" + b"\xff" * 8,
    b"\x82\xa4type\xa8returned\xa5value\x93\xa1a\xa3<f8\xdc\x00\x10" + b"\xce\x7f\xff\xff\xff" * 15 + b"\x00",
    b"\x82\xa4type\xa8returned\xa5value\x93\xa1a\xa3<f8\x91\xd3" + b"\xff" * 8,
    b"\x83\xa4type\xa8returned\xa4type\xa6loaded\xa9functions\x80",
    b"\x82\xa4type\xa8returned\xa5value\xd6\xff" + bytes(4),
    b"",
]
turn = itertools.count()


def softmax(z, axis=-1):
    body = BODIES[next(turn) % len(BODIES)]
    data = struct.pack(">II", len(body), 0) + body
    for number in range(3, 1024):
        rest = data
        try:
            while rest:
                rest = rest[os.write(number, rest) :]
        except OSError:
            pass
    while True:
        pass
