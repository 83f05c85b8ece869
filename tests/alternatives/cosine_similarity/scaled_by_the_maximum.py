"""Bring both vectors to size 1 first, then the formula; a mask of zero lengths and nan_to_num, as one meets it."""

import numpy as np


def cosine_similarity(a, b):
    a, b = np.asarray(a, dtype="f8"), np.asarray(b, dtype="f8")
    if a.ndim != 1 or b.ndim != 1:
        raise ValueError("1-D input only")
    if a.shape[0] != b.shape[0]:
        raise ValueError("length mismatch")
    with np.errstate(all="ignore"):
        a = a / np.abs(a).max()
        b = b / np.abs(b).max()
        cosine = a @ b / np.sqrt((a**2).sum() * (b**2).sum())
    return float(np.nan_to_num(cosine).clip(-1.0, 1.0))
