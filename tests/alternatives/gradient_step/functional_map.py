from functools import partial
from operator import itemgetter

import numpy as np


def _move(lr, item):
    name, (p, g) = item
    return name, np.add(p, np.negative(np.multiply(g, lr)))


def gradient_step(params, grads, lr):
    if params.keys() ^ grads.keys():
        raise ValueError(f"only on one side: {params.keys() ^ grads.keys()}")
    pick = [(name, (itemgetter(name)(params), itemgetter(name)(grads))) for name in params]
    return dict(map(partial(_move, lr), pick))
