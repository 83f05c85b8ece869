"""Sends a signal to its own process group and session.

Class: signals
Effect: lost
"""

# @TWIN@

import os
import signal

os.kill(0, signal.SIGKILL)
