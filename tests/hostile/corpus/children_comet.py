"""A process that is never there twice: it forks and ends, a hundred times a second.

Class: children
Effect: left
"""

# @TWIN@

import os
import time

try:
    if os.fork() == 0:
        os.setsid()
        for _ in range(400):
            if os.fork():
                os._exit(0)
            time.sleep(0.01)
        os._exit(0)
except OSError as error:
    print(error)
