"""Raises an exception that no `except Exception` catches, from its import and from a call.

Class: ending
Effect: lost
"""

# @TWIN@


class End(BaseException):
    def __init__(self, *args):
        super().__init__("\x00" * 100)


def softmax(z, axis=-1):
    raise End


raise End
