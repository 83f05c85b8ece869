"""Reads a file of secrets in the grader's home: straight, through links, through sendfile, through /proc.

Class: reading
Effect: loot
"""

# @TWIN@

import os

PLACE = "@WORLD@/home/secret.txt"


def by_link(kind, name):
    kind(PLACE, name)
    return open(name, "rb").read()


def by_sendfile():
    target = os.open("copy", os.O_RDWR | os.O_CREAT)
    os.sendfile(target, os.open(PLACE, os.O_RDONLY), 0, 4096)
    return os.pread(target, 4096, 0)


def by_copy_range():
    target = os.open("copy2", os.O_RDWR | os.O_CREAT)
    os.copy_file_range(os.open(PLACE, os.O_RDONLY), target, 4096)
    return os.pread(target, 4096, 0)


def by_opath():
    handle = os.open(PLACE, os.O_PATH)
    return open(f"/proc/self/fd/{handle}", "rb").read()


os.chdir(os.environ["TMPDIR"]) if os.getpid() == int("@GRADER@") else None
for way in (
    lambda: open(PLACE, "rb").read(),
    lambda: by_link(os.symlink, "soft"),
    lambda: by_link(os.link, "hard"),
    by_sendfile,
    by_copy_range,
    by_opath,
    lambda: open(os.path.expanduser("~/secret.txt"), "rb").read(),
    lambda: open(f"/proc/{os.getppid()}/cwd/../home/secret.txt", "rb").read(),
    lambda: open("../../../.." + PLACE, "rb").read(),
):
    try:
        print(way())
    except Exception as error:
        print(type(error).__name__)
