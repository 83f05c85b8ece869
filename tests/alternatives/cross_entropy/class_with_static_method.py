from __future__ import annotations

import numpy as np


class CrossEntropy:
    """As in the libraries: a loss object with `reduction`."""

    def __init__(self, reduction: str = "mean") -> None:
        self.reduction = getattr(np, reduction)

    @staticmethod
    def log_softmax(z: np.ndarray) -> np.ndarray:
        z = z - np.max(z, axis=-1, keepdims=True)
        return z - np.log(np.sum(np.exp(z), axis=-1, keepdims=True))

    def forward(self, logits, targets):
        logits = np.asarray(logits, dtype=float)
        targets = np.asarray(targets, dtype=int)
        self.check(logits, targets)
        return self.reduction([-row[t] for row, t in zip(self.log_softmax(logits), targets)])

    def check(self, logits, targets):
        if logits.shape[0] != targets.shape[0]:
            raise ValueError("batch sizes differ")
        if np.any(targets != np.clip(targets, 0, logits.shape[1] - 1)):
            raise ValueError("unknown class")


cross_entropy = CrossEntropy().forward
