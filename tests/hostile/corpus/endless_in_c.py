"""Stays in C code that holds the interpreter's lock and looks at no signal.

Class: endless
Effect: hang
"""

# @TWIN@

import re


def softmax(z, axis=-1):
    re.match(r"(a|aa)+$", "a" * 60 + "b")
    return 10 ** (10**9)
