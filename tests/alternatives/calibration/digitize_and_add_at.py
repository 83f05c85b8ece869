# %% [markdown]
# Calibration, as a notebook

# %%
import numpy as np

# %%
def reliability_bins(confidence, correct, n_bins=10):
    c = np.asarray(confidence, dtype="float64").ravel()
    r = np.asarray(correct).astype("float64").ravel()
    if len(c) != len(r):
        raise ValueError("confidence and correct must have the same length")
    if not len(c):
        raise ValueError("there is nothing to put into bins")
    if (c < 0).any() or (c > 1).any():
        raise ValueError("a confidence must lie between 0 and 1")
    where = np.digitize(c, np.linspace(0, 1, n_bins + 1), right=True) - 1
    where[where < 0] = 0
    sums = np.zeros((3, n_bins))
    np.add.at(sums, (slice(None), where), np.stack([c, r, np.ones_like(c)]))
    means = np.divide(sums[:2], sums[2], out=np.full((2, n_bins), np.nan), where=sums[2] > 0)
    return means[0], means[1], sums[2].astype(int)


# %%
def expected_calibration_error(confidence, correct, n_bins=10):
    said, true, count = reliability_bins(confidence, correct, n_bins)
    return float(np.average(np.nan_to_num(np.abs(true - said)), weights=count))


# %%
print(reliability_bins([0.2, 0.9, 0.95], [0, 1, 1], 5))
print("ECE", expected_calibration_error([0.2, 0.9, 0.95], [0, 1, 1], 5))
