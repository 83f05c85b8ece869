"""Moves the course away and puts a folder of its own in its place.

Class: planting
Effect: write
"""

# @TWIN@

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
for way in (
    lambda: os.rename("@COURSE@/solutions", "@COURSE@/gone"),
    lambda: os.mkdir("@WORLD@/submissions/new"),
    lambda: os.symlink("/", "@WORLD@/submissions/root"),
    lambda: os.link("@COURSE@/course.yml", "@WORLD@/submissions/linked"),
    lambda: os.mknod("@WORLD@/submissions/fifo"),
    lambda: libc.syscall(316, -100, b"@COURSE@/exercises", -100, b"@COURSE@/solutions", 2),
    lambda: os.rmdir("@WORLD@/submissions/new"),
):
    try:
        way()
    except OSError as error:
        print(type(error).__name__)
