"""Unpacks a small archive that becomes hundreds of megabytes and thousands of files.

Class: archives
Effect: left
"""

# @TWIN@

import io
import os
import tempfile
import zipfile

base = tempfile.gettempdir()
box = io.BytesIO()
with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bomb:
    for number in range(3):
        bomb.writestr(f"big{number}", bytes(24 << 20))
    for number in range(2000):
        bomb.writestr(f"many/{number}", b"")
try:
    with zipfile.ZipFile(box) as bomb:
        bomb.extractall(base)
except OSError as error:
    print(error)
