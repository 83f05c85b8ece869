"""Attention: weights mix values."""

import numpy as np


def attention(q, k, v, mask=None):
    """Hand every query a mixture of the values, weighted by how well the query fits each key.

    This is the step in which the positions of a transformer exchange information. A query asks, a key says what a
    position can be found by, and the value is what is handed over. The weights decide from whom, the values decide
    what. The function stands alone: work out the weights in it too.

        scores_ij  = q_i . k_j / sqrt(d)
        weights_i  = softmax of scores_i over the keys that query i may look at
        output_i   = sum_j weights_ij v_j

    Parameters
    ----------
    q : array_like of numbers, shape (..., n_q, d)
        One query per row.
    k : array_like of numbers, shape (..., n_k, d)
        One key per row, as wide as a query.
    v : array_like of numbers, shape (..., n_k, d_v)
        One value per key. Its width d_v is free.
    mask : array_like of bool, optional, any shape that broadcasts to (..., n_q, n_k)
        True = this query MAY look at this key, False = it may not. (Other libraries use the opposite meaning.)
        Without a mask all keys are open.

    The leading axes "..." may be absent; if present, one or several, they are batch axes, the same for q, k and v.
    All numbers are finite, and so are all scores: entries up to 1e150. Lists work too (also as mask), and ints. Scores
    may be huge, far below zero, or very different from row to row, also those of hidden keys. What happens for other
    shapes is not defined.

    Returns
    -------
    numpy.ndarray of float64, shape (..., n_q, d_v)
        The mixtures only, not the weights. Hidden keys weigh exactly 0 and the open ones share the whole weight.
        A query that may look at no key at all gets a row of zeros. A new array: no input is changed.

    Examples
    --------
    >>> attention([[0.0, 0.0]], [[1.0, 2.0], [3.0, 4.0]], [[2.0, 4.0, 6.0], [4.0, 8.0, 10.0]]).tolist()
    [[3.0, 6.0, 8.0]]
    >>> attention([[4000.0], [-4000.0]], [[1.0], [2.0]], [[10, 20], [30, 40]]).tolist()
    [[30.0, 40.0], [10.0, 20.0]]
    >>> attention([[5.0], [5.0]], [[1.0], [2.0]], [[7.0], [9.0]], mask=[[True, False], [False, False]]).tolist()
    [[7.0], [0.0]]

    Source: Vaswani et al., Attention Is All You Need (2017), section 3.2.1; Zhang et al., Dive into Deep Learning,
    section 11.3; torch.nn.functional.scaled_dot_product_attention.
    """
    raise NotImplementedError("attention: write me")
