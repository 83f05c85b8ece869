"""Prints a hundred megabytes, from Python and from C, to every descriptor that takes them.

Class: floods
Effect: lost
"""

# @TWIN@

import os

chunk = b"x" * (1 << 20)
for number in range(1, 1024):
    try:
        os.set_blocking(number, False) if os.getpid() != int("@GRADER@") else None
        for _ in range(20):
            os.write(number, chunk)
    except OSError:
        pass
print("x" * (20 << 20))
