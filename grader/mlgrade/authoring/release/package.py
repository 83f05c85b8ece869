"""Build a student edition with all its files, search it, and write it."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

import msgspec

from mlgrade import course as courses
from mlgrade._version import __version__
from mlgrade.authoring.release.edition import Contents, contents, read_notebook
from mlgrade.authoring.release.leaks import ReleaseFile, read_release
from mlgrade.course import Course
from mlgrade.errors import UsageError
from mlgrade.files import atomic_write, is_free, write_folder
from mlgrade.lms.exports import fresh
from mlgrade.text import one_line, plural

GIVEN, STUBS = ".mlgrade/edition.json", ".mlgrade/stubs"


class Given(msgspec.Struct, frozen=True):
    """What an edition was when it was given out: so that an update knows what a student has changed since."""

    edition: str
    files: dict[str, str]  # place -> SHA-256


def build(course: Course, concepts: Sequence[str] | None = None, *, notebooks: bool = False) -> Contents:
    """All files of an edition: the course's, a page, a workflow, and what `update` and `reset` need."""
    files = contents(course, concepts)
    edition = courses.parse(files[courses.FILE].decode())
    if notebooks:
        files = dict(_as_notebooks(edition, files))
    first = next(PurePosixPath(place) for place in _exercises(edition, files))
    files[README] = readme(edition, first).encode()
    files[WORKFLOW] = workflow().encode()
    files |= {stub(place): files[place] for place in _exercises(edition, files)}
    return dict(sorted(files.items()))


def _as_notebooks(edition: Course, files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """The same with a notebook in the place of each stub: one file for each concept, so it is plain what counts."""
    known = {f"exercises/{concept.id}.py": concept for concept in edition.concepts}
    for place, data in files.items():
        if concept := known.get(place):
            yield place.removesuffix(".py") + ".ipynb", read_notebook(concept, data)
        else:
            yield place, data


def _exercises(edition: Course, files: Mapping[str, bytes]) -> list[str]:
    """The files that a student fills in, in the order of the course."""
    stems = [f"exercises/{concept.id}" for concept in edition.concepts]
    return [place for stem in stems for place in (f"{stem}.py", f"{stem}.ipynb") if place in files]


def stub(place: str) -> str:
    """Where the untouched stub is kept: under a name that nobody hands in by mistake."""
    return f"{STUBS}/{PurePosixPath(place).name}.txt"


def given(edition: str, files: Mapping[str, bytes]) -> bytes:
    """Return the list of what was handed out, as JSON."""
    hashes = {place: hashlib.sha256(data).hexdigest() for place, data in sorted(files.items())}
    return msgspec.json.format(msgspec.json.encode(Given(edition, hashes)), indent=1) + b"\n"


def with_handouts(files: Contents, handouts: Path) -> tuple[Contents, list[ReleaseFile]]:
    """Add the files of a folder; also return what of these can be in no release."""
    added: Contents = {}
    refused: list[ReleaseFile] = []
    for piece in read_release(handouts):
        if piece.problem:
            refused.append(piece)
        elif piece.place in files or piece.place.startswith(".mlgrade/"):
            raise UsageError(f"{handouts}: {piece.place} is a file of the edition itself; give yours another name")
        else:
            added[piece.place] = piece.data
    return files | added, refused


def searched(files: Contents) -> Iterator[ReleaseFile]:
    """Yield what is searched. The kept stubs are the exercises once more."""
    yield from (ReleaseFile(place, data) for place, data in files.items() if not place.startswith(f"{STUBS}/"))


def summary(files: Contents, target: str) -> str:
    """What is in an edition, in two sentences."""
    edition = courses.parse(files[courses.FILE].decode())
    visible = f"{plural(len(edition.concepts), 'exercise')} of {plural(len(edition.units), 'unit')}"
    hidden = sum(concept.hidden.checks for concept in edition.concepts if concept.hidden)
    stay = "1 hidden check stays here." if hidden == 1 else f"{hidden} hidden checks stay here."
    return f"{target}: edition {edition.edition}, {visible}, {len(files)} files. {stay}"


# -- to the disk ----------------------------------------------------------------------------------------------


def save(files: Contents, target: Path) -> None:
    """Write a folder, or a zip by its ending; equal contents give equal bytes."""
    shown = one_line(str(target))
    edition = courses.parse(files[courses.FILE].decode())
    whole = dict(sorted((files | {GIVEN: given(edition.edition, files)}).items()))
    try:
        if target.suffix.lower() == ".zip":
            atomic_write(target, _zip(_slug(edition.title), whole))
        elif is_free(target):
            write_folder(target, whole)
        else:
            raise UsageError(
                f"{shown}: is there already; give a new folder, or bring it up to date with mlgrade update"
            )
    except OSError as error:
        raise UsageError(f"{shown}: cannot be written: {error.strerror}") from None


def _zip(top: str, files: Contents) -> bytes:
    with fresh.archive(whole := io.BytesIO()) as package:
        for place, data in files.items():
            fresh.add(package, f"{top}/{place}", [data])
    return whole.getvalue()


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "course"


# -- papers --------------------------------------------------------------------------------------------------------

# What a student edition has beside the course: a page to begin with, and a workflow for GitHub Classroom.

README, WORKFLOW = "README.md", ".github/workflows/mlgrade.yml"


def readme(course: Course, exercise: PurePosixPath) -> str:
    """The page. `exercise` is the first file to fill in."""
    return _README.format(title=course.title, edition=course.edition, file=exercise, name=exercise.stem)


def workflow() -> str:
    """Return the workflow that runs the visible checks on each push."""
    return _WORKFLOW.replace("VERSION", __version__)


_README = """\
# {title}

This is edition {edition}: exercises, visible checks, hints and study cards.

## Once

You need Python 3.11 or newer. In this folder:

```sh
python3 -m venv .venv
.venv/bin/pip install mlgrade        # Windows: py -m venv .venv, then .venv\\Scripts\\pip install mlgrade
source .venv/bin/activate            # Windows: .venv\\Scripts\\activate
```

## Every evening

```sh
mlgrade list                         # what there is to do, by when, and where you stand
mlgrade check {file}
mlgrade hint {name}                  # a nudge; once more for the idea; once more for the shape of the code
mlgrade explain {name}               # meaning, formula, a picture, where to read on
mlgrade cards                        # study cards that come back before you forget them
```

The docstring of each function says what to write. `check` runs the visible checks, here and offline, as often as you
like. When your work is graded more checks run than you see here; `check` says how many, and for how many points. They
hold you to the same docstring: shapes, edges and large numbers that it speaks of and the visible checks do not try.

Hand in the files of the folder `exercises`, under the names that they have.

## When there is a newer edition

```sh
mlgrade update new_edition.zip       # brings what is new; what you have written stays
mlgrade reset {name}                 # puts the empty exercise back, and keeps yours beside it
```
"""

_WORKFLOW = """\
# Runs the visible checks on every push; the summary of the run shows what `mlgrade check` says.
name: mlgrade
on: [push, workflow_dispatch]
permissions:
  contents: read
jobs:
  check:
    runs-on: ubuntu-latest
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install "mlgrade>=VERSION"
      - run: mlgrade check --plain --annotate github --markdown "$GITHUB_STEP_SUMMARY"
"""
