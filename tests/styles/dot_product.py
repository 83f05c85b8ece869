"""Plain numpy on arrays: converts nothing."""


def dot(a, b):
    if a.ndim != 1 or a.shape != b.shape:
        raise ValueError(f"need two vectors of equal length, got shapes {a.shape} and {b.shape}")
    return float(a @ b)
