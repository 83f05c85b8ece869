"""Write a new course, or a new concept into an existing one."""

from __future__ import annotations

import contextlib
import json
import keyword
import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from string import Template

from mlgrade import course as courses
from mlgrade.authoring.scaffold import entry
from mlgrade.authoring.scaffold.bundle import collect, unpack
from mlgrade.course import FILE, Concept, Course, Unit
from mlgrade.errors import MlgradeError, SubmissionError, UsageError, closest
from mlgrade.files import atomic_write, is_free, safe_read, write_folder
from mlgrade.text import one_line

# -- texts ---------------------------------------------------------------------------------------------------------

# The files of a new course or concept are kept as one text: each after a line `=== its/place`. $title and the like are
# filled in.


def fill_files(name: str, words: Mapping[str, str]) -> dict[str, str]:
    """Read a text of this package as files; places may hold words too."""
    text = Template(resources.files(__package__).joinpath(name).read_text(encoding="utf-8")).substitute(words)
    _, *parts = re.split(r"^=== (.+)\n", text, flags=re.MULTILINE)
    return {place: content.strip("\n") + "\n" for place, content in zip(parts[::2], parts[1::2], strict=True)}


def fill(name: str, words: Mapping[str, str]) -> str:
    """The same for a text that is one piece."""
    return Template(resources.files(__package__).joinpath(name).read_text(encoding="utf-8")).substitute(words)


# -- templates -----------------------------------------------------------------------------------------------------

# Courses that come with mlgrade and that a new one may begin as a copy of.

NAMES = ("math-for-ml",)
_PACKAGE = Path(__file__).parents[2]


def template_files(name: str) -> dict[str, bytes]:
    """Read a template: from the zip of an installed package, from the repository in a checkout of it."""
    if name not in NAMES:
        raise UsageError(f'no template "{name}"{closest(name, NAMES) or "; there is " + ", ".join(NAMES)}')
    packed = _PACKAGE / "templates" / f"{name}.zip"
    if packed.is_file():
        return unpack(packed.read_bytes())
    repository = _PACKAGE.parents[1]
    if (repository / "course.yml").is_file() and (repository / "grader" / "mlgrade").resolve() == _PACKAGE.resolve():
        return collect(repository)
    raise MlgradeError(f"this installation of mlgrade lacks the template {name}; install it anew")


def template_title(name: str) -> str:
    """Return the title of a template."""
    return courses.parse(template_files(name)[FILE].decode()).title


# -- courses -------------------------------------------------------------------------------------------------------

# A new course: a small one that is whole, or a copy of a template with a title and a seed of its own.


def create(target: Path, title: str, seed: int, template: str = "") -> Course:
    """Write a new course, whole or not at all, and read it. `target` must not be there, or be empty."""
    if not title.strip() or not title.isprintable() or len(title) > 120:
        raise UsageError("a title is 1 to 120 characters that can be printed")
    shown = one_line(str(target))
    if not is_free(target):
        raise UsageError(f"{shown}: is there already, and not an empty folder; nothing was written")
    try:
        write_folder(target, _copied(template, title, seed) if template else _small(title, seed))
    except OSError as error:
        raise UsageError(f"{shown}: cannot be written: {error.strerror}") from None
    return courses.load(target)


def _small(title: str, seed: int) -> dict[str, bytes]:
    words = {"title": _quoted(title), "seed": str(seed)}
    return _encoded(fill_files("small.txt", words) | fill_files("staff.txt", {"title": title, "more": ""}))


def _copied(template: str, title: str, seed: int) -> dict[str, bytes]:
    files = template_files(template)
    text = _settled(files[FILE].decode(), title, seed)
    more = fill("template.txt", {"template": template})
    return files | _encoded({FILE: text, **fill_files("staff.txt", {"title": title, "more": more})})


def _settled(text: str, title: str, seed: int) -> str:
    """Set what is the new course's own. The dates of another term would take points for lateness."""
    text = re.sub(r"^title: .*$", lambda _: f"title: {_quoted(title)}", text, count=1, flags=re.MULTILINE)
    text = re.sub(r"^seed: *\d+", f"seed: {seed}", text, count=1, flags=re.MULTILINE)
    text = re.sub(r"^( +)(due: )", r"\1# \2", text, flags=re.MULTILINE)
    made = courses.parse(text)
    if (made.title, made.seed) != (title, seed) or any(unit.due for unit in made.units):
        raise MlgradeError("the template's course.yml is not written as expected; install mlgrade anew")
    return text


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # JSON is YAML


def _encoded(files: Mapping[str, str]) -> dict[str, bytes]:
    return {place: text.encode() for place, text in files.items()}


# -- concepts ------------------------------------------------------------------------------------------------------

# A new concept: its entry in course.yml, and its files with a mark wherever something is to be written.

MOST_BYTES = 1024 * 1024
_PIECES = {
    "stubs": "stub.txt",
    "solved": "solved.txt",
    "public": "public.txt",
    "hidden": "hidden.txt",
    "wrong": "wrong.txt",
}


def add(course: Course, unit: Unit, concept: Concept) -> list[Path]:
    """Add a concept to a course on disk; return the new files. No file that is there is changed but course.yml.

    Of a concept that is in course.yml already, only the files are written, as its entry says.
    """
    _admit(course, concept)
    if concept in course.concepts:
        made = _files(course, concept)
        _write(made)
        return list(made)
    place = (course.root / FILE).resolve()
    text = entry.added(_read(place), course, unit, concept)
    made = _files(course, concept)
    _write(made)
    try:
        atomic_write(place, text.encode())
    except OSError as error:
        for path in made:
            path.unlink()
        raise UsageError(f"{place}: cannot be written: {error.strerror}; nothing was added") from None
    return list(made)


def unit_of(course: Course, name: str, title: str = "") -> Unit:
    """Look up a unit; with a title it may be a new one."""
    known = {unit.id: unit for unit in course.units}
    if name in known:
        return known[name]
    if not title:
        near = closest(name, known) or f"; this course has {', '.join(known)}"
        raise UsageError(f'no unit "{name}"{near} (--unit-title begins a new one)')
    return Unit(id=name, title=title, concepts=[])


def _admit(course: Course, concept: Concept) -> None:
    """What reading course.yml would not refuse, or would say less well."""
    if course.edition:
        raise UsageError(f"{course.root}: is a student edition; a concept is added to the staff's course (--course)")
    if len(set(concept.functions)) < len(concept.functions):
        raise UsageError(f"the same function is named twice: {', '.join(concept.functions)}")
    for name in concept.functions:
        if keyword.iskeyword(name) or not name.isidentifier():
            raise UsageError(f'"{name}" cannot be the name of a function; give another one with --function')
    for name in concept.requires:
        course.concept(name)


def _files(course: Course, concept: Concept) -> dict[Path, str]:
    words = {"id": concept.id, "title": _plain(concept.title), "functions": " and ".join(concept.functions)}
    for word, text in _PIECES.items():
        words[word] = "".join(fill(text, {"function": name}) for name in concept.functions)
    made = {course.root / place: text for place, text in fill_files("concept.txt", words).items()}
    if there := [path for path in made if path.exists() or path.is_symlink()]:
        raise UsageError(f"{there[0]}: is there already; nothing was written")
    return made


def _plain(title: str) -> str:
    """A title as it may stand in a docstring."""
    return re.sub(r'[\\"]', "'", title).rstrip(".")


def _read(path: Path) -> str:
    try:
        return safe_read(path, MOST_BYTES).decode("utf-8")
    except (OSError, SubmissionError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from None


def _write(made: Mapping[Path, str]) -> None:
    """All of them or none, and over no file that came in the meantime."""
    written: list[Path] = []
    try:
        for path, text in made.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                written.append(path)
                file.write(text)
    except OSError as error:
        for path in written:
            with contextlib.suppress(OSError):
                path.unlink()
        raise UsageError(f"{error.filename}: cannot be written: {error.strerror}; nothing was added") from None
