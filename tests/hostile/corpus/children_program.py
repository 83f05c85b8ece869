"""Starts a program, by every call that starts one.

Class: children
Effect: left
"""

# @TWIN@

import os
import subprocess

for way in (
    lambda: subprocess.Popen(["sleep", "61"], start_new_session=True),
    lambda: os.posix_spawn("/bin/sleep", ["sleep", "62"], {}),
    lambda: os.system("sleep 63 >/dev/null 2>&1 &"),
    lambda: subprocess.Popen(["/lib64/ld-linux-x86-64.so.2", "/bin/sleep", "64"], start_new_session=True),
):
    try:
        print(way())
    except OSError as error:
        print(error)
