"""Raises an error that raises, and ends the program, when anybody asks what it is.

Class: crashes
Effect: lost
"""

# @TWIN@

import os


class Bad(Exception):
    def __str__(self):
        raise SystemExit("no words")

    __repr__ = __str__
    __notes__ = property(lambda self: os._exit(3))

    @property
    def __class__(self):
        raise KeyboardInterrupt

    @property
    def __traceback__(self):
        os._exit(3)


def softmax(z, axis=-1):
    raise Bad


def log_softmax(z, axis=-1):
    raise Bad
