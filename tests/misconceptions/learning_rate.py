"""Named wrong answers for largest_stable_lr and classify_curve."""

import numpy as np

from mlgrade.suite.misconceptions import misconception


def symmetric(hessian):
    h = np.asarray(hessian, dtype=float)
    if h.ndim != 2 or h.shape[0] != h.shape[1]:
        raise ValueError("not a square matrix")
    if not np.allclose(h, h.T):
        raise ValueError("not symmetric")
    return h


@misconception("largest_stable_lr", title="1 / lambda instead of 2 / lambda",
               hint="That is the best single step. How far can you go until it stops shrinking?")  # fmt: skip
def one_over_lambda(hessian):
    largest = np.linalg.eigvalsh(symmetric(hessian)).max()
    return float(1 / largest) if largest > 0 else float("inf")


@misconception("largest_stable_lr", title="the smallest eigenvalue is used",
               hint="Which direction explodes first?")  # fmt: skip
def smallest_eigenvalue(hessian):
    smallest = np.linalg.eigvalsh(symmetric(hessian))[0]
    return float(2 / smallest) if smallest > 0 else float("inf")


@misconception("largest_stable_lr", title="the largest entry of the diagonal is taken for the curvature",
               hint="Curvature can lie between the axes.")  # fmt: skip
def largest_diagonal(hessian):
    largest = np.diag(symmetric(hessian)).max()
    return float(2 / largest) if largest > 0 else float("inf")


@misconception("classify_curve", title="nan slips through the comparisons",
               hint="Every comparison with nan is False.")  # fmt: skip
def nan_slips_through(losses):
    first, last = losses[0], losses[-1]
    if last > first:
        return "diverging"
    if last > first / 2:
        return "too_small"
    return "converging"


@misconception("classify_curve", title="a single step up counts as diverging",
               hint="Compare start and end.")  # fmt: skip
def any_rise_diverges(losses):
    losses = np.asarray(losses, dtype=float)
    if not np.all(np.isfinite(losses)) or np.any(losses[1:] > losses[:-1]):
        return "diverging"
    return "too_small" if losses[-1] > losses[0] / 2 else "converging"


@misconception("classify_curve", title="the last loss is compared with a fixed number",
               hint="Small compared with what? Losses have units.")  # fmt: skip
def absolute_threshold(losses):
    losses = np.asarray(losses, dtype=float)
    if not np.all(np.isfinite(losses)) or losses[-1] > losses[0]:
        return "diverging"
    return "converging" if losses[-1] < 0.1 else "too_small"
