"""Attention weights: who looks at whom, and how much."""

import numpy as np


def attention_weights(q, k, mask=None):
    """Share out one unit of attention of each query over all keys that it may see.

    These weights decide what each position of a transformer reads: the better a key matches the query, the
    larger its share. The mask rules out what must not be read, such as the future or padding. The root of d
    keeps the spread of the scores near one (for independent entries of mean 0 and variance 1), however wide the
    vectors are; without it one key would take nearly all.

        scores_ij = (q_i . k_j) / sqrt(d)
        weights_ij = exp(scores_ij) / sum of exp(scores_im) over the open keys m        (0 for a hidden key j)

    Parameters
    ----------
    q : array_like of numbers, shape (..., n_q, d) with at least two axes
        One query in each row. Ints and lists work too, here and in k.
    k : array_like of numbers, shape (..., n_k, d)
        One key in each row. The leading axes (batch, heads; there may be none, one or several) are those of
        q; what comes out when widths or leading axes do not fit is not defined. All numbers are finite.
        Scores may be huge, far below zero, or very different from row to row.
    mask : array_like of bool, default None
        True where a query MAY look at a key, False where the key is hidden. (Libraries differ: in some, True
        hides.) Lists work too. Any shape that broadcasts to (..., n_q, n_k), such as (n_k,). None hides nothing.

    Returns
    -------
    numpy.ndarray of float64, shape (..., n_q, n_k)
        Row i holds the weights of query i. A hidden key weighs exactly 0, whatever its score, and the open
        ones of the row sum to 1; a share that is too small for a float64 is 0. A row without any open key is
        all 0. A new array: q, k and mask are not changed.

    Examples
    --------
    >>> attention_weights([[0.0, 0.0, 0.0]], [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]).tolist()
    [[0.5, 0.5]]
    >>> attention_weights([[1], [0]], [[900], [0]]).tolist()
    [[1.0, 0.0], [0.5, 0.5]]
    >>> mask = [[False, True, True], [False, False, False]]
    >>> attention_weights([[1], [0]], [[900], [0], [0]], mask=mask).tolist()
    [[0.0, 0.5, 0.5], [0.0, 0.0, 0.0]]

    Source: Vaswani et al. 2017, Attention Is All You Need, section 3.2.1; Zhang et al., Dive into Deep
    Learning, section 11.3; torch.nn.functional.scaled_dot_product_attention.
    """
    raise NotImplementedError("attention_weights: write me")
