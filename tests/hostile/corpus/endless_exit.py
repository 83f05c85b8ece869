"""Gives its answers in time and never lets the process end.

Class: endless
Effect: hang
"""

# @TWIN@

import atexit
import threading


def forever():
    while True:
        pass


atexit.register(forever)
threading.Thread(target=forever).start()
