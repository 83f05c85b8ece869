"""Raises pytest's own exit, and where there is no pytest the interrupt of a user, while it is imported.

Class: ending
Effect: lost
"""

# @TWIN@

import sys

if "pytest" in sys.modules:
    import os

    os.kill(os.getpid(), 2)
raise KeyboardInterrupt
