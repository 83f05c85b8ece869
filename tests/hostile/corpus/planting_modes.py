"""Changes modes, owners, times and attributes of the course's files, none of which needs to open them.

Class: planting
Effect: write
"""

# @TWIN@

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
for place in ("@COURSE@/course.yml", "@COURSE@/tests/hidden", "@WORLD@/home"):
    for way in (
        lambda: os.chmod(place, 0),
        lambda: os.chmod(place, 0o777, follow_symlinks=True),
        lambda: os.utime(place, (0, 0)),
        lambda: os.setxattr(place, "user.hostile", b"1"),
        lambda: os.chown(place, 1, 1),
        lambda: os.fchmod(os.open(place, os.O_PATH), 0o700),
        lambda: libc.syscall(452, -100, place.encode(), 0o700, 0),
        lambda: os.chmod(place, 0o711),
    ):
        try:
            way()
        except (OSError, NotImplementedError) as error:
            print(type(error).__name__)
