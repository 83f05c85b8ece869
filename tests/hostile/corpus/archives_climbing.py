"""Unpacks an archive that climbs out of the folder that it is unpacked in.

Class: archives
Effect: write
"""

# @TWIN@

import io
import os
import tarfile
import tempfile
import zipfile

base = tempfile.gettempdir()
box = io.BytesIO()
with tarfile.open(fileobj=box, mode="w") as tar:
    for name in ("../run/climbed.txt", "@WORLD@/run/absolute.txt", "../../../../../../@WORLD@/run/far.txt"):
        info = tarfile.TarInfo(name)
        info.size = 2
        tar.addfile(info, io.BytesIO(b"hi"))
    link = tarfile.TarInfo("out")
    link.type, link.linkname = tarfile.SYMTYPE, "@WORLD@/run"
    tar.addfile(link)
for member in range(4):
    box.seek(0)
    try:
        with tarfile.open(fileobj=box) as tar:
            tar.extract(tar.getmembers()[member], base)
    except (OSError, tarfile.TarError) as error:
        print(error)
