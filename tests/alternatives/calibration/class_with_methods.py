from dataclasses import dataclass

import numpy as np


@dataclass
class Bin:
    total: float = 0.0
    right: int = 0
    count: int = 0

    def add(self, confidence: float, correct: bool) -> None:
        self.total += confidence
        self.right += int(correct)
        self.count += 1

    @property
    def mean(self) -> float:
        return self.total / self.count if self.count else float("nan")

    @property
    def accuracy(self) -> float:
        return self.right / self.count if self.count else float("nan")


class Diagram:
    def _fill(self, confidence, correct, n_bins):
        if not len(confidence) == len(correct) != 0:
            raise ValueError("lengths")
        bins = [Bin() for _ in range(n_bins)]
        uppers = [(i + 1) / n_bins for i in range(n_bins)]
        for c, r in zip(confidence, correct, strict=True):
            if c < 0 or c > 1:
                raise ValueError("range")
            next(b for b, upper in zip(bins, uppers, strict=True) if c <= upper).add(c, r)
        return bins

    def table(self, confidence, correct, n_bins=10):
        bins = self._fill(confidence, correct, n_bins)
        return [
            np.array([b.mean for b in bins]),
            np.array([b.accuracy for b in bins]),
            np.array([b.count for b in bins]),
        ]

    def error(self, confidence, correct, n_bins=10):
        filled = [b for b in self._fill(confidence, correct, n_bins) if b.count]
        return sum(b.count * abs(b.mean - b.accuracy) for b in filled) / len(confidence)


diagram = Diagram()
reliability_bins = diagram.table
expected_calibration_error = diagram.error
