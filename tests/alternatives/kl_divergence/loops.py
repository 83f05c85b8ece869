from math import inf, log


def kl_divergence(p, q):
    if len(p) != len(q):
        raise ValueError("lengths differ")
    for d in (p, q):
        for x in d:
            if x < 0:
                raise ValueError("negative")
        if abs(sum(d) - 1) > 1e-8:
            raise ValueError("sum is not 1")
    total = 0.0
    for i in range(len(p)):
        if p[i] == 0:
            continue
        if q[i] == 0:
            return inf
        total += p[i] * log(p[i] / q[i])
    return total
