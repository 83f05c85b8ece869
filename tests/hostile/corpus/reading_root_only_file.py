"""Reads a file of root's, with mode 0600, that lies where the system keeps its libraries.

Before: a root worker kept CAP_DAC_READ_SEARCH where Python lay in root's home, a plain user's worker whatever
capability its user had been given, and all of /lib, /usr/lib and /usr/local/lib could be read.

Class: reading
Effect: loot
Needs: root
"""

# @TWIN@

import glob
import os

for place in ("@SECRET@", *glob.glob("/proc/self/fd/*/../../../../../../../../../..@SECRET@")):
    try:
        print(open(place, "rb").read())
    except OSError as error:
        print(type(error).__name__)

for number in range(3, 64):
    try:
        print(
            open(
                "../../../../../../../../..@SECRET@", opener=lambda name, flags: os.open(name, flags, dir_fd=number)
            ).read()
        )
    except OSError:
        pass
