"""Leaves a message for itself in every place that it can write to, and finds it when it is the next one's turn.

Class: channels
Effect: taint
"""

# @TWIN@

import os
import tempfile

MARK = "@WORLD@/run/mlgrade-hostile-mark"
for place in (
    MARK,
    "/dev/shm/mlgrade-hostile-mark",
    f"{tempfile.gettempdir()}/../mlgrade-hostile-mark",
    "/tmp/mlgrade-hostile-mark",
):
    if place.startswith("/tmp/") and os.getpid() == int("@GRADER@"):
        continue
    try:
        with open(place, "w") as file:
            file.write("seen")
    except OSError as error:
        print(type(error).__name__)
try:
    with open("@WORLD@/submissions/twin.py", "a") as file:
        file.write("\nraise SystemExit\n" if False else "\nsoftmax = None\n")
except OSError as error:
    print(type(error).__name__)
