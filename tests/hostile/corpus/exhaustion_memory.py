"""Takes all memory that it gets and keeps it, down to the last kilobyte.

Class: exhaustion
Effect: lost
"""

# @TWIN@

kept = []
for size in (1 << 28, 1 << 24, 1 << 20, 1 << 14, 1 << 10):
    try:
        while len(kept) < 200_000:
            kept.append(np.empty(size, dtype="u1"))
    except MemoryError:
        pass
