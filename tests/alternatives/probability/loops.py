def is_distribution(p, tol=1e-8):
    total = 0.0
    for share in p:
        if not share >= 0:
            return False
        total += share
    return bool(abs(total - 1) <= tol)


def empirical_probabilities(outcomes, n_classes):
    import numpy as np

    result = np.zeros(n_classes)
    for outcome in outcomes:
        if outcome < 0 or outcome >= n_classes:
            raise ValueError("class %d does not exist" % outcome)
        result[outcome] += 1
    for k in range(n_classes):
        result[k] = result[k] / len(outcomes)
    return result


def expected_value(values, p):
    if len(values) != len(p):
        raise ValueError("lengths differ")
    if not is_distribution(p):
        raise ValueError("not a distribution")
    total = 0.0
    for i in range(len(values)):
        total += values[i] * p[i]
    return total
