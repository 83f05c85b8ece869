"""Provide the wheel and the pinned versions for a package."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mlgrade._version import __version__
from mlgrade.course import FILE
from mlgrade.errors import SubmissionError, UsageError
from mlgrade.files import safe_read
from mlgrade.integrations.zips import packed

NAME = f"mlgrade-{__version__}-py3-none-any.whl"
TEMPLATES = "mlgrade/templates/"  # whole courses, which an installed mlgrade has in zips
MOST_BYTES = 64 * 1024 * 1024
_WHEEL = "Wheel-Version: 1.0\nGenerator: mlgrade\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def made() -> bytes:
    """The wheel. Equal files give equal bytes."""
    found = distribution("mlgrade")
    if found.version != __version__:
        raise UsageError(f"mlgrade {__version__} is installed as {found.version}; install it again, or give --wheel")
    info = f"mlgrade-{__version__}.dist-info"
    files = dict(_package()) | {f"{info}/{name}": text.encode() for name, text in _info(found)}
    rows = [f"{name},sha256={_digest(data)},{len(data)}" for name, data in files.items()]
    return packed(files | {f"{info}/RECORD": "\n".join([*rows, f"{info}/RECORD,,", ""]).encode()})


def given(path: Path) -> bytes:
    """A wheel that was built elsewhere. Raises UsageError for anything that is none of this version of mlgrade."""
    if path.name != NAME:
        raise UsageError(f"{path}: not {NAME}; the versions beside it are those of mlgrade {__version__}")
    try:
        data = safe_read(path, MOST_BYTES)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except SubmissionError as error:
        raise UsageError(str(error)) from None
    except zipfile.BadZipFile:
        raise UsageError(f"{path}: not a wheel") from None
    if "mlgrade/integrations/job.py" not in names:
        raise UsageError(f"{path}: a wheel without mlgrade's adapters")
    return data


def holds_a_course(wheel: bytes) -> bool:
    """Whether a course is installed along with it, with suites that only Landlock would keep from student code."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        return any(name.rpartition("/")[2] == FILE or name.startswith(TEMPLATES) for name in archive.namelist())


def _package() -> Iterator[tuple[str, bytes]]:
    """Every file of the package, but no course that is shipped in it: its solutions have no business elsewhere."""
    home = Path(__file__).resolve().parents[1]
    courses = {path.parent for path in home.rglob(FILE)}
    for path in sorted(home.rglob("*")):
        inner = path.relative_to(home.parent)
        made_here = path.suffix == ".pyc" or any(part.startswith(".") for part in inner.parts)
        template = inner.as_posix().startswith(TEMPLATES)
        if path.is_file() and not made_here and not template and courses.isdisjoint(path.parents):
            yield inner.as_posix(), path.read_bytes()


def _info(found: Distribution) -> Iterator[tuple[str, str]]:
    yield "WHEEL", _WHEEL
    for name in ("METADATA", "entry_points.txt", "licenses/LICENSE"):
        text = found.read_text(name)
        if text is None:
            raise UsageError(f"mlgrade is installed without its {name}; install it again, or give --wheel")
        yield name, text


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


# -- pins ----------------------------------------------------------------------------------------------------------

# The exact versions that this mlgrade runs with, so that it runs with the same ones elsewhere.

LINUX = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}
KNOWN = {"stdlib", "numpy"}  # imports that need no package beside ours


def requirements(imports: Iterable[str], extras: Sequence[str] = ()) -> str:
    """A requirements.txt of all that mlgrade, and a course with these imports, needs on Linux; not mlgrade itself."""
    versions: dict[str, str] = {}
    try:
        _gather("mlgrade", frozenset(extras), versions)
        for name in imports:
            for package in () if name in KNOWN else _packages(name):
                _gather(package, frozenset(), versions)
    except PackageNotFoundError as error:
        way = f"pip install 'mlgrade[{','.join(extras)}]'" if extras else "install it first"
        raise UsageError(f"{error.name} is not installed here, so its version is not known; {way}") from None
    del versions["mlgrade"]
    return "".join(f"{name}=={version}\n" for name, version in sorted(versions.items()))


def _packages(imported: str) -> list[str]:
    found = packages_distributions().get(imported)
    if not found:
        raise UsageError(f"imports: {imported} is not installed here, so its version is not known; install it first")
    return sorted(set(found))


def _gather(package: str, extras: frozenset[str], versions: dict[str, str]) -> None:
    name = canonicalize_name(package)
    found = distribution(name)
    if name in versions and not extras:
        return
    versions[name] = found.version
    for needed in _needed(found.requires or (), extras):
        if canonicalize_name(needed.name) not in versions or needed.extras:
            _gather(needed.name, frozenset(needed.extras), versions)


def _needed(lines: Iterable[str], extras: frozenset[str]) -> Iterator[Requirement]:
    for one in map(Requirement, lines):
        if one.marker is None or any(one.marker.evaluate({**LINUX, "extra": extra}) for extra in extras or {""}):
            yield one
