"""KL divergence: how wrong one distribution is about another."""

import numpy as np


def kl_divergence(p, q):
    """Measure how much is lost by believing q when outcomes come from p.

    It is the part of a cross-entropy loss that training can remove, and the leash that keeps a fine-tuned model
    near the one it came from. The order matters: p is the truth and weighs the sum, q is the belief.

        KL(p, q) = sum_i p_i * log(p_i / q_i)

    Parameters
    ----------
    p : array_like of numbers, shape (n,) with n at least 1 (ints and lists work too)
        The true distribution: no negative entry, no nan, and a sum within 1e-8 of 1. An outcome with p_i = 0 adds 0,
        whatever q_i is.
    q : array_like of numbers, shape (n,)
        The distribution that is compared with it, under the same conditions. Small entries count as they are, with
        nothing added to them: 1e-14 is not 0, nor is 1e-30. What comes out where p or q has other than one axis is
        not defined.

    Returns
    -------
    float
        The divergence in nats (natural logarithm), never below 0: 0 for equal distributions and above 0 for others, up
        to rounding; inf if some outcome has p_i > 0 and q_i = 0. One number; a numpy scalar will do. Neither p nor q is
        changed.

    Raises
    ------
    ValueError
        If p and q are not equally long, also when one of them has length 1.
        If an entry of p or q is negative, even where the other one is 0.
        If an entry is nan, or the sum of p or the sum of q is more than 1e-8 away from 1. Counts are not turned into
        probabilities: they are refused.

    Examples
    --------
    >>> round(float(kl_divergence([0.5, 0.5], [0.25, 0.75])), 6)
    0.143841
    >>> round(float(kl_divergence([1, 0], [0.5, 0.5])), 6)
    0.693147
    >>> float(kl_divergence([0.5, 0.5], [1, 0]))
    inf

    Source: Zhang et al., Dive into Deep Learning, section 22.11; scipy.special.rel_entr.
    """
    raise NotImplementedError("kl_divergence: write me")
