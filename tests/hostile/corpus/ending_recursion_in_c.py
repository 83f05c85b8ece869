"""Runs out of the C stack, with Python's own guard taken away.

Class: ending
Effect: lost
"""

# @TWIN@

import sys


def softmax(z, axis=-1):
    sys.setrecursionlimit(1 << 30)

    class Deep:
        def __repr__(self):
            return repr([self])

        def __hash__(self):
            return hash((self,))

        def __eq__(self, other):
            return [self] == [Deep()]

    def down():
        return sorted([1, 2], key=lambda _: max([1], key=lambda _: down()))

    try:
        down()
    finally:
        return repr(Deep())
