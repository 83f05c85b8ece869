from dataclasses import dataclass, field

import numpy as np


class NamesDifferError(KeyError):
    pass


@dataclass
class SGD:
    steps: int = 0
    seen: list = field(default_factory=list)

    def step(self, params, grads, lr):
        self._check(params, grads)
        self.steps += 1
        return {name: self._update(params[name], grads[name], lr) for name in params}

    def _check(self, params, grads):
        if set(params) != set(grads):
            raise NamesDifferError(sorted(set(params).symmetric_difference(grads)))

    @staticmethod
    def _update(p, g, lr):
        return np.float64(p) - np.float64(lr) * np.float64(g)


gradient_step = SGD().step
