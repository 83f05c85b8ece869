import math
from itertools import starmap


def term(a, b):
    return 0.0 if not a else math.inf if not b else a * math.log(a / b)


def is_off(d):
    return min(d) < 0 or not math.isclose(sum(d), 1.0, rel_tol=0.0, abs_tol=1e-8)


def kl_divergence(p, q):
    if any(map(is_off, (p, q))):
        raise ValueError("p and q must be distributions")
    return sum(starmap(term, zip(p, q, strict=True)))
