"""Asks for the end of the program while it is imported.

Class: ending
Effect: lost
"""

# @TWIN@

import sys

sys.exit(0)
