"""Returns an object that ends the process whenever anything is asked of it.

Class: crashes
Effect: lost
"""

# @TWIN@

import os


class Meta(type):
    def __instancecheck__(cls, other):
        os._exit(3)

    @property
    def __name__(cls):
        os._exit(3)


class Bad(metaclass=Meta):
    def __getattribute__(self, name):
        os._exit(3)

    def __repr__(self):
        os._exit(3)


def softmax(z, axis=-1):
    return Bad()


log_softmax = softmax
