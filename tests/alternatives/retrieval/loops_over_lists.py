import math


def retrieve(query, docs, k):
    if k <= 0:
        raise ValueError("k has to be positive")
    left = {}
    for name in docs:
        dot = 0.0
        aa = 0.0
        bb = 0.0
        for x, y in zip(query, docs[name]):
            dot += float(x) * float(y)
            aa += float(x) ** 2
            bb += float(y) ** 2
        if aa == 0 or bb == 0:
            left[name] = 0.0
        else:
            left[name] = dot / (math.sqrt(aa) * math.sqrt(bb))
    result = []
    for _ in range(min(k, len(docs))):
        winner = None
        for name in left:
            if winner is None or left[name] > left[winner]:
                winner = name
        result.append((winner, left.pop(winner)))
    return result
