"""Swallows the failed comparison of a callback that was called with what it must not be called with.

Before: a comparison that failed in a callback became an error that the submission could catch.

Class: lying
Effect: points
"""

# @TWIN@


def total(score, n):
    try:
        return sum(score(i) for i in range(n + 1))
    except BaseException:
        return float(n)
