import math


def check(name, d):
    if any(x < 0 for x in d):
        raise ValueError(f"{name} has a negative entry")
    if math.fabs(math.fsum(d) - 1) > 1e-8:
        raise ValueError(f"{name} sums to {math.fsum(d)}")


def kl_divergence(p, q):
    p, q = [float(x) for x in p], [float(x) for x in q]
    if len(p) != len(q):
        raise ValueError(f"{len(p)} outcomes against {len(q)}")
    check("p", p)
    check("q", q)
    if any(a > 0 and b == 0 for a, b in zip(p, q)):
        return float("inf")
    return math.fsum(a * (math.log(a) - math.log(b)) for a, b in zip(p, q) if a > 0)
