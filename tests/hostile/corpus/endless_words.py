"""Raises an error that never ends saying what it is.

Class: endless
Effect: hang
"""

# @TWIN@


class Endless(Exception):
    def __str__(self):
        while True:
            pass

    __repr__ = __str__


def softmax(z, axis=-1):
    raise Endless
