"""Replaces the folder that is cleaned up after it by a link to something that is not to be cleaned up.

Class: links
Effect: write
"""

# @TWIN@

import os
import shutil
import tempfile

base = tempfile.gettempdir()
for way in (
    lambda: os.rename(base, base + "-moved"),
    lambda: os.symlink("@WORLD@/home", base),
    lambda: os.rename(f"{base}/../", f"{base}/../../moved"),
    lambda: shutil.rmtree("@WORLD@/home"),
    lambda: os.rename("@WORLD@/home", f"{base}/home"),
):
    try:
        way()
    except OSError as error:
        print(type(error).__name__)
