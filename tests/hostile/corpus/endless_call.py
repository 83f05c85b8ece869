"""Never ends a call, whatever is raised in it.

Class: endless
Effect: hang
"""

# @TWIN@


def softmax(z, axis=-1):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
