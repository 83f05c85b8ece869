"""Questions for a PrairieLearn course, and the image that they are graded in.

questions/mlgrade/<concept>/   info.json, question.html, the stub, tests/ (run, settings.json, course/)
image/                         Containerfile, requirements.txt, mlgrade: PrairieLearn has no set-up step, so it is built
"""

from __future__ import annotations

import html
import math
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from mlgrade.course import Concept, Course
from mlgrade.errors import CourseError, UsageError
from mlgrade.integrations import packaging

HERE = Path(__file__).parent
SETTINGS, COURSE, RUN = "settings.json", "course", "run"
MOST_SECONDS = 600  # PrairieLearn's own bound of a grading job
START_SECONDS = 30  # of a container and of Python, on a machine that has much to do
QUESTIONS = "questions/mlgrade"
_HTML = """\
<pl-question-panel>
  <p>Write {functions}. The docstring says what is given and what is wanted.</p>
  <pl-file-editor file-name="{file}" source-file-name="{file}" ace-mode="ace/mode/python"></pl-file-editor>
</pl-question-panel>
<pl-submission-panel>
  <pl-external-grader-results></pl-external-grader-results>
  <pl-file-preview></pl-file-preview>
</pl-submission-panel>
"""


class PrairieLearnSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings of a question."""

    concept: str
    each_hidden: bool = False  # a line for each hidden check, instead of one for all of them
    allow_weak_isolation: bool = False


def built(
    course: Course,
    concepts: Sequence[str],
    image: str,
    *,
    wheel: Path | None = None,
    each_hidden: bool = False,
    allow_weak_isolation: bool = False,
) -> dict[str, bytes]:
    """All files by their place; equal courses give equal files, and a question keeps its uuid."""
    packaging.proved(course, concepts)
    files = dict(_image(image, packaging.mlgrade_files(course, wheel, allow_weak_isolation=allow_weak_isolation)))
    for name in concepts:
        settings = PrairieLearnSettings(
            concept=name, each_hidden=each_hidden, allow_weak_isolation=allow_weak_isolation
        )
        for place, data in _question(course, course.concept(name), image, settings):
            files[f"{QUESTIONS}/{name}/{place}"] = data
    return files


def scripts(files: dict[str, bytes]) -> list[str]:
    """Return the files that must be executable."""
    return [place for place in files if place.endswith(f"/tests/{RUN}")]


def _image(image: str, files: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    text = (HERE / "Containerfile").read_text(encoding="utf-8")
    yield "image/Containerfile", text.replace("@PYTHON@", packaging.python()).replace("@IMAGE@", image).encode()
    yield from ((f"image/{name}", data) for name, data in files.items())


def _question(
    course: Course, concept: Concept, image: str, settings: PrairieLearnSettings
) -> Iterator[tuple[str, bytes]]:
    yield "info.json", _json(_info(course, concept, image))
    yield "question.html", _page(concept).encode()
    yield f"{concept.id}.py", _stub(course, concept)
    yield f"tests/{RUN}", (HERE / "run.sh").read_bytes()
    yield f"tests/{SETTINGS}", _json(msgspec.to_builtins(settings))
    for place, data in packaging.course_files(course, [concept.id]).items():
        yield f"tests/{COURSE}/{place}", data


def _info(course: Course, concept: Concept, image: str) -> dict[str, Any]:
    [topic] = [unit.title for unit in course.units if concept in unit.concepts]
    return {
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"mlgrade:{course.title}/{concept.id}")),
        "title": concept.title,
        "topic": topic,
        "tags": ["mlgrade"],
        "type": "v3",
        "singleVariant": True,
        "gradingMethod": "External",
        "externalGradingOptions": {
            "enabled": True,
            "image": image,
            "entrypoint": f"/grade/tests/{RUN}",
            "timeout": _seconds(course),
            "enableNetworking": False,
        },
    }


def _seconds(course: Course) -> int:
    """Enough for a submission that uses up its limits, and for a check of it that is tried on the reference."""
    limits = course.sandbox_limits()
    seconds = math.ceil(2 * limits.total_seconds) + START_SECONDS
    if seconds > MOST_SECONDS:
        raise UsageError(
            f"limits.submission: PrairieLearn ends a grading job after {MOST_SECONDS} s and this needs {seconds} s; "
            "lower it in course.yml"
        )
    return seconds


def _page(concept: Concept) -> str:
    functions = " and ".join(f"<code>{html.escape(name)}</code>" for name in concept.functions)
    return _HTML.format(functions=functions, file=f"{concept.id}.py")


def _stub(course: Course, concept: Concept) -> bytes:
    path = course.exercise(concept.id)
    try:
        return path.read_bytes()
    except OSError as error:
        raise CourseError([f"{path}: {error.strerror}"]) from None


def _json(document: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def summary(concepts: Sequence[str], image: str, target: str) -> str:
    """Return what was written and what to do next."""
    questions = "1 question" if len(concepts) == 1 else f"{len(concepts)} questions"
    return (
        f"{target}: {questions}, graded in the image {image}.\n"
        f"Build it once: docker build -t {image} -f {target}/image/Containerfile {target}/image\n"
        "tests/ of a question holds hidden suites and the solution: for staff only."
    )
