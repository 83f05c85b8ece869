"""Nests folders deeper than a path may be long, and moves what it has nested below itself.

Class: exhaustion
Effect: left
"""

# @TWIN@

import os
import tempfile

base = tempfile.gettempdir()


def nest(top, levels):
    here = os.open(base, os.O_RDONLY)
    os.mkdir(top, dir_fd=here)
    inner = os.open(top, os.O_RDONLY, dir_fd=here)
    os.close(here)
    for _ in range(levels):
        os.mkdir("d", dir_fd=inner)
        deeper = os.open("d", os.O_RDONLY, dir_fd=inner)
        os.close(inner)
        inner = deeper
    return inner


bottom = None
for number in range(6):
    try:
        last = nest(f"tree{number}", 500)
        if bottom is not None:
            os.rename(f"{base}/tree{number - 1}", f"tree{number - 1}", dst_dir_fd=last)
        bottom = last
    except (OSError, RecursionError) as error:
        print(error)
        break
