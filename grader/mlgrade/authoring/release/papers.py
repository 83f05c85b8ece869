"""What a student edition has beside the course: a page to begin with, and a workflow for GitHub Classroom."""

from __future__ import annotations

from pathlib import PurePosixPath

from mlgrade._version import __version__
from mlgrade.course import Course

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
