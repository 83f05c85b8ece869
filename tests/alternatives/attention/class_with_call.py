import numpy as np


class Attention:
    """A layer without parameters."""

    def __init__(self, hidden=-np.inf):
        self.hidden = hidden

    def weights(self, scores):
        # log-sum-exp keeps everything in logs until the last step
        with np.errstate(all="ignore"):
            log_total = np.logaddexp.reduce(scores, axis=-1, keepdims=True)
            w = np.exp(scores - log_total)
        return np.nan_to_num(w, nan=0.0)

    def forward(self, q, k, v, mask=None):
        q, k, v = np.asarray(q, float), np.asarray(k, float), np.asarray(v, float)
        scores = np.matmul(q, np.moveaxis(k, -1, -2)) / np.sqrt(k.shape[-1])
        if mask is not None:
            scores = np.where(np.asarray(mask), scores, self.hidden)
        return np.matmul(self.weights(scores), v)


attention = Attention().forward
