"""Pack the course and the package for another system."""

from __future__ import annotations

import base64
import hashlib
import io
import platform
import stat
import tempfile
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mlgrade import course as courses
from mlgrade._version import __version__
from mlgrade.course import FILE, Course
from mlgrade.errors import CourseError, SubmissionError, SuiteError, UsageError, closest
from mlgrade.files import safe_read
from mlgrade.grading import fingerprint
from mlgrade.grading import grader as grading
from mlgrade.lms.exports.fresh import EPOCH, UNIX
from mlgrade.text import one_line

# Files by their place in a package, and packages that are equal byte for byte when their files are.

Files = Mapping[str, bytes]


def packed(files: Files, scripts: Collection[str] = ()) -> bytes:
    """A zip. Hidden suites may be among the files, so that nobody but their owner reads what it is unpacked to."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, UNIX
            entry.external_attr = (stat.S_IFREG | (0o755 if name in scripts else 0o600)) << 16
            archive.writestr(entry, data)
    return made.getvalue()


def save(data: bytes, target: Path) -> None:
    """Write a file whole or not at all; only its owner may read it."""
    try:
        with tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=".mlgrade-") as beside:
            made = Path(beside, "made")
            made.touch(0o600)
            made.write_bytes(data)
            made.replace(target)
    except OSError as error:
        raise UsageError(f"{one_line(str(target))}: cannot be written: {error.strerror}") from None


def unpack(files: Files, target: Path, scripts: Collection[str] = ()) -> None:
    """Write a new folder whole or not at all."""
    if target.is_symlink() or (target.exists() and not (target.is_dir() and not any(target.iterdir()))):
        raise UsageError(f"{one_line(str(target))}: is there already; give a new folder, then copy it over the old")
    try:
        with tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=".mlgrade-") as beside:
            made = Path(beside, "made")
            for name, data in files.items():
                path = made / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
                path.chmod(0o755 if name in scripts else 0o644)
            if target.exists():  # empty; some systems put no folder in the place of another
                target.rmdir()
            made.replace(target)
    except OSError as error:
        raise UsageError(f"{one_line(str(target))}: cannot be written: {error.strerror}") from None


# -- wheel ---------------------------------------------------------------------------------------------------------

# Provide the wheel and the pinned versions for a package.

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


# -- bundle --------------------------------------------------------------------------------------------------------

# What every package carries: the files of a course that grading reads, this mlgrade, and the versions it runs with.

REQUIREMENTS = "requirements.txt"


def chosen(course: Course, units: Sequence[str], concepts: Sequence[str]) -> list[str]:
    """The concepts that any of these names, in the order of the course; without names, all."""
    known = {unit.id: [concept.id for concept in unit.concepts] for unit in course.units}
    for unit in units:
        if unit not in known:
            raise UsageError(f'no unit "{unit}"{closest(unit, known) or "; this course has " + ", ".join(known)}')
    named = {course.concept(concept).id for concept in concepts} | {one for unit in units for one in known[unit]}
    return [concept.id for concept in course.concepts if concept.id in named or not (units or concepts)]


def proved(course: Course, concepts: Sequence[str]) -> None:
    """Raise for a course that cannot grade, before it is handed to somebody else's machine."""
    if course.edition:
        raise UsageError(f"{course.root}: is the student edition {course.edition}; give the staff's course (--course)")
    if absent := [concept for concept in concepts if not course.solution(concept).is_file()]:
        raise CourseError([f"{course.root}: no solutions/{concept}.py" for concept in absent])
    try:
        grading.collect(course, concepts)
    except SuiteError as error:
        raise CourseError([str(error)]) from None


def course_files(course: Course, concepts: Sequence[str]) -> dict[str, bytes]:
    """course.yml, suites, references and misconceptions: exactly what decides about answers to these concepts."""
    found = {courses.FILE: (course.root / courses.FILE).read_bytes()}
    for concept in concepts:
        found |= dict(fingerprint.contents(course, concept))
    return found


def mlgrade_files(
    course: Course, built: Path | None, *, allow_weak_isolation: bool, extras: Sequence[str] = ()
) -> dict[str, bytes]:
    """Mlgrade itself and the versions that it needs."""
    data = given(built) if built else made()
    if allow_weak_isolation and holds_a_course(data):
        raise UsageError(f"{built}: holds a course, which reduced walls do not hide; leave out --wheel")
    return {REQUIREMENTS: requirements(course.imports, extras).encode(), NAME: data}


def python() -> str:
    """The Python that these versions were chosen with, such as 3.12."""
    return ".".join(platform.python_version_tuple()[:2])
