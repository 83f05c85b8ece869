"""Raises errors whose messages are megabytes long, with notes and causes as long again.

Class: floods
Effect: lost
"""

# @TWIN@


def softmax(z, axis=-1):
    error = ValueError("x" * (4 << 20))
    error.add_note("y" * (4 << 20))
    raise error from KeyError("z" * (4 << 20))


log_softmax = softmax
