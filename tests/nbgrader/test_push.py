"""From `.py` files to formgrader: scores and notebooks in nbgrader's course, and what people gave there comes back."""

from __future__ import annotations

from collections.abc import Iterator

import classroom
import commands
import nbformat
import pytest
from classroom import RIGHT, UNIT, Classroom, Score, cell, write

from mlgrade import course as courses
from mlgrade.gradebook import policy
from mlgrade.gradebook.store import Gradebook
from mlgrade.integrations.nbgrader import database, grade_records, push, session, warm
from mlgrade.results import Status
from mlgrade.submissions import discover
from mlgrade.submissions.model import StudentSubmission

pytestmark = [pytest.mark.full, pytest.mark.filterwarnings("ignore")]  # nbgrader and its libraries warn of each other]
PARTLY = RIGHT["softmax"] + "\n\ndef log_softmax(z, axis=-1):\n    return '</pre><script>1</script>'\n"


def mlgrade(room: Classroom, *arguments: str) -> commands.Done:
    return commands.run("mlgrade", *arguments, at=room.root.parent)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Classroom]:
    """Three students with files, two of them with a notebook too, one of which cannot be read; graded by `mlgrade grade`,
    pushed by the real command.
    """
    made = classroom.make(tmp_path_factory.mktemp("room"))
    for student, text in {"ada": RIGHT["softmax"], "ben": PARTLY, "cara": RIGHT["softmax"] + "\n# by cara\n"}.items():
        (made.root.parent / "files" / student).mkdir(parents=True)
        (made.root.parent / "files" / student / "softmax.py").write_text(text)
    (made.root.parent / "files" / "ada" / "norm.py").write_text("def norm(v): return 0.0\n")
    made.submit("ada", write(RIGHT["norm"], "answer-norm"), notebook="norm")
    made.submit_text("cara", "not a notebook", notebook="norm")
    made.autograde()
    graded = mlgrade(made, "grade", "files", "--course", "course", "--gradebook", "ours.db", "--submitted-at", "2027-01-05T22:00:00Z")  # fmt: skip
    assert graded.returncode == 0, graded.stderr
    done = mlgrade(made, "nbgrader", "push", "files", "--course-dir", "nbgrader", "--gradebook", "ours.db")
    assert done.returncode == 0, done.stderr
    assert "3 answers in 3 notebooks" in done.stdout
    assert done.stderr == ""
    assert "1 left alone: handed in as a notebook: ada, scores/norm" in " ".join(done.stdout.split())
    yield made
    warm.close()


def again(room: Classroom, *, dry: bool = False) -> push.PushReport:
    course = courses.load(room.course)
    taken = discover.take(room.root.parent / "files", course)
    handins = [read for entry in taken.entries if isinstance(read := entry.read(), StudentSubmission)]
    with Gradebook.open(room.root.parent / "ours.db") as book:
        return push.push(session.opened(room.root).coursedir, course, push.answers(course, book, handins), dry=dry)


def test_scores_and_comments(room: Classroom) -> None:
    """nbgrader has the score that `mlgrade grade` gave, with a comment, and nothing waits for a person."""
    with Gradebook.open(room.root.parent / "ours.db") as book:
        ours = {one.student: one.earned for one in book.attempts(concept="softmax")}
    for student in ("ada", "ben"):
        assert room.score(student) == Score(ours[student], None, False, 10.0)
    assert 0 < ours["ben"] < 10
    assert room.comment("ben").startswith("softmax: ")


def test_the_notebook_that_formgrader_shows(room: Classroom) -> None:
    """It has the file as its answer and the report under the test, in which nothing runs, and it is whole."""
    node = room.graded("ben")
    nbformat.validate(node)
    assert cell(node, "answer-softmax").source == PARTLY
    [output] = cell(node, "test-softmax").outputs
    assert output.data["text/plain"] == repr(room.score("ben").auto)
    assert "<script" not in output.data["text/html"]


def test_formgrader_lists_them(room: Classroom) -> None:
    """nbgrader's own lists, which formgrader shows, have the students with their scores and their notebooks."""
    api = room.api()
    listed = {one["student"]: (one["autograded"], one["score"]) for one in api.get_submissions(UNIT)}
    assert listed["ben"] == (True, room.score("ben").auto)
    assert {one["student"] for one in api.get_notebook_submissions(UNIT, "softmax")} == {"ada", "ben", "cara"}


def test_a_notebook_of_their_own_is_left_alone(room: Classroom) -> None:
    """What was handed in as a notebook keeps its score and its file."""
    assert room.score("ada", "test-norm") == Score(10.0, None, False, 10.0)
    assert cell(room.graded("ada", "norm"), "answer-norm").source == RIGHT["norm"]


def test_a_notebook_that_waits_is_no_zero(room: Classroom) -> None:
    """A notebook that was handed in and has no score yet is broken, and not missing, whatever is pushed beside it."""
    assert room.score("cara", "test-norm") == Score(None, None, True, 10.0)
    found = grade_records.of(
        database.read(room.root / "gradebook.db"), courses.load(room.course), session.handed_in(room.root)
    )
    told = {(one.record.student, one.target): one.status for one in found.facts}
    assert told["cara", "concept:norm"] is Status.BROKEN
    assert told["cara", "concept:dot_product"] is None


def test_what_people_gave_comes_back(room: Classroom) -> None:
    """A score by hand stays over a second push; a pull takes it into our gradebook, and the pushed scores not again."""
    with room.book() as book:
        book.find_grade("test-softmax", "softmax", UNIT, "ben").manual_score = 9.0
        book.db.commit()
    again(room)
    assert room.score("ben").manual == 9.0
    done = mlgrade(room, "nbgrader", "pull", "--from", "nbgrader/gradebook.db", "--gradebook", "ours.db")
    assert done.returncode == 0, done.stderr
    assert "graded by hand: 1 new" in done.stdout
    course = courses.load(room.course)
    with Gradebook.open(room.root.parent / "ours.db") as book:
        found = [grade for one in policy.current(course, book.histories()) for grade in one.grades]
        points = {(one.student, one.concept): one.points for one in found if one.points is not None}
        assert len(list(book.attempts(concept="softmax"))) == 3
    ada = {("ada", "softmax"): 10.0, ("ada", "norm"): 10.0}
    assert points == {**ada, ("ben", "softmax"): 9.0, ("cara", "softmax"): 10.0}


def test_a_dry_run_and_a_gone_file(room: Classroom) -> None:
    """A dry run counts and writes nothing; without the file that was graded, the report stands alone, and it is said."""
    path = room.root / "autograded" / "ada" / UNIT / "softmax.ipynb"
    before = path.read_bytes()
    (room.root.parent / "files" / "ada" / "softmax.py").write_text("other = 1\n")
    account = again(room, dry=True)
    assert account.named["without their source, which is not among the submissions"] == ["ada, scores/softmax"]
    assert path.read_bytes() == before
    again(room)
    assert "is not among the submissions" in cell(room.graded("ada"), "answer-softmax").source


def test_a_name_that_is_no_folder(room: Classroom) -> None:
    """A student whose name would lead out of autograded/ is named, and nothing is written for them."""
    course = courses.load(room.course)
    with Gradebook.open(room.root.parent / "ours.db") as book:
        [(_, theirs)] = [pair for pair in push.answers(course, book, []) if pair[0] == "ben"]
    account = push.push(session.opened(room.root).coursedir, course, [("../../mallory", theirs)])
    [(what, who)] = account.named.items()
    assert (what, who) == ("not pushed, since the name cannot be the name of a folder", ["../../mallory"])
    assert not list(room.root.parent.rglob("mallory*"))
