"""Puts links into its own folder that lead out of it, and reads and writes through them.

Class: links
Effect: loot
"""

# @TWIN@

import os
import tempfile

base = tempfile.gettempdir()
for number, target in enumerate(("@WORLD@/home", "@COURSE@/tests/hidden", "/", "..", "/proc/self/root@WORLD@/home")):
    link = f"{base}/link{number}"
    try:
        os.symlink(target, link)
    except OSError as error:
        print(error)
        continue
    for inner in ("secret.txt", "test_softmax.py", "@WORLD@/home/secret.txt"):
        try:
            print(open(f"{link}/{inner}").read())
        except OSError as error:
            print(type(error).__name__)
