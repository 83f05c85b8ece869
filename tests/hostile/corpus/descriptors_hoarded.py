"""Opens as many descriptors as there are, and keeps them.

Class: descriptors
Effect: lost
"""

# @TWIN@

import os

kept = []
try:
    while len(kept) < 200_000:
        kept.append(os.dup(0))
except OSError as error:
    print(error)
