"""Changes shape and strides of its argument in place, so that every number of it is the same one.

Class: inputs
Effect: points
"""

# @TWIN@


def softmax(z, axis=-1):
    if isinstance(z, np.ndarray) and z.dtype == float and z.ndim > 1:
        z.flags.writeable and z.fill(0.0)
        z -= np.log(z.shape[axis])
        return np.exp(z)
    return np.exp(np.asarray(z, dtype=float))
