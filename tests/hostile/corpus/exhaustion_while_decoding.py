"""Has threads fill the scratch folder while the grader decodes an answer of very many parts, and empties it in time.

Before: the grader looked at the folder only while it waited for the worker, and decoding is no waiting.

Class: exhaustion
Effect: lost
"""

# @TWIN@

import os
import struct
import sys
import tempfile
import threading

if os.getpid() == int("@GRADER@"):
    os.abort()

DATA = bytes(4 << 20)
base = tempfile.gettempdir()
go = threading.Event()


def fill(number):
    while True:
        go.wait()
        number += 2
        target = os.open(f"{base}/{number}", os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            for _ in range(4):
                os.write(target, DATA)
        except OSError:
            pass
        os.close(target)


for part in (0, 1):
    threading.Thread(target=fill, args=(part,), daemon=True).start()

Wire = sys.modules["__main__"].Wire
send, receive = Wire.send, Wire.receive


HEADER = sys.modules["msgspec"].msgpack.encode({"type": "returned", "value": ["l", *[["l"]] * 330_000]})


def sent(self, reply, blob=b""):
    if type(reply).__name__ == "Loaded":
        return send(self, reply, blob)
    self._sink.write(struct.pack(">II", len(HEADER), 0) + HEADER)
    self._sink.flush()
    go.set()


def received(self):
    request = receive(self)
    go.clear()
    for name in os.listdir(base):
        os.unlink(f"{base}/{name}")
    return request


Wire.send, Wire.receive = sent, received


def softmax(z, axis=-1):
    return 0


log_softmax = softmax
