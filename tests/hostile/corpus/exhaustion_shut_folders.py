"""Makes folders that not even their owner may enter, with something in them, and shuts the one it stands in.

Class: exhaustion
Effect: left
"""

# @TWIN@

import os
import tempfile

base = tempfile.gettempdir()
for number, mode in enumerate((0o000, 0o100, 0o300, 0o400, 0o500)):
    try:
        inner = f"{base}/shut{number}"
        os.makedirs(f"{inner}/in/side")
        open(f"{inner}/in/file", "w").close()
        for way in (lambda: os.chmod(inner, mode), lambda: os.chmod(f"{inner}/in", mode)):
            try:
                way()
            except OSError as error:
                print(error)
        old = os.umask(0o777 & ~mode)
        os.mkdir(f"{base}/masked{number}")
        os.mkdir(f"{base}/masked{number}/in") if mode & 0o300 == 0o300 else None
        os.umask(old)
    except OSError as error:
        print(error)
try:
    os.chmod(base, 0)
    os.chmod(base, 0o700)
except OSError as error:
    print(error)
