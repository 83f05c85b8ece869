"""Returns a list that has no end, and a number that never becomes one.

Class: endless
Effect: hang
"""

# @TWIN@


class Endless(list):
    def __iter__(self):
        while True:
            yield 1.0

    def __len__(self):
        while True:
            pass

    def __deepcopy__(self, memo):
        return self


def softmax(z, axis=-1):
    return Endless([1.0])
