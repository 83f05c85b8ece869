import math


def cross_entropy(logits, targets):
    logits = list(logits)
    targets = list(targets)
    if len(logits) != len(targets):
        raise ValueError("need one target for each row")
    total = 0.0
    for i in range(len(logits)):
        row = [float(x) for x in logits[i]]
        t = int(targets[i])
        if t < 0 or t >= len(row):
            raise ValueError(f"there is no class {t}")
        biggest = row[0]
        for x in row:
            if x > biggest:
                biggest = x
        s = 0.0
        for x in row:
            s += math.exp(x - biggest)
        total += math.log(s) + biggest - row[t]
    return total / len(logits)
