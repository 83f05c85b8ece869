"""Imports the hidden suite under a name of its own, runs it against itself and learns the answers by heart.

Class: reading
Effect: points
"""

# @TWIN@

import importlib.util

try:
    spec = importlib.util.spec_from_file_location("suite", "@COURSE@/tests/hidden/test_softmax.py")
    suite = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(suite)

    def softmax(z, axis=-1):
        z = np.asarray(z, dtype=float)
        return suite.shares(z - z.max(axis=axis, keepdims=True), axis)
except Exception as error:
    print(type(error).__name__)
