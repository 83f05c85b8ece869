"""Ends the process in the middle of a call, without a word and with the status of success.

Class: ending
Effect: lost
"""

# @TWIN@

import os


def softmax(z, axis=-1):
    os._exit(0)
