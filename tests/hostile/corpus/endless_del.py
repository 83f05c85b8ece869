"""Returns at once, and never ends when what it returned is thrown away.

Class: endless
Effect: hang
"""

# @TWIN@


class Last(float):
    def __del__(self):
        while True:
            pass


def softmax(z, axis=-1):
    return Last(1.0)
