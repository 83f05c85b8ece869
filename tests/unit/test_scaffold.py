"""What a new course and a new concept are made from: templates, texts, and an entry in a course.yml that stays itself."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mlgrade import course as courses
from mlgrade.authoring import scaffold
from mlgrade.authoring.scaffold import bundle, entry
from mlgrade.course import Concept, Course, Unit
from mlgrade.errors import CourseError, MlgradeError, UsageError

HEAD = 'format: 1\ntitle: T\nversion: "1"\n'
NORM = Concept(id="norm", title="Norms: size", points=10.0, functions=["norm", "normalize"], requires=["dot"])
BARE = Concept(id="norm", title="Norms", points=2.5, functions=["norm"])


def added(text: str, concept: Concept = NORM, unit: str = "u", title: str = "") -> str:
    course = courses.parse(text)
    return entry.added(text, course, scaffold.unit_of(course, unit, title), concept)


def inserted(before: str, after: str) -> str:
    """What was put in; fails if anything else of the text is another one now."""
    start = next((n for n, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), len(before))
    piece = after[start : len(after) - (len(before) - start)]
    assert before[:start] + piece + before[start:] == after
    return piece


STYLES = {
    "block": (
        "units:\n  - id: u  # one\n    title: U\n    concepts:\n      - id: dot\n        title: D\n        points: 1\n        functions: [dot]  # last\n      # of dot? no: of the list\n",
        "      - id: norm\n",
    ),
    "comments of the last one": (
        "units:\n  - id: u\n    title: U\n    concepts:\n      - id: dot\n        title: D\n        points: 1\n        functions: [dot]\n        # forbid: [numpy.dot]\n\n  # The second unit.\n  - id: v\n    title: V\n    concepts: [{id: e, title: E, points: 1, functions: [e]}]\n",
        "      - id: norm\n",
    ),
    "dashes under their key": (
        "units:\n- id: u\n  title: U\n  concepts:\n  - id: dot\n    title: D\n    points: 1\n    functions:\n    - dot\n",
        "  - id: norm\n",
    ),
    "wide dashes": (
        "units:\n  -   id: u\n      title: U\n      concepts:\n        -   id: dot\n            title: D\n            points: 1\n            functions: [dot]\n",
        "        -   id: norm\n",
    ),
    "a flow in a block": (
        "units:\n  - id: u\n    title: U\n    concepts:\n      - {id: dot, title: D, points: 1, functions: [dot]}\n",
        "      - id: norm\n",
    ),
    "a flow": (
        "units: [{id: u, title: U, concepts: [{id: dot, title: D, points: 1, functions: [dot]}]}]  # short\n",
        ', {id: norm, title: "Norms: size", points: 10',
    ),
    "a long text": (
        "units:\n  - id: u\n    concepts:\n      - id: dot\n        points: 1\n        functions: [dot]\n        title: >-\n          Dot\n          product\n\n    title: U\n",
        "      - id: norm\n",
    ),
    "other keys after": (
        "units:\n  - id: u\n    concepts:\n      - id: dot\n        points: 1\n        functions: [dot]\n        title: D\n    title: U\nseed: 3\n",
        "      - id: norm\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("end", ["\n", "\r\n", ""], ids=["unix", "windows", "no end"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["", "bom"])
def test_an_entry_in_any_style(style: str, end: str, mark: str) -> None:
    """A concept is put at the end of its unit, in the style of the file, and every other character stays."""
    body, piece = STYLES[style]
    text = (HEAD + body).rstrip("\n") if not end else (HEAD + body).replace("\n", end)
    after = added(text) if not mark else mark + added(text)
    assert piece.strip() in inserted(text, after.removeprefix(mark)).replace("\r\n", "\n")
    before, made = courses.parse(text), courses.parse(after.removeprefix("\ufeff"))
    assert made.units[0].concepts == [*before.units[0].concepts, NORM]
    assert made.units[1:] == before.units[1:]


def test_a_byte_order_mark_stays() -> None:
    """A file that an editor of Windows wrote keeps its mark."""
    text = HEAD + STYLES["block"][0]
    course = courses.parse(text)
    after = entry.added(f"\ufeff{text}", course, course.units[0], NORM)
    assert after == f"\ufeff{added(text)}"


def test_a_comment_stays_with_what_it_is_about() -> None:
    """What is indented deeper than the list belongs to the concept above; the head of the next unit stays below."""
    after = added(HEAD + STYLES["comments of the last one"][0])
    assert "[dot]\n        # forbid: [numpy.dot]\n      - id: norm\n" in after
    assert "        requires: [dot]\n\n  # The second unit.\n  - id: v\n" in after


@pytest.mark.parametrize("style", ["block", "a flow", "dashes under their key", "wide dashes"])
def test_a_new_unit(style: str) -> None:
    """A unit that is not there yet is begun at the end, with the concept in it."""
    text = HEAD + STYLES[style][0]
    after = added(text, BARE, "later", "Later: on")
    inserted(text, after)
    assert courses.parse(after).units[-1] == Unit(id="later", title="Later: on", concepts=[BARE])


names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(
    lambda name: name not in {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
)  # words of YAML
comments = st.sampled_from(["", "", "  # a word", "   #", "  # [odd: {"])


@st.composite
def written(draw: st.DrawFn) -> str:
    """A course.yml with comments and empty lines where somebody may have put them."""
    ids = iter(draw(st.lists(names, min_size=6, max_size=6, unique=True)))
    step, dash = draw(st.sampled_from([1, 2, 4])), draw(st.sampled_from([0, 2]))
    lines = [*HEAD.splitlines(), "units:"]
    for _ in range(draw(st.integers(1, 3))):
        inner = " " * (dash + 1 + step)
        lines += [f"{' ' * dash}-{' ' * step}id: {next(ids)}", f"{inner}title: U", f"{inner}concepts:"]
        deep = inner + " " * dash
        name = next(ids)
        lines += [f"{deep}-{' ' * step}title: C", *(f"{deep} {' ' * step}{field}" for field in (f"id: {name}", "points: 3", "functions: [f]"))]  # fmt: skip
    between = st.sampled_from([[], [], [""], ["# alone"], ["      # deep"]])
    text = "".join(f"{line}{draw(comments)}\n" + "".join(f"{one}\n" for one in draw(between)) for line in lines)
    return text if draw(st.booleans()) else text.rstrip("\n")


@given(written(), st.data())
def test_whatever_the_file_looks_like(text: str, data: st.DataObject) -> None:
    """An entry changes nothing but what it adds, and it adds what it should."""
    course = courses.parse(text)
    unit = data.draw(st.sampled_from(course.units))
    assume("norm" not in {one.id for one in course.concepts})
    after = entry.added(text, course, unit, BARE)
    inserted(text, after)
    assert [one.id for one in courses.parse(after).units] == [one.id for one in course.units]
    assert courses.parse(after).concept("norm") == BARE


def test_what_is_not_understood_is_refused() -> None:
    """A list that two units share would get the concept twice: nothing is written, and the entry is shown."""
    shared = "units:\n  - id: u\n    title: U\n    concepts: &all\n      - {id: dot, title: D, points: 1, functions: [dot]}\n"
    with pytest.raises(CourseError, match="used twice"):
        courses.parse(f"{HEAD}{shared}  - id: v\n    title: V\n    concepts: *all\n")
    course = courses.parse(HEAD + shared)
    other = HEAD + shared.replace("id: u", "id: w")  # the file was edited since it was read
    with pytest.raises(UsageError, match=r"nothing was written(.|\n)*- id: norm"):
        entry.added(other, course, course.units[0], NORM)


def test_names_that_yaml_reads_as_something_else() -> None:
    """A function called `on` is a name, not true."""
    after = added(HEAD + STYLES["block"][0], Concept(id="on", title="null", points=1.0, functions=["off", "X"]))
    assert courses.parse(after).concept("on").functions == ["off", "X"]


def test_a_title_with_an_odd_character() -> None:
    """What cannot be printed is written as YAML escapes it: a line separator is no new line of the file."""
    assert courses.parse(added(HEAD + STYLES["a flow"][0], Concept(id="norm", title="a\u2028b", points=1.0, functions=["f"]))).concept("norm").title == "a\u2028b"  # fmt: skip


def test_a_fault_of_the_entry_has_no_line() -> None:
    """The entry stands in no file yet: what is wrong with it is said without a place."""
    with pytest.raises(
        UsageError, match=r"\Aid: must be a lower-case name such as softmax \(got X\); nothing was written"
    ):
        added(HEAD + STYLES["block"][0], Concept(id="X", title="T", points=1.0, functions=["f"]))


# -- texts and templates --------------------------------------------------------------------------------------


def test_a_zip_is_the_same_each_time(tmp_path: Path) -> None:
    """The bytes hang on the files alone: not on their times, their order or the line ends of a checkout."""
    for name, end in (("a", b"\n"), ("b", b"\r\n")):
        root = tmp_path / name
        for place in ("course.yml", "tests/hidden/test_x.py", "exercises/x.py"):
            (root / place).parent.mkdir(parents=True, exist_ok=True)
            (root / place).write_bytes(b"one" + end + b"two" + end)
            os.utime(root / place, (len(name + place), 1_000_000_000))
    first, second = (bundle.pack(bundle.collect(tmp_path / name)) for name in "ab")
    assert first == second
    assert bundle.unpack(first) == bundle.collect(tmp_path / "a")


def test_what_is_no_part_of_a_course(tmp_path: Path) -> None:
    """Only what an author writes is taken: no test of mlgrade's own, no compiled file, no link, nothing beside it."""
    for place in ("course.yml", "tests/unit/test_x.py", "exercises/__pycache__/x.pyc", ".env", "tests/conftest.py"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text("x")
    if hasattr(os, "symlink") and os.name != "nt":
        (tmp_path / "exercises" / "linked.py").symlink_to(tmp_path / ".env")
    assert list(bundle.collect(tmp_path)) == ["course.yml"]


def test_the_template_is_the_course_of_this_repository() -> None:
    """Whether read from the repository or from a wheel, Math for ML has all of its folders, and nothing of the tests."""
    files = scaffold.template_files("math-for-ml")
    folders = {place.rpartition("/")[0] for place in files}
    assert {
        "exercises",
        "solutions",
        "lessons",
        "cards",
        "tests/public",
        "tests/hidden",
        "tests/misconceptions",
    } <= folders
    assert not [place for place in files if place.startswith(("tests/unit", "tests/e2e", "grader"))]
    assert scaffold.template_title("math-for-ml") == courses.parse(files["course.yml"].decode()).title


def test_templates_that_are_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A mistyped template is a usage error with a guess; one that an installation lacks is our fault."""
    with pytest.raises(UsageError, match='did you mean "math-for-ml"'):
        scaffold.template_files("math-for-mi")
    monkeypatch.setattr(scaffold, "_PACKAGE", tmp_path / "grader" / "mlgrade")
    with pytest.raises(MlgradeError, match="install it anew"):
        scaffold.template_files("math-for-ml")


def test_a_template_from_an_installed_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where the zip of a wheel lies, it is read."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "math-for-ml.zip").write_bytes(bundle.pack({"course.yml": b"x"}))
    monkeypatch.setattr(scaffold, "_PACKAGE", tmp_path)
    assert scaffold.template_files("math-for-ml") == {"course.yml": b"x"}


def test_a_text_is_several_files() -> None:
    """Places and contents are filled in, and each file ends with one line end."""
    made = scaffold.fill_files("concept.txt", dict.fromkeys(("stubs", "solved", "public", "hidden", "wrong"), "\n\n") | {"id": "a", "title": "A", "functions": "a"})  # fmt: skip
    assert "exercises/a.py" in made
    assert all(text.endswith("\n") and not text.endswith("\n\n") for text in made.values())


# -- a new course ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", ["", "  ", "a\nb", "x" * 121, "half \ud800"])
def test_titles_that_are_refused(title: str, tmp_path: Path) -> None:
    """A title is a line that can be printed."""
    with pytest.raises(UsageError, match="title"):
        scaffold.create(tmp_path / "c", title, 1)
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize("title", ['"Quotes": and # signs', "$title ${seed} $", "Mathe für Ängstliche 数学"])
@pytest.mark.parametrize("template", ["", "math-for-ml"])
def test_a_title_and_a_seed_of_its_own(title: str, template: str, tmp_path: Path) -> None:
    """Whatever is in a title, it is read back as it was given; the seed too, and no due date is of another term."""
    made = scaffold.create(tmp_path / "deep" / "c", title, 77, template)
    assert (made.title, made.seed, {unit.due for unit in made.units}) == (title, 77, {None})
    assert title in (tmp_path / "deep" / "c" / "README.md").read_text(encoding="utf-8")


def test_where_no_course_is_written(tmp_path: Path) -> None:
    """A folder with anything in it, a file and a link are refused, and stay as they are."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for target in ("full", "full/mine.txt", "link"):
        with pytest.raises(UsageError, match="nothing was written"):
            scaffold.create(tmp_path / target, "T", 1)
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine.txt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full", "link"]


def test_an_empty_folder_stays_the_same_folder(tmp_path: Path) -> None:
    """Somebody may stand in it."""
    target = tmp_path / "c"
    target.mkdir()
    before = target.stat().st_ino
    scaffold.create(target, "T", 1)
    assert target.stat().st_ino == before


# -- a new concept --------------------------------------------------------------------------------------------


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return scaffold.create(tmp_path / "c", "T", 1)


def snapshot(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file()}


REFUSED = {
    "a name out of the folder": (Concept(id="../x", title="T", points=1.0, functions=["f"]), "id"),
    "a name with more YAML in it": (Concept(id="x\n    due: 1", title="T", points=1.0, functions=["f"]), "id"),
    "capitals": (Concept(id="Norm", title="T", points=1.0, functions=["f"]), "lower-case name"),
    "a word of Python": (Concept(id="norm", title="T", points=1.0, functions=["lambda"]), "cannot be the name"),
    "a name that is none": (Concept(id="norm", title="T", points=1.0, functions=["a-b"]), "cannot be the name"),
    "no such requirement": (Concept(id="norm", title="T", points=1.0, functions=["f"], requires=["maen"]), 'did you mean "mean"'),
    "a function twice": (Concept(id="norm", title="T", points=1.0, functions=["f", "f"]), "named twice"),
    "no points": (Concept(id="norm", title="T", points=0.0, functions=["f"]), "positive"),
}  # fmt: skip


@pytest.mark.parametrize("why", REFUSED)
def test_concepts_that_are_refused(why: str, course: Course) -> None:
    """What course.yml could not hold is said, and nothing is written anywhere."""
    concept, words = REFUSED[why]
    before = snapshot(course.root.parent)
    with pytest.raises(UsageError, match=words):
        scaffold.add(course, course.units[0], concept)
    assert snapshot(course.root.parent) == before


def test_no_file_is_written_over(course: Course) -> None:
    """A file that is there already is named, and neither it nor course.yml is touched."""
    (course.root / "lessons" / "norm.yml").write_text("mine")
    before = snapshot(course.root)
    with pytest.raises(UsageError, match=r"norm\.yml: is there already"):
        scaffold.add(course, course.units[0], BARE)
    assert snapshot(course.root) == before


def test_files_that_cannot_be_written_leave_nothing(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk fills up in the middle, what was written is taken away again."""
    before = snapshot(course.root)

    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(scaffold, "atomic_write", full)
    with pytest.raises(UsageError, match="No space left on device; nothing was added"):
        scaffold.add(course, course.units[0], BARE)
    assert snapshot(course.root) == before


def test_a_unit_that_is_not_there(course: Course) -> None:
    """A mistyped unit is named with a guess, and with the way to a new one."""
    with pytest.raises(UsageError, match=r'did you mean "first_steps"\? \(--unit-title begins a new one\)'):
        scaffold.unit_of(course, "first_step")


def test_a_link_to_a_course_file_stays_a_link(course: Course, tmp_path: Path) -> None:
    """course.yml may be kept elsewhere; what it leads to is what changes."""
    real = tmp_path / "kept.yml"
    (course.root / "course.yml").rename(real)
    (course.root / "course.yml").symlink_to(real)
    scaffold.add(course, course.units[0], BARE)
    assert (course.root / "course.yml").is_symlink()
    assert courses.load(course.root).concept("norm") == BARE
