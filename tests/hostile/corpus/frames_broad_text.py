"""Returns a list of one long text and many numbers, for which numpy makes a table of gigabytes.

Class: frames
Effect: lost
"""

# @TWIN@

import os


def softmax(z, axis=-1):
    if os.getpid() == int("@GRADER@"):
        os.abort()
    return ["x" * 40_000] + [1] * 100_000


def log_softmax(z, axis=-1):
    return softmax(z)
