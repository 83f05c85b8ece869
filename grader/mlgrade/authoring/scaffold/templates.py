"""Courses that come with mlgrade and that a new one may begin as a copy of."""

from __future__ import annotations

from pathlib import Path

from mlgrade import course as courses
from mlgrade.authoring.scaffold import bundle
from mlgrade.course import FILE
from mlgrade.errors import MlgradeError, UsageError, closest

NAMES = ("math-for-ml",)
_PACKAGE = Path(__file__).parents[2]


def files(name: str) -> dict[str, bytes]:
    """Read a template: from the zip of an installed package, from the repository in a checkout of it."""
    if name not in NAMES:
        raise UsageError(f'no template "{name}"{closest(name, NAMES) or "; there is " + ", ".join(NAMES)}')
    packed = _PACKAGE / "templates" / f"{name}.zip"
    if packed.is_file():
        return bundle.unpack(packed.read_bytes())
    repository = _PACKAGE.parents[1]
    if (repository / "course.yml").is_file() and (repository / "grader" / "mlgrade").resolve() == _PACKAGE.resolve():
        return bundle.collect(repository)
    raise MlgradeError(f"this installation of mlgrade lacks the template {name}; install it anew")


def title(name: str) -> str:
    """Return the title of a template."""
    return courses.parse(files(name)[FILE].decode()).title
