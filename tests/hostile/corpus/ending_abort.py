"""Aborts, as a library with a broken heap would, from a thread and with handlers taken off.

Class: ending
Effect: lost
"""

# @TWIN@

import ctypes
import signal
import threading

signal.signal(signal.SIGABRT, signal.SIG_DFL)


def softmax(z, axis=-1):
    thread = threading.Thread(target=ctypes.CDLL(None).abort)
    thread.start()
    thread.join()
