"""Writes files without end into the folder that it may write to.

Class: exhaustion
Effect: left
"""

# @TWIN@

import os
import tempfile

folder = tempfile.gettempdir()
written = 0
try:
    for number in range(400):
        with open(f"{folder}/hostile-{number}", "wb") as file:
            file.write(bytes(1 << 20))
        written += 1
except OSError as error:
    print(error)
