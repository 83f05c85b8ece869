import math

import numpy as np


def softmax(z, axis=-1):
    z = np.array(z, dtype=float)
    axis = axis % z.ndim
    result = np.zeros(z.shape)
    others = [range(n) for i, n in enumerate(z.shape) if i != axis]
    for rest in product(others):
        places = [rest[:axis] + (i,) + rest[axis:] for i in range(z.shape[axis])]
        biggest = max(z[place] for place in places)
        powers = []
        for place in places:
            powers.append(math.exp(z[place] - biggest))
        total = 0.0
        for power in powers:
            total += power
        for place, power in zip(places, powers):
            result[place] = power / total
    return result


def log_softmax(z, axis=-1):
    z = np.array(z, dtype=float)
    axis = axis % z.ndim
    result = np.zeros(z.shape)
    others = [range(n) for i, n in enumerate(z.shape) if i != axis]
    for rest in product(others):
        places = [rest[:axis] + (i,) + rest[axis:] for i in range(z.shape[axis])]
        biggest = max(z[place] for place in places)
        total = sum(math.exp(z[place] - biggest) for place in places)
        for place in places:
            result[place] = (z[place] - biggest) - math.log(total)
    return result


def product(ranges):
    combinations = [()]
    for numbers in ranges:
        combinations = [old + (number,) for old in combinations for number in numbers]
    return combinations
