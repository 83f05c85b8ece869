"""Names its classes, functions and errors with a megabyte each, and warns with as much.

Class: floods
Effect: lost
"""

# @TWIN@

import sys
import warnings

long = "E" * (1 << 20)
kind = type(long, (Exception,), {})
softmax_wrong = softmax


def softmax(z, axis="A" * (1 << 20)):
    warnings.warn(long)
    print(long, file=sys.stderr)
    raise kind(long)


log_softmax = softmax
softmax.__name__ = softmax.__qualname__ = softmax.__doc__ = long
globals().update({f"{long}{number}": softmax for number in range(20)})
