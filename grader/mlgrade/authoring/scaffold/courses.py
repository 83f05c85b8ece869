"""A new course: a small one that is whole, or a copy of a template with a title and a seed of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from mlgrade import course as courses
from mlgrade.authoring.scaffold import templates
from mlgrade.authoring.scaffold.texts import papers, part
from mlgrade.course import FILE, Course
from mlgrade.errors import MlgradeError, UsageError
from mlgrade.files import is_free, write_folder
from mlgrade.text import one_line


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
    return _encoded(papers("small.txt", words) | papers("staff.txt", {"title": title, "more": ""}))


def _copied(template: str, title: str, seed: int) -> dict[str, bytes]:
    files = templates.files(template)
    text = _settled(files[FILE].decode(), title, seed)
    more = part("template.txt", {"template": template})
    return files | _encoded({FILE: text, **papers("staff.txt", {"title": title, "more": more})})


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
