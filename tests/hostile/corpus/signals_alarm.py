"""Sets timers that end the process in the middle of what comes next.

Class: signals
Effect: lost
"""

# @TWIN@

import ctypes
import signal

signal.signal(signal.SIGALRM, signal.SIG_DFL)
signal.setitimer(signal.ITIMER_REAL, 0.2)
signal.setitimer(signal.ITIMER_PROF, 0.2)
ctypes.CDLL(None).alarm(1)
