import numpy as np


def cross_entropy(logits, targets):
    logits, targets = np.asarray(logits) * 1.0, np.asarray(targets)
    n, c = logits.shape
    if len(targets) != n:
        raise ValueError(f"{len(targets)} targets for {n} rows")
    if not all(0 <= t < c for t in targets):
        raise IndexError("target out of range")
    return np.mean(np.logaddexp.reduce(logits, axis=1) - logits[range(n), targets])
