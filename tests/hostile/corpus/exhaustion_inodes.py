"""Makes twenty thousand empty files with names that are no text.

Class: exhaustion
Effect: left
"""

# @TWIN@

import os
import tempfile

folder = tempfile.gettempdir().encode()
try:
    for number in range(20_000):
        os.close(os.open(folder + b"/\xff\n\x1b[2J" + str(number).encode(), os.O_CREAT | os.O_WRONLY))
except OSError as error:
    print(error)
