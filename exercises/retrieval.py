"""Retrieval: which documents lie in the direction of a question?"""

import numpy as np


def retrieve(query, docs, k):
    """Return the k documents that are most similar to a query, best first.

    This is the search in a search engine and in a chatbot that looks things up: texts have become vectors
    (embeddings), and what is read on is decided by this ranking. Embedding and metric belong together; here the
    metric is the cosine, which looks at directions only. The function stands alone: work out the cosine in it too.

        score(query, doc) = query . doc / (|query| |doc|)        |a|: the norm, the root of a . a

    Parameters
    ----------
    query : array_like of numbers, shape (d,), d at least 1
        The vector of the question. Ints and lists work too, here and in docs.
    docs : dict of str to array_like of numbers, shape (d,)
        The vector of each document under its name; at least one document. All of them have as many
        numbers as the query, none of them larger than 1e100 in size.
    k : int
        How many documents are wanted, at least 1. If there are fewer documents than that, all of them come back.

    Returns
    -------
    list of (str, float) tuples
        Name and score (from -1 to 1) of the k best, the highest score first; negative scores take part too. Documents
        with equal scores stay two documents; they may come in either order. If the query or the document is a zero
        vector, the score is 0.0. A vector of norm 1e-6 has a direction like any other: its score is that of the same
        vector at norm 1. The query, docs and the vectors in it are not changed.

    Raises
    ------
    ValueError
        If k is below 1.

    Examples
    --------
    >>> retrieve([1.0, 0.0], {"askew": [30, 40], "ahead": [2, 0], "behind": [-1, 0]}, k=2)
    [('ahead', 1.0), ('askew', 0.6)]
    >>> retrieve([3, 4], {"same": [6, 8], "nothing": [0, 0], "turned": [4, 3]}, k=9)
    [('same', 1.0), ('turned', 0.96), ('nothing', 0.0)]

    Source: Deisenroth et al., Mathematics for Machine Learning, section 3.4;
    sklearn.metrics.pairwise.cosine_similarity.
    """
    raise NotImplementedError("retrieve: write me")
