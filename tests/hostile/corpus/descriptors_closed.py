"""Closes every descriptor that is open.

Class: descriptors
Effect: lost
"""

# @TWIN@

import os

os.closerange(0, 1 << 16)
