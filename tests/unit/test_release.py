"""The student edition: what is in it, and what never is."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgrade import course as courses
from mlgrade.authoring.release import contents, edition, package
from mlgrade.course import Concept, Course, Unit, lessons, writing
from mlgrade.course.model import Attempts, Duration, HiddenChecks, Keep, Late, Percent, Resources, Size
from mlgrade.errors import CourseError, UsageError
from mlgrade.study.cards import deck
from mlgrade.submissions.model import notebook as read_notebook

ROOT = Path(__file__).resolve().parents[2]
REAL = courses.load(ROOT)
Edit = Callable[[str, str, str], None]


@pytest.fixture(scope="module")
def real() -> dict[str, bytes]:
    return contents(REAL)


# -- contents -------------------------------------------------------------------------------------------------


def test_only_these_kinds_of_files(real: dict[str, bytes]) -> None:
    """An edition has the course, stubs, visible suites, lessons and cards, and nothing else."""
    kinds = {place.rpartition("/")[0] for place in real}
    assert kinds == {"", "exercises", "tests/public", "lessons", "cards"}
    assert {place for place in real if "/" not in place} == {"course.yml"}


def test_files_are_those_of_the_course(real: dict[str, bytes]) -> None:
    """Stubs, suites and lessons go out byte for byte; only course.yml and the known outputs are written anew."""
    made = {"course.yml", *(place for place in real if place.endswith(".known.json"))}
    assert [place for place in real.keys() - made if real[place] != (ROOT / place).read_bytes()] == []
    assert len(made) == 1 + len(REAL.concepts)
    assert len(real) == 1 + 4 * len(REAL.concepts) + len(deck.load(REAL))


def test_course_without_what_is_the_staffs(real: dict[str, bytes]) -> None:
    """The seed, the late policy, the attempts and every comment stay at home; the rest is the same."""
    text = real["course.yml"].decode()
    edition = courses.parse(text)
    assert (edition.seed, edition.late, edition.attempts) == (0, Late(), Attempts())
    assert "#" not in text
    assert str(REAL.seed) not in text
    bare = [msgspec.structs.replace(concept, hidden=None) for concept in edition.concepts]
    assert bare == REAL.concepts
    assert (edition.title, edition.version, edition.limits, edition.imports) == (
        REAL.title,
        REAL.version,
        REAL.limits,
        REAL.imports,
    )


def test_says_what_it_leaves_out(real: dict[str, bytes]) -> None:
    """Each concept tells how many checks run at grading only, and their share of the points."""
    softmax = courses.parse(real["course.yml"].decode()).concept("softmax")
    assert softmax.hidden is not None
    assert (softmax.hidden.checks, softmax.hidden.share) == (21, pytest.approx(26 / 40, abs=1e-4))
    assert softmax.decided_here == 3.5


def test_marks_version_and_contents(course: Path, edit: Edit) -> None:
    """The edition is the version and a digest, which changes with any file that goes out and with no other."""
    first = mark(course)
    edit("tests/hidden/test_softmax.py", "Covers:", "Covers, too:")
    assert mark(course) == first
    edit("exercises/softmax.py", "Turn scores", "Make scores")
    assert mark(course) != first
    assert first.startswith("1.0+")


def mark(course: Path) -> str:
    return courses.parse(contents(courses.load(course))["course.yml"].decode()).edition


def test_some_concepts() -> None:
    """Of some concepts, only theirs goes out; a requirement that is not there is not asked for."""
    files = contents(REAL, ["norm", "softmax"])
    edition = courses.parse(files["course.yml"].decode())
    assert [concept.id for concept in edition.concepts] == ["norm", "softmax"]
    assert [unit.id for unit in edition.units] == ["core_objects", "probability_and_scores"]
    assert [concept.requires for concept in edition.concepts] == [[], []]
    assert {place for place in files if place.startswith("cards/")} == {
        "cards/core_objects.yml",
        "cards/probability_and_scores.yml",
    }


def test_an_edition_is_a_course(real: dict[str, bytes], tmp_path: Path) -> None:
    """What goes out is read by the same readers: course, lessons and cards."""
    spread(real, tmp_path)
    edition = courses.load(tmp_path)
    assert len(deck.load(edition)) == len(edition.units)
    assert all(lessons.load(edition, concept).hints for concept in edition.concepts)
    with pytest.raises(UsageError, match="is a student edition already"):
        contents(edition)


def spread(files: dict[str, bytes], folder: Path) -> None:
    for place, data in files.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_bytes(data)


def test_a_concept_that_is_not_there() -> None:
    """A mistyped concept is answered with the nearest one."""
    with pytest.raises(UsageError, match='did you mean "softmax"'):
        contents(REAL, ["sofmax"])


def test_no_visible_suite(course: Path) -> None:
    """Students need visible checks: without a public suite there is no edition."""
    (course / "tests/public/test_softmax.py").unlink()
    with pytest.raises(CourseError, match=r"no tests/public/test_softmax\.py"):
        contents(courses.load(course))


def test_no_link_goes_out(course: Path) -> None:
    """A stub that is a link to its solution is refused, not followed."""
    (course / "exercises/softmax.py").unlink()
    (course / "exercises/softmax.py").symlink_to(course / "solutions/softmax.py")
    with pytest.raises(CourseError, match=r"exercises/softmax\.py: a link"):
        contents(courses.load(course))


def test_a_course_without_hidden_checks(course: Path) -> None:
    """Where all checks are visible nothing is said of hidden ones, and all points are decided here."""
    (course / "tests/hidden/test_softmax.py").unlink()
    [concept] = courses.parse(contents(courses.load(course))["course.yml"].decode()).concepts
    assert (concept.hidden, concept.decided_here) == (None, 10.0)


# -- course.yml, written --------------------------------------------------------------------------------------

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True)
TITLES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=40)
SPANS = st.integers(1, 10**7).map(lambda n: Duration(seconds=n / 4))
SHARES = st.integers(0, 10_000).map(lambda n: Percent(float(f"{n / 100:.2f}") / 100))
SIZES = st.integers(1, 2**20).map(lambda n: Size(n * 1024))
ZONES = st.integers(-720, 720).map(lambda minutes: timezone(timedelta(minutes=minutes)))
CONCEPTS = st.builds(
    Concept, id=NAMES, title=TITLES, points=st.integers(1, 4000).map(lambda n: n / 4),
    functions=st.lists(NAMES, min_size=1, max_size=3), requires=st.just([]), forbid=st.lists(st.just("numpy.linalg.norm"), max_size=1),
    hidden=st.none() | st.builds(HiddenChecks, checks=st.integers(1, 99), share=SHARES),
)  # fmt: skip
COURSES = st.builds(
    Course, format=st.just(1), title=TITLES, version=st.from_regex(r"\d{1,3}(\.\d{1,3}){0,3}", fullmatch=True),
    edition=st.sampled_from(["", "1.2+0a1b2c3d"]), seed=st.integers(0, 2**40), imports=st.lists(st.sampled_from(["stdlib", "numpy"]), unique=True),
    limits=st.builds(Resources, call=SPANS, load=SPANS, submission=SPANS, memory=SIZES, result=SIZES, output=st.integers(0, 20_000)),
    late=st.builds(Late, grace=st.just(Duration(0)), per_day=SHARES, floor=SHARES, cap=st.none() | SPANS),
    attempts=st.builds(Attempts, keep=st.sampled_from(Keep), most=st.none() | st.integers(1, 99)),
    units=st.lists(
        st.builds(Unit, id=NAMES, title=TITLES, due=st.none() | st.datetimes(datetime(2000, 1, 2), datetime(2100, 1, 1), timezones=ZONES | st.just(UTC)), concepts=st.lists(CONCEPTS, min_size=1, max_size=3)),
        min_size=1, max_size=3,
    ),
)  # fmt: skip


@given(COURSES)
def test_written_and_read(course: Course) -> None:
    """What is written of a course reads back as the same course."""
    concepts = [concept.id for concept in course.concepts]
    units = [unit.id for unit in course.units]
    text = writing.text(course)
    if len(set(concepts)) == len(concepts) and len(set(units)) == len(units):
        assert courses.parse(text) == course
    else:
        with pytest.raises(CourseError, match="used twice"):
            courses.parse(text)


# -- the whole edition ----------------------------------------------------------------------------------------


def test_page_and_workflow(course: Path) -> None:
    """The page names a first file that is there, and the workflow runs the command that it tells."""
    files = package.build(courses.load(course))
    page = files[package.README].decode()
    assert "mlgrade check exercises/softmax.py" in page
    assert "mlgrade update" in page
    assert b"mlgrade check" in files[package.WORKFLOW]
    assert files[package.stub("exercises/softmax.py")] == files["exercises/softmax.py"]


def test_notebooks_take_the_place_of_stubs(course: Path) -> None:
    """In an edition of notebooks each concept has one file, whose code is that of the stub."""
    files = package.build(courses.load(course), notebooks=True)
    assert [place for place in files if place.startswith("exercises/")] == ["exercises/softmax.ipynb"]
    source = read_notebook("softmax.ipynb", "softmax", files["exercises/softmax.ipynb"]).source.decode()
    stub = (course / "exercises/softmax.py").read_text()
    after = stub.partition("import numpy")[2]
    assert [line for line in after.splitlines() if line.strip()] == [
        line
        for line in source.partition("import numpy")[2].splitlines()
        if line.strip() and not line.startswith(("#", "!"))
    ]


def test_a_notebook_is_the_same_each_time() -> None:
    """Equal stubs give equal bytes, ids that nbformat accepts, and no outputs."""
    stub = (ROOT / "exercises/norm.py").read_bytes()
    first = edition.read_notebook(REAL.concept("norm"), stub)
    assert first == edition.read_notebook(REAL.concept("norm"), stub)
    cells = json.loads(first)["cells"]
    assert len({cell["id"] for cell in cells}) == len(cells)
    assert [cell["outputs"] for cell in cells if cell["cell_type"] == "code"] == [[]] * 4


def test_equal_zips(course: Path, tmp_path: Path) -> None:
    """Two releases of one course are equal byte for byte, whenever and wherever they are made."""
    files = package.build(courses.load(course))
    package.save(files, tmp_path / "a.zip")
    os.utime(course / "exercises/softmax.py", (1, 1))
    package.save(dict(reversed(package.build(courses.load(course)).items())), tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_nothing_is_written_over(course: Path, tmp_path: Path) -> None:
    """A folder that holds something is not touched, and nothing is left beside it."""
    target = tmp_path / "target"
    target.mkdir()
    package.save(files := package.build(courses.load(course)), target)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(UsageError, match="is there already"):
        package.save(files, target)
    assert sorted(tmp_path.iterdir()) == before


def test_a_place_that_cannot_be_written(course: Path, tmp_path: Path) -> None:
    """A folder that is not there is answered in a sentence."""
    with pytest.raises(UsageError, match=r"cannot be written: No such file"):
        package.save(package.build(courses.load(course)), tmp_path / "nowhere" / "edition.zip")
