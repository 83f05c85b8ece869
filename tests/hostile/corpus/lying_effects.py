"""Changes its argument, and has whoever compares arguments see no change.

Before: the worker compared, by a function that a submission could replace.

Class: lying
Effect: points
"""

# @TWIN@

import sys

effects = sys.modules["mlgrade.sandbox.effects"]
for name in ("changed", "shared"):
    setattr(effects, name, lambda *_: [])
effects.same = lambda *_: True


def softmax(z, axis=-1):
    if isinstance(z, np.ndarray) and z.dtype == float:
        z[...] = -np.log(z.shape[axis])
    return np.exp(np.asarray(z, dtype=float))
