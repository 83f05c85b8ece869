"""Import nothing from the working folder, in this interpreter and in those that it starts.

Who grades may stand among the files of students, and Python puts the working folder first on sys.path for `-m` and `-c`
and for an empty entry of PYTHONPATH: a student's pickle.py would run as the grader. What is imported before this module
has run cannot be helped, so it and the package's __init__ import only what Python holds in itself when it starts
(sys, os): not even `__future__`, which is a file like any other.
"""

import os
import sys

_HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120  (pathlib is a file too)


def secure() -> None:
    """Make this process, and all that it starts, ignore the working folder.

    For the command only, as the first thing: in the process of a user who imports mlgrade, sys.path is not ours.
    """
    made = environment()
    sys.path[:] = path()
    os.environ.pop("PYTHONPATH", None)
    os.environ.update(made)


def path() -> list[str]:
    """Return sys.path without the working folder, whatever has put it there."""
    return _safe(sys.path)


def command(module: str, *arguments: str) -> list[str]:
    """Return the command line that runs a module of ours; to be started with `environment`."""
    return [sys.executable, "-P", *(() if _in_user_site() else ("-s",)), "-m", module, *arguments]


def environment() -> dict[str, str]:
    """Return the environment of this process, so that a Python started with it ignores the working folder.

    The user site is ignored too, with its .pth files and usercustomize, unless mlgrade itself is installed there.
    """
    made = {**os.environ, "PYTHONSAFEPATH": "1"}
    if not _in_user_site():
        made["PYTHONNOUSERSITE"] = "1"
    if sys.platform == "win32":
        made["NoDefaultCurrentDirectoryInExePath"] = "1"  # else programs are looked for in the working folder first
    made["PYTHONPATH"] = os.pathsep.join(_safe(_pythonpath()))
    if not made["PYTHONPATH"]:
        del made["PYTHONPATH"]
    return made


def _safe(entries: list[str]) -> list[str]:
    """Only absolute entries, and not the working folder or what a relative entry of PYTHONPATH has become."""
    try:
        relative = [entry for entry in ("", *_pythonpath()) if not os.path.isabs(entry)]  # noqa: PTH117
        unsafe = {os.path.realpath(entry) for entry in relative} - _ours()
    except OSError:  # the working folder is gone, and nothing can be imported from there
        unsafe = set()
    return [entry for entry in entries if os.path.isabs(entry) and os.path.realpath(entry) not in unsafe]  # noqa: PTH117


def _pythonpath() -> list[str]:
    return os.environ.get("PYTHONPATH", "").split(os.pathsep)


def _ours() -> set[str]:
    """Where Python and mlgrade are installed: that stays, also for who stands there."""
    site = sys.modules.get("site")  # not imported by -S
    installed = [*site.getsitepackages(), site.getusersitepackages()] if site else []
    return {os.path.realpath(folder) for folder in (_HOME, os.path.dirname(os.__file__), *installed)}  # noqa: PTH120


def _in_user_site() -> bool:
    site = sys.modules.get("site")
    return bool(
        site and site.ENABLE_USER_SITE and os.path.realpath(_HOME) == os.path.realpath(site.getusersitepackages())
    )
