"""Rewrites the suites and the honest neighbour's file before they are read, also by renaming over them.

Class: planting
Effect: taint
"""

# @TWIN@

import os

EMPTY = '"""Nothing."""\n\n\ndef test_nothing(student):\n    """Nothing."""\n'
for place in ("tests/hidden/test_softmax.py", "tests/public/test_softmax.py"):
    place = f"@COURSE@/{place}"
    for way in (
        lambda: open(place, "w").write(EMPTY),
        lambda: os.unlink(place),
        lambda: os.truncate(place, 0),
        lambda: os.rename("@WORLD@/submissions/attack.py", place),
    ):
        try:
            way()
        except OSError as error:
            print(type(error).__name__)
try:
    open("@WORLD@/submissions/twin.py", "w").write("softmax = log_softmax = None\n")
except OSError as error:
    print(type(error).__name__)
