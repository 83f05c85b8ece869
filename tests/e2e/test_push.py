"""mlgrade push canvas, against a server process that plays Canvas's API."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mlgrade.errors import UsageError
from mlgrade.gradebook.columns import Cell, Column, Mark, Person, Row
from mlgrade.gradebook.model import Attempt
from mlgrade.gradebook.store import Gradebook
from mlgrade.lms import canvas_api
from mlgrade.lms.canvas_api import client, model
from mlgrade.lms.canvas_api.access import Access, access, address
from mlgrade.lms.canvas_api.client import CanvasClient
from mlgrade.lms.canvas_api.model import CanvasError, PushPlan
from mlgrade.results import Outcome, Status

HERE = Path(__file__).parent
TOKEN = "7~right"  # noqa: S105  (of tests/canvas_server.py)
HW1 = Column(id="unit:scores", title="HW1", points=10.0)
STUDENTS = [
    {"id": 70101, "name": "Zoë O'Brien", "sis_user_id": "00123", "login_id": "zobrien"},
    {"id": 70102, "name": "Mai Nguyễn", "sis_user_id": "00098", "login_id": "tmnguyen"},
    {"id": 70103, "name": "Ada B", "sis_user_id": None, "login_id": "ada"},
    {"id": 70104, "name": "Bob C", "sis_user_id": "00104", "login_id": "bob"},
    {"id": 70105, "name": "Eve D", "sis_user_id": "00105", "login_id": "eve"},
]
PEOPLE = {
    "zoe": Person(student="zoe", name="Zoë O'Brien", lms_id="70101"),
    "mai": Person(student="mai", name="Mai Nguyễn", sis_id="00098"),
    "ada": Person(student="ada", name="Ada B", login="ada"),
    "bob": Person(student="bob", name="Bob C", lms_id="70104", sis_id="00104", login="bob"),
    "eve": Person(student="eve", name="Eve D", login="eve"),
}
CELLS = {
    "zoe": Cell(mark=Mark.GRADED, score=8.5),
    "mai": Cell(mark=Mark.GRADED, score=0.0),
    "ada": Cell(mark=Mark.EXCUSED),
    "bob": Cell(mark=Mark.MISSING),
    "eve": Cell(mark=Mark.BROKEN),
}
ROWS = [Row(person=PEOPLE[name], cells={HW1.id: cell}) for name, cell in CELLS.items()]


def graded(**scores: float) -> list[Row]:
    return [
        Row(person=PEOPLE[name], cells={HW1.id: Cell(mark=Mark.GRADED, score=score)}) for name, score in scores.items()
    ]


class Served:
    """A running server, and what it was asked."""

    def __init__(self, port: str) -> None:
        self.url, self.naps = f"http://127.0.0.1:{port}", list[float]()

    def canvas(self, token: str = TOKEN, course: int = 501) -> CanvasClient:
        return CanvasClient(Access(self.url, token), course, self.naps.append)

    def _of_ours(self, path: str) -> Any:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(self.url + path, timeout=30) as answer:
            return json.load(answer)

    def asked(self, method: str = "POST") -> list[dict[str, Any]]:
        return [one for one in self._of_ours("/log") if one["method"] == method]

    @property
    def scores(self) -> dict[int, Any]:
        held = self._of_ours("/submissions")["88001"]
        return {int(user): "excused" if one.get("excused") else one.get("score") for user, one in held.items()}


Serve = Callable[..., Served]


@pytest.fixture
def serve() -> Iterator[Serve]:
    with contextlib.ExitStack() as running:

        def start(**scenario: Any) -> Served:
            given = json.dumps({"students": STUDENTS, **scenario})
            command = [sys.executable, str(HERE.parent / "canvas_server.py"), given]
            server = running.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
            running.callback(server.kill)
            assert server.stdout is not None
            return Served(server.stdout.readline().strip())

        yield start


def lines(plan: PushPlan) -> list[str]:
    return list(model.preview_lines(plan.preview))


def prepared(
    served: Served, rows: list[Row] | None = None, columns: list[Column] | None = None, **items: str
) -> PushPlan:
    return canvas_api.prepare(served.canvas(), columns or [HW1], ROWS if rows is None else rows, items)


# -- the preview ------------------------------------------------------------------------------------------------


def test_a_preview_reads_and_sends_nothing(serve: Serve) -> None:
    """A zero, missing, excused and broken are four things; over two pages, scaled to Canvas's points, with nothing sent."""
    served = serve()
    plan = prepared(served)
    assert model.sentence(plan.preview) == "2 scores new, 1 excused, 1 missing (left alone), 1 broken (never sent)"
    assert '"HW1" (88001): out of 20 in Canvas and 10 here; scaled to 20' in lines(plan)
    assert [str(change) for change in plan.sendings[0].changes] == ["17", "0", "excused"]
    assert served.asked("POST") == []


def test_what_canvas_holds_is_compared(serve: Serve) -> None:
    """Old -> new for what changes; a score with nothing handed in here is left alone, and one that is the same too."""
    held = {"70101": {"score": 14.0}, "70102": {"score": 0.0, "entered_score": 0.0}, "70104": {"score": 12.0}}
    plan = prepared(serve(submissions={"88001": held}))
    assert model.sentence(plan.preview) == (
        "0 scores new, 1 change, 1 excused, 1 unchanged, 1 would be cleared (left alone), 1 broken (never sent)"
    )
    assert "change: Zoë O'Brien (zoe), HW1: 14 -> 17" in lines(plan)
    assert "left alone (no submission, and Canvas holds a score): Bob C (bob), HW1: 12" in lines(plan)


def test_canvas_own_lateness_is_no_change(serve: Serve) -> None:
    """A score from which Canvas's late policy took points is the one that was sent, and staff are told of both."""
    held = {"70101": {"score": 15.0, "entered_score": 17.0, "points_deducted": 2.0}}
    plan = prepared(serve(submissions={"88001": held}), graded(zoe=8.5))
    assert plan.size == 0
    assert "Canvas's own late policy takes points off 1 score; make sure that lateness is not counted twice" in lines(
        plan
    )


def test_nobody_is_found_by_name(serve: Serve) -> None:
    """Without an id of Canvas, with an unknown one, or with ids of two students, a person is left out and named."""
    people = [
        Person(student="a", name="Zoë O'Brien"),
        Person(student="b", name="Bob C", login="elsewhere"),
        Person(student="c", name="Mixed", lms_id="70101", login="ada"),
        Person(student="d", name="Again", lms_id="70105"),
        Person(student="e", name="Again too", login="eve"),
    ]
    cells = {HW1.id: Cell(mark=Mark.GRADED, score=1.0)}
    plan = prepared(serve(), [Row(person=person, cells=cells) for person in people])
    assert plan.preview.left_out.first == [
        "Zoë O'Brien (a) has no id that Canvas knows; read the roster from Canvas's export",
        "Bob C (b) is not a student of the course in Canvas",
        "Mixed (c) has ids of different students in Canvas",
        "Again too (e) is the same student in Canvas as Again (d)",
    ]
    assert plan.preview.without.count == 4
    assert plan.size == 1


def test_who_is_not_assigned_gets_nothing(serve: Serve) -> None:
    """A student to whom Canvas does not assign the work is named, and nothing is sent for them."""
    plan = prepared(serve(submissions={"88001": {"70101": {"unassigned": True}}}), graded(zoe=8.5))
    assert plan.size == 0
    assert "not sent, because Canvas does not assign it to them: Zoë O'Brien (zoe), HW1" in lines(plan)


def test_odd_scores(serve: Serve) -> None:
    """Two decimals, a half to the even digit; above the maximum is said; what is no number is broken."""
    plan = prepared(serve(), graded(zoe=1.0 / 3.0, mai=10.5, ada=float("nan")))
    assert [str(change) for change in plan.sendings[0].changes] == ["0.67", "21"]
    assert plan.preview.above.first == ["Mai Nguyễn (mai), HW1: 21 of 20"]
    assert (plan.preview.rounded, plan.preview.broken.count) == (1, 1)


# -- which column is which assignment ----------------------------------------------------------------------------

TWO = [
    {"id": 88001, "name": "HW1", "points_possible": 20.0},
    {"id": 88002, "name": "HW1", "points_possible": 10.0},
    {"id": 88003, "name": "Lab", "points_possible": 0.0},
]


def test_an_item_goes_before_the_title(serve: Serve) -> None:
    """--item says which assignment, the id that staff gave the column comes next, and an assignment out of 0 takes our points."""
    plan = prepared(serve(assignments=TWO), graded(zoe=8.5), **{"unit:scores": "88003"})
    assert plan.sendings[0].assignment.id == 88003
    assert '"Lab" (88003): is out of 0 in Canvas; scores are sent in our points, out of 10' in lines(plan)
    keyed = [Column(id="unit:scores", title="HW1", points=10.0, key="88002")]
    assert prepared(serve(assignments=TWO), [], keyed).sendings[0].assignment.id == 88002


@pytest.mark.parametrize(
    ("columns", "items", "message"),
    [
        ([HW1], {}, '2 assignments are called "HW1" (88001, 88002); say which with --item unit:scores=ID'),
        ([HW1], {"unit:score": "1"}, 'no column "unit:score"; did you mean "unit:scores"?'),
        ([HW1], {"unit:scores": "9"}, 'no assignment "9"; the course has "HW1" (88001)'),
        ([Column(id="total", title="Sum", points=1.0)], {}, 'no assignment is called "Sum"; say which with --item'),
        ([HW1, Column(id="total", title="Lab", points=1.0)], {"unit:scores": "88003"}, '"Lab" (88003): would get two columns, "HW1", "Lab"'),
    ],
)  # fmt: skip
def test_which_assignment_is_never_guessed(
    serve: Serve, columns: list[Column], items: dict[str, str], message: str
) -> None:
    """What is not clear stops the push, with the way to say it."""
    with pytest.raises(UsageError) as raised:
        prepared(serve(assignments=TWO), [], columns, **items)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"published": False}, "is not published in Canvas; publish it there, then run again"),
        ({"grading_type": "pass_fail"}, "is graded as pass_fail in Canvas, which takes no points"),
        ({"group_category_id": 3, "grade_group_students_individually": False}, "gives a whole group the score of one member"),
    ],
)  # fmt: skip
def test_an_assignment_that_takes_no_scores(serve: Serve, facts: dict[str, Any], message: str) -> None:
    """One that would go wrong is not sent to, and the others are."""
    closed = {"id": 88002, "name": "HW2", "points_possible": 10.0, **facts}
    two = [HW1, Column(id="unit:more", title="HW2", points=10.0)]
    plan = prepared(serve(assignments=[TWO[0], closed]), graded(zoe=1.0), two)
    assert any(line.startswith(f'not sent: "HW2" (88002) {message}') for line in lines(plan))
    assert (plan.size, plan.preview.incomplete) == (1, True)


# -- sending ----------------------------------------------------------------------------------------------------


def test_sent_polled_and_read_back(serve: Serve) -> None:
    """Grades and excuses arrive once Canvas is done, and what was sent is read back."""
    served = serve(polls=3)
    arrival = canvas_api.send(served.canvas(), prepared(served))
    assert list(model.result_lines(arrival)) == ["3 of 3 grades arrived, as read back from Canvas"]
    assert served.scores == {70101: 17.0, 70102: 0.0, 70103: "excused", 70104: None, 70105: None}
    assert served.naps == [0.5, 1.0, 2.0]


def test_nothing_is_sent_twice(serve: Serve) -> None:
    """A second run with the same grades sends nothing."""
    served = serve()
    canvas_api.send(served.canvas(), prepared(served))
    again = prepared(served)
    assert again.size == 0
    assert canvas_api.send(served.canvas(), again).arrived == 0
    assert len(served.asked("POST")) == 1
    assert model.next_step(again) == "Canvas holds all of it already: there is nothing to send"


def test_a_class_goes_out_in_chunks(serve: Serve) -> None:
    """No request carries more than a bounded number of students."""
    students = [{"id": 1000 + n, "name": f"S{n}", "login_id": f"s{n}"} for n in range(250)]
    served = serve(students=students, per_page=100, polls=1)
    cell = {HW1.id: Cell(mark=Mark.GRADED, score=5.0)}
    rows = [Row(person=Person(student=f"s{n}", login=f"s{n}"), cells=cell) for n in range(250)]
    assert canvas_api.send(served.canvas(), prepared(served, rows)).arrived == 250
    assert [len(one["body"]) for one in served.asked("POST")] == [100, 100, 50]


def test_a_student_silently_missed_is_named(serve: Serve) -> None:
    """Canvas says that it is done; who still has no score is found by reading back."""
    served = serve(lost=[70101])
    arrival = canvas_api.send(served.canvas(), prepared(served))
    assert not arrival.complete
    assert list(model.result_lines(arrival)) == [
        "2 of 3 grades arrived, as read back from Canvas",
        "did not arrive: Zoë O'Brien (zoe), HW1: 17 (Canvas holds no score)",
    ]


def test_a_failed_progress_is_told_with_who_was_missed(serve: Serve) -> None:
    """Canvas grades those whom it finds and then fails: its reason is told, and the others count as arrived."""
    served = serve(missing=[70102])
    arrival = canvas_api.send(served.canvas(), prepared(served))
    assert arrival.arrived == 2
    assert arrival.faults == ["Canvas says that the grading failed: Couldn't find User(s) with API ids '70102'"]
    assert arrival.missed.first == ["Mai Nguyễn (mai), HW1: 0 (Canvas holds no score)"]


@pytest.mark.full
def test_polling_ends(serve: Serve) -> None:
    """A Progress that is never done is not waited for for ever; what is there by then is told."""
    served = serve(polls=10_000)
    arrival = canvas_api.send(served.canvas(), prepared(served))
    assert sum(served.naps) < 700
    assert arrival.faults[0].startswith("Canvas is still busy with the scores after 10 minutes; run this again later")
    assert arrival.missed.count == 3


# -- when Canvas does not do as asked -----------------------------------------------------------------------------

LIMIT = "403 Forbidden (Rate Limit Exceeded)\n"


@pytest.mark.parametrize("status", [403, 429])
def test_a_rate_limit_is_waited_for(serve: Serve, status: int) -> None:
    """Turned away twice, asking and ordering both go on after growing waits; nothing is sent twice."""
    served = serve(
        polls=1, errors=[["GET", "/search_users", 2, status, LIMIT], ["POST", "update_grades", 2, status, LIMIT]]
    )
    arrival = canvas_api.send(served.canvas(), prepared(served))
    assert arrival.complete
    assert served.naps[:4] == [1.0, 2.0, 1.0, 2.0]
    assert len(served.asked("POST")) == 3


def test_a_rate_limit_without_end(serve: Serve) -> None:
    """After all waits the command gives up, and says why."""
    served = serve(errors=[["GET", "/search_users", 99, 403, LIMIT]])
    with pytest.raises(
        CanvasError, match="refuses for too many requests, also after waiting 61 s; try again in some minutes"
    ):
        prepared(served)
    assert served.naps == list(client.WAITS)


def test_a_server_error_while_reading_is_asked_again(serve: Serve) -> None:
    """A GET that fails with 500 changes nothing and is made again."""
    served = serve(errors=[["GET", "/submissions", 2, 500, "<h1>oops</h1>"]])
    assert prepared(served).size == 3
    assert served.naps == [1.0, 2.0]


@pytest.mark.parametrize("how", [{"errors": [["POST", "update_grades", 1, 502, "bad gateway"]]}, {"drop": 1}])
def test_an_order_that_may_have_arrived_is_not_repeated(serve: Serve, how: dict[str, Any]) -> None:
    """A POST without an answer is sent once; that nobody knows is said, and reading back finds out what arrived."""
    served = serve(**how)
    arrival = canvas_api.send(served.canvas(), prepared(served))
    assert len(served.asked("POST")) == 1
    [fault] = arrival.faults
    assert fault.startswith("Canvas did not answer as 3 scores were sent; whether they arrived is not known. ")
    assert arrival.arrived == (3 if "drop" in how else 0)
    assert prepared(served).size == 3 - arrival.arrived


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"token": "7~wrong"}, "does not take this token: mistyped, expired, or of another Canvas"),
        ({"course": 502}, "cannot find course 502, or the owner of this token is not in it"),
    ],
)
def test_a_wrong_token_and_a_wrong_course(serve: Serve, given: dict[str, Any], message: str) -> None:
    """One sentence each, without the token."""
    with pytest.raises(CanvasError) as raised:
        _ = serve().canvas(**given).name
    assert message in str(raised.value)
    assert "7~" not in str(raised.value)


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (
            403,
            {"status": "unauthorized"},
            "may not see or do this: the students of the course. It takes a teacher or TA",
        ),
        (
            401,
            {"status": "unauthorized"},
            "may not see or do this: the students of the course. It takes a teacher or TA",
        ),
        (404, {}, "cannot find the students"),
        (400, {}, "answers the students of the course with an error"),
        (418, {}, "with an error (status 418); try again later"),
        (302, "", "sends us on to another address"),
        (200, "<html>Log in</html>", "is not Canvas's; is this the address of a Canvas?"),
        (200, {"id": 5}, "is not as documented"),
        (200, [{"id": "five"}], "is not as documented"),
        (200, [5], "is not as documented"),
    ],
)
def test_other_answers(serve: Serve, status: int, body: Any, message: str) -> None:
    """Whatever a server says, it is one sentence with the address, and the token is in none of them."""
    served = serve(errors=[["GET", "/search_users", 1, status, body]])
    with pytest.raises(CanvasError) as raised:
        prepared(served)
    assert message in str(raised.value)
    assert str(raised.value).startswith(served.url.removeprefix("http://"))
    assert TOKEN not in str(raised.value)


def test_nobody_answers() -> None:
    """A refused connection is said at once, without waits: the address is likely wrong."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    served = Served(str(port))
    with pytest.raises(CanvasError, match=f"127.0.0.1:{port}: cannot be reached; check --url and the network"):
        _ = served.canvas().name
    assert served.naps == []


def test_a_message_of_canvas_never_shows_the_token(serve: Serve) -> None:
    """Not even a server that repeats what it was sent gets the token onto a terminal."""
    echo = {"id": 1, "workflow_state": "failed", "message": f"Bearer {TOKEN}\x1b[2J"}
    served = serve(errors=[["POST", "update_grades", 1, 200, echo]])
    arrival = canvas_api.send(served.canvas(), prepared(served))
    assert arrival.faults == ["Canvas says that the grading failed: Bearer [token]\\x1b[2J"]


# -- address and token ------------------------------------------------------------------------------------------


def none(host: str) -> None:
    """A keyring with nothing in it."""


@pytest.mark.parametrize(
    "text", ["https://canvas.example.edu", "https://canvas.example.edu/", " https://canvas.example.edu/api/v1/ "]
)
def test_an_address_is_scheme_and_host(text: str) -> None:
    """Also as people copy it."""
    assert address(text) == "https://canvas.example.edu"


@pytest.mark.parametrize("text", ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"])
def test_http_is_for_this_machine(text: str) -> None:
    """A server of our own may do without encryption."""
    assert address(text) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("http://canvas.example.edu", "use https://canvas.example.edu"),
        ("http://127.0.0.1.example.edu", "http would send the token"),
        ("http://localhost@example.edu", "only scheme and host"),
        ("https://me:secret@canvas.example.edu", "only scheme and host"),
        ("https://canvas.example.edu/courses/501", "only scheme and host"),
        ("canvas.example.edu", "only scheme and host"),
        ("ftp://canvas.example.edu", "is not an address"),
        ("https://", "is not an address"),
        ("https://canvas.example.edu:x", "not an address"),
        ("https://can\x1bvas", "is not an address"),
        ("https://[::1", "not an address"),
    ],
)
def test_other_addresses_are_refused(text: str, message: str) -> None:
    """No token goes where others could read it, and a password in an address is not repeated."""
    with pytest.raises(UsageError, match=message) as raised:
        address(text)
    assert "secret" not in str(raised.value)


def test_the_token_of_the_environment_comes_first() -> None:
    """Then the keyring's for this host; blanks around it are nobody's."""
    where = {"CANVAS_API_URL": "https://canvas.example.edu"}
    from_ring = "7~{}".format
    assert [access(None, given, from_ring).token for given in ({**where, "CANVAS_API_TOKEN": " 7~env\n"}, where)] == [
        "7~env",
        "7~canvas.example.edu",
    ]


@pytest.mark.parametrize("token", ["two words", "7~right\n7~right", "tökén", "x" * 600])
def test_a_token_that_cannot_be_one_is_not_shown(token: str) -> None:
    """It is refused before any library can complain about it by quoting it."""
    with pytest.raises(UsageError, match="copy it again, alone") as raised:
        access("https://canvas.example.edu", {"CANVAS_API_TOKEN": token}, none)
    assert token[:3] not in str(raised.value)


def test_an_access_prints_without_its_token() -> None:
    """Neither repr nor str shows it."""
    assert TOKEN not in f"{Access('https://canvas.example.edu', TOKEN)!r} {Access('https://canvas.example.edu', TOKEN)}"


# -- the command ------------------------------------------------------------------------------------------------

COURSE = """\
format: 1
title: Small
version: "1.0"
units:
  - id: scores
    title: HW1
    concepts:
      - {id: softmax, title: Softmax, points: 10, functions: [f]}
"""
WHEN = datetime(2027, 2, 5, tzinfo=UTC)
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The real command, in the folder of a course with a gradebook."""
    (tmp_path / "course.yml").write_text(COURSE)
    with Gradebook.open(tmp_path / "gradebook.db") as book:
        book.set_roster([PEOPLE["zoe"], PEOPLE["mai"]])
        book.append([
            Attempt(
                student=student, concept="softmax", source=student * 16, suite="5" * 64, limits="1" * 64, submitted_at=None, graded_at=WHEN,
                status=Status.GRADED, earned=earned, possible=10.0, checks=("a",), outcomes=(Outcome.PASSED,), diagnoses=(), versions={}, report=b"{}",
            )
            for student, earned in (("mai", 0.0), ("zoe", 8.5))
        ])  # fmt: skip

    def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        settings = {name: value for name, value in os.environ.items() if not name.startswith(("CANVAS_", "MLGRADE_"))}
        settings |= {"COLUMNS": "80", "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring", **environment}
        called = [sys.executable, "-m", "mlgrade", "push", "canvas", "--course", "501", *arguments]
        return subprocess.run(called, cwd=tmp_path, env=settings, capture_output=True, text=True, check=False)

    return command


@pytest.mark.full
def test_preview_send_and_again(serve: Serve, run: Run) -> None:
    """The whole way: a dry run, the same with --send, and once more, when there is nothing left to send."""
    served = serve()
    settings = {"CANVAS_API_URL": served.url, "CANVAS_API_TOKEN": TOKEN}
    dry = run(**settings)
    assert dry.returncode == 0, dry.stderr
    assert dry.stdout.splitlines() == [
        f"Mathematics of ML (course 501 at {served.url.removeprefix('http://')})",
        "2 scores new",
        '"HW1" (88001): out of 20 in Canvas and 10 here; scaled to 20',
        "in Canvas's course and not in the gradebook: Ada B; Bob C; Eve D",
        "dry run: nothing was sent; --send sends 2 grades",
    ]
    assert served.asked("POST") == []
    sent = run("--item", "scores=88001", "--send", **settings)
    assert sent.returncode == 0, sent.stderr
    assert sent.stdout.splitlines()[-1] == "2 of 2 grades arrived, as read back from Canvas"
    assert (served.scores[70101], served.scores[70102]) == (17.0, 0.0)
    again = run("--send", **settings)
    assert "Canvas holds all of it already: there is nothing to send" in again.stdout
    assert len(served.asked("POST")) == 1
    assert TOKEN not in dry.stdout + dry.stderr + sent.stdout + sent.stderr


def test_a_missed_student_ends_with_1(serve: Serve, run: Run) -> None:
    """What did not arrive is in the exit code, too."""
    served = serve(lost=[70101], polls=1)
    done = run("--url", served.url, "--send", CANVAS_API_TOKEN=TOKEN)
    assert (done.returncode, "did not arrive: Zoë O'Brien (zoe), HW1" in done.stdout) == (1, True)


RING = """\
from keyring.backend import KeyringBackend

class Ring(KeyringBackend):
    priority = 1
    def get_password(self, service, username):
        return "7~right" if (service, username) == ("mlgrade", {host!r}) else None
    def set_password(self, service, username, password):
        raise NotImplementedError
"""


def test_the_token_of_a_keyring(serve: Serve, run: Run, tmp_path: Path) -> None:
    """An entry `mlgrade` for the host gives the token, and that of another host does not."""
    served, folder = serve(), tmp_path / "rings"
    folder.mkdir()
    (folder / "ring.py").write_text(RING.format(host=served.url.removeprefix("http://")))
    settings = {"PYTHON_KEYRING_BACKEND": "ring.Ring", "PYTHONPATH": str(folder)}
    assert run("--url", served.url, **settings).returncode == 0
    other = run("--url", "http://127.0.0.2:9", **settings)
    assert (other.returncode, other.stderr) == (
        2, "mlgrade: no token: set CANVAS_API_TOKEN, or store one with: keyring set mlgrade 127.0.0.2:9\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "where is Canvas? Give --url https://canvas.example.edu or set CANVAS_API_URL"),
        (["--url", "http://canvas.example.edu"], "http would send the token readable by others"),
        (["--url", "https://canvas.example.edu", "--item", "scores"], "write it as COLUMN=ID"),
        (["--url", "https://canvas.example.edu", "--item", "score=1"], 'no column "score"; did you mean "scores"?'),
        (["--url", "https://canvas.example.edu", "--item", "scores=1", "--item", "unit:scores=2"], "is given two assignments, 1 and 2"),
    ],
)  # fmt: skip
def test_a_wrong_call(run: Run, arguments: list[str], message: str) -> None:
    """It is one sentence and ends with 2, before anybody is asked anything."""
    done = run(*arguments, CANVAS_API_TOKEN=TOKEN)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert TOKEN not in done.stderr
