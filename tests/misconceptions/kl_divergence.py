"""Named wrong answers for kl_divergence."""

import numpy as np

from mlgrade.suite.misconceptions import misconception


def checked(p, q):
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    if len(p) != len(q):
        raise ValueError("p and q differ in length")
    for shares in (p, q):
        if (shares < 0).any() or abs(shares.sum() - 1) > 1e-8:
            raise ValueError("not a distribution")
    return p, q


def one_way(p, q):
    """Return the sum over the outcomes that happen."""
    happens = p > 0
    return float(np.sum(p[happens] * np.log(p[happens] / q[happens])))


@misconception("kl_divergence", title="the direction is turned round: q weighs the sum",
               hint="Who is the truth: whose probabilities weigh the sum?")  # fmt: skip
def reversed(p, q):  # noqa: A001
    p, q = checked(p, q)
    return one_way(q, p)


@misconception("kl_divergence", title="the mean of both directions",
               hint="A divergence is not a distance. Compute both directions by hand.")  # fmt: skip
def symmetrised(p, q):
    p, q = checked(p, q)
    return (one_way(p, q) + one_way(q, p)) / 2


@misconception("kl_divergence", title="the formula is used as it stands, so a zero in p gives nan",
               hint="What does an event that never happens cost?")  # fmt: skip
def nan_at_zero(p, q):
    p, q = checked(p, q)
    return float(np.sum(p * np.log(p / q)))


@misconception("kl_divergence", title="a small number is added everywhere, which makes the impossible affordable",
               hint="How bad is it when the impossible happens?")  # fmt: skip
def epsilon_everywhere(p, q):
    p, q = checked(p, q)
    p, q = p + 1e-5, q + 1e-5
    return float(np.sum(p * np.log(p / q)))


@misconception("kl_divergence", title="outcomes that q calls impossible are left out",
               hint="You removed the worst mistake. Which zeros are harmless, those of p or those of q?")  # fmt: skip
def drops_zero_q(p, q):
    p, q = checked(p, q)
    both = (p > 0) & (q > 0)
    return float(np.sum(p[both] * np.log(p[both] / q[both])))


@misconception("kl_divergence", title="the logarithm has base 2: bits, not nats",
               hint="Nats use the natural logarithm.")  # fmt: skip
def bits(p, q):
    p, q = checked(p, q)
    happens = p > 0
    return float(np.sum(p[happens] * np.log2(p[happens] / q[happens])))


@misconception("kl_divergence", title="the cross entropy of p and q, with what p costs anyway still in it",
               hint="Compare a distribution with itself. What should that cost?")  # fmt: skip
def cross_entropy(p, q):
    p, q = checked(p, q)
    happens = p > 0
    return float(-np.sum(p[happens] * np.log(q[happens])))


@misconception("kl_divergence", title="p and q are divided by their sums, so counts are accepted",
               hint="Whose mistake does that hide?")  # fmt: skip
def renormalises_counts(p, q):
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    if len(p) != len(q):
        raise ValueError("p and q differ in length")
    if (p < 0).any() or (q < 0).any():
        raise ValueError("negative entry")
    return one_way(p / p.sum(), q / q.sum())
