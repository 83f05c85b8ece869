from dataclasses import dataclass

import numpy as np


@dataclass
class Softmax:
    dtype: "type" = float

    def shifted(self, z, axis):
        z = np.asarray(z, dtype=self.dtype)
        return z - np.max(z, axis=axis, keepdims=True)

    def __call__(self, z, axis=-1):
        e = np.exp(self.shifted(z, axis))
        e /= np.sum(e, axis=axis, keepdims=True)
        return e

    def log(self, z, axis=-1):
        s = self.shifted(z, axis)
        return s - np.log(np.sum(np.exp(s), axis=axis, keepdims=True))


_softmax = Softmax()
softmax = _softmax
log_softmax = _softmax.log
