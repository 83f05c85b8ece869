"""Study cards: the files, the schedule, what is remembered of a student, and the way to Anki."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgrade import course as courses
from mlgrade.course import Course
from mlgrade.errors import CourseError, UsageError
from mlgrade.study.cards import deck, history
from mlgrade.study.cards.schedule import CardAnswer, Rating, Standing, comes_back, queue, standing

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2027, 2, 1, 12, tzinfo=UTC)
GOOD = "- {id: scores-01, front: What?, back: That.}\n"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MLGRADE_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


def course_with(folder: Path, **files: str) -> Course:
    (folder / "cards").mkdir()
    for name, text in files.items():
        (folder / "cards" / f"{name}.yml").write_text(text, encoding="utf-8")
    return courses.load(folder)


def answered(*ratings: Rating, since: datetime = NOON) -> list[CardAnswer]:
    """One answer a day."""
    return [CardAnswer(since + timedelta(days=day), rating) for day, rating in enumerate(ratings)]


FAULTS = {
    "no list": ("front: What?", "cards/scores.yml:1: must be a list of at least one card (got a group)"),
    "empty": ("", "cards/scores.yml: must be a list of at least one card (got nothing)"),
    "no back": (GOOD + "- {id: scores-02, front: Why?}", "cards/scores.yml:2: [1]: back is missing"),
    "blank front": ("- {id: scores-01, front: ' ', back: b}", "[0].front: must be a text of 1 to 300 characters"),
    "long back": (f"- {{id: scores-01, front: f, back: {'b' * 301}}}", "[0].back: must be a text of 1 to 300"),
    "number": ("- {id: scores-01, front: f, back: 1}", "[0].back: must be a text of 1 to 300 characters (got 1)"),
    "odd id": ("- {id: first, front: f, back: b}", "[0].id: must be an id such as core_objects-01 (got first)"),
    "two of an id": (GOOD + GOOD, 'scores.yml:2: [1].id: "scores-01" is used twice (first in cards/scores.yml:1)'),
    "unknown field": ("- {id: scores-01, front: f, bcak: b}", '[0].bcak: is not known here; did you mean "back"?'),
    "a field twice": ("- {id: scores-01, front: f, back: b, back: c}", "[0].back: is here twice"),
    "no YAML": ("- {id: [", ": not valid YAML: "),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_of_a_file(fault: str, course: Path) -> None:
    """Each fault of a file of cards is named with its line and what belongs there."""
    text, message = FAULTS[fault]
    with pytest.raises(CourseError) as caught:
        deck.load(course_with(course, scores=text))
    assert message in str(caught.value)


def test_all_faults_at_once(course: Path) -> None:
    """One run names what is wrong with all cards of all files, a file without a unit included."""
    with pytest.raises(CourseError) as caught:
        deck.load(course_with(course, scores=GOOD + GOOD + "- {id: scores-02, front: f}\n- {id: x}", score=GOOD))
    assert caught.value.problems == [
        'cards/score.yml: belongs to no unit; did you mean "scores.yml"?',
        "cards/scores.yml:3: [2]: back is missing",
        "cards/scores.yml:4: [3].id: must be an id such as core_objects-01 (got x)",
        "cards/scores.yml:4: [3]: front is missing",
        "cards/scores.yml:4: [3]: back is missing",
        'cards/scores.yml:2: [1].id: "scores-01" is used twice (first in cards/scores.yml:1)',
    ]


def test_bytes_that_are_no_text(course: Path) -> None:
    """A file in another encoding is a sentence with its name."""
    loaded = course_with(course)
    (course / "cards/scores.yml").write_bytes(b"- {id: scores-01, front: \xff, back: b}")
    with pytest.raises(CourseError, match=r"cards/scores.yml: cannot be read: .*utf-8"):
        deck.load(loaded)


def test_an_id_of_another_unit(tmp_path: Path) -> None:
    """Ids are unique over the course, because a card may move to another unit and keep what is remembered of it."""
    one = "- {{id: {0}, title: {0}, concepts: [{{id: {0}_a, title: A, points: 1, functions: [f]}}]}}\n"
    units = one.format("first") + one.format("second")
    (tmp_path / "course.yml").write_text(f'format: 1\ntitle: T\nversion: "1"\nunits:\n{units}')
    with pytest.raises(CourseError, match=r"second.yml:1: .*used twice \(first in cards/first.yml:1\)"):
        deck.load(course_with(tmp_path, first=GOOD, second=GOOD))


def test_no_cards(course: Path) -> None:
    """A course without cards says so, and where they would be."""
    with pytest.raises(UsageError, match=r"no study cards \(.*cards\)"):
        deck.load(courses.load(course))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("score", 'no unit "score"; did you mean "scores"?'),
        ("softmax", 'no unit "softmax"; it is an exercise of scores'),
        ("zebra", 'no unit "zebra"; cards for scores'),
    ],
)
def test_unknown_unit(name: str, message: str, course: Path) -> None:
    """A unit that is none is answered with the one that was meant, or with those there are."""
    with pytest.raises(UsageError) as caught:
        deck.load(course_with(course, scores=GOOD), name)
    assert str(caught.value) == message


def test_a_unit_without_cards() -> None:
    """A unit of the course that has no cards is told apart from a misspelt one."""
    loaded = courses.load(ROOT)
    decks = [one for one in deck.load(loaded) if one.unit.id != "lab"]
    with pytest.raises(UsageError, match="the unit lab has no study cards; there are some for core_objects, "):
        deck._of_unit(loaded, decks, "lab")


def test_the_cards_of_the_course() -> None:
    """Every unit has cards, at least 42 in all; each reads on any terminal, is short, and is numbered in its unit."""
    loaded = courses.load(ROOT)
    decks = deck.load(loaded)
    assert [one.unit.id for one in decks] == [unit.id for unit in loaded.units]
    cards = [(one.unit.id, number, card) for one in decks for number, card in enumerate(one.cards, 1)]
    assert len(cards) >= 42
    for unit, number, card in cards:
        assert card.id == f"{unit}-{number:02}"
        assert (card.front + card.back).isascii()
        assert len(card.front) <= 120
        assert len(card.back) <= 160
    assert max(Counter(card.front for _, _, card in cards).values()) == 1


@pytest.mark.parametrize("word", ["query", "key", "value", "attention weights", "scalar", "vector", "matrix", "tensor"])
def test_the_words_of_the_course_are_asked(word: str) -> None:
    """The operational meaning of each word has a card that asks for it."""
    fronts = [card.front for one in deck.load(courses.load(ROOT)) for card in one.cards]
    assert any(word in front for front in fronts if front.startswith(("What is", "What are", "What does this course")))


def test_a_new_card() -> None:
    """A card without an answer is new, not due."""
    assert standing([], NOON) is Standing.NEW


def test_a_missed_card_is_due_at_once() -> None:
    """A card that was missed does not wait for tomorrow, however well it was known before."""
    answers = answered(Rating.Easy, Rating.Easy, Rating.Again)
    assert comes_back(answers) == answers[-1].at
    assert standing(answers, answers[-1].at) is Standing.DUE


def test_better_answers_wait_longer() -> None:
    """The better a card is known, the later it comes back, but never on the same day."""
    waits = [comes_back(answered(rating)) - NOON for rating in (Rating.Hard, Rating.Good, Rating.Easy)]
    assert timedelta(days=1) <= waits[0] < waits[1] < waits[2]


def test_each_success_waits_longer() -> None:
    """A card that is known each time it is due comes back after longer and longer, and at least once a year."""
    answers, waits = [CardAnswer(NOON, Rating.Good)], []
    for _ in range(12):
        waits.append(comes_back(answers) - answers[-1].at)
        answers.append(CardAnswer(comes_back(answers), Rating.Good))
    assert waits == sorted(waits)
    assert waits[0] < waits[3] < waits[-1] == timedelta(days=365)


def test_the_same_answers_give_the_same_day() -> None:
    """Nothing about the schedule is random, so that it can be computed from the answers each time."""
    answers = answered(Rating.Good, Rating.Hard, Rating.Easy, Rating.Good)
    assert {comes_back(answers) for _ in range(20)} == {comes_back(answers)}


def test_due_is_a_day_of_the_student() -> None:
    """A card is due from the morning of its day on, and the day is that of the student's time zone."""
    tomorrow = comes_back(answered(Rating.Hard))
    assert tomorrow == NOON + timedelta(days=1)
    east = timezone(timedelta(hours=10))
    assert standing(answered(Rating.Hard), datetime(2027, 2, 1, 23, 59, tzinfo=UTC)) is Standing.LEARNED
    assert standing(answered(Rating.Hard), datetime(2027, 2, 2, 0, 1, tzinfo=UTC)) is Standing.DUE
    assert standing(answered(Rating.Hard), datetime(2027, 2, 2, 0, 1, tzinfo=east)) is Standing.DUE
    assert standing(answered(Rating.Hard), datetime(2027, 2, 1, 23, 59, tzinfo=east)) is Standing.LEARNED


@given(st.lists(st.tuples(st.integers(0, 10**8), st.sampled_from(Rating)), min_size=1, max_size=30))
def test_any_answers_have_a_schedule(said: list[tuple[int, Rating]]) -> None:
    """Answers at any times, also out of order after a clock was set, give a day within a year of the last one."""
    answers = [CardAnswer(NOON + timedelta(seconds=seconds), rating) for seconds, rating in said]
    assert timedelta(0) <= comes_back(answers) - answers[-1].at <= timedelta(days=365)


def test_queue() -> None:
    """Due cards come first, the longest waiting at the front; then new ones in the order of the course."""
    answers = {
        "late": answered(Rating.Hard),
        "later": answered(Rating.Hard, since=NOON - timedelta(days=9)),
        "known": answered(Rating.Easy),
    }
    now = NOON + timedelta(days=1)
    assert queue(["new", "late", "known", "newer", "later"], answers, now) == ["later", "late", "new", "newer"]


def test_answers_are_found_again(course: Path, state: Path) -> None:
    """An answer is there after it was given, beside those before it."""
    loaded = courses.load(course)
    assert history.load(loaded) == ({}, "")
    for answer in answered(Rating.Good, Rating.Again):
        assert history.record(loaded, "scores-01", answer) == ""
    assert history.record(loaded, "scores-02", answered(Rating.Easy)[0]) == ""
    assert history.load(loaded)[0] == {
        "scores-01": answered(Rating.Good, Rating.Again),
        "scores-02": answered(Rating.Easy),
    }
    assert [path.name for path in state.iterdir()] == [history.file(loaded).name]


def test_answers_outlive_cards_and_folders(course: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A course that moved finds its answers; another course does not."""
    loaded = courses.load(course)
    history.record(loaded, "a_card_that_is_gone-01", answered(Rating.Good)[0])
    moved = tmp_path_factory.mktemp("elsewhere")
    text = (course / "course.yml").read_text()
    (moved / "course.yml").write_text(text)
    history.record(courses.load(moved), "scores-01", answered(Rating.Good)[0])
    assert set(history.load(loaded)[0]) == {"a_card_that_is_gone-01", "scores-01"}
    (moved / "course.yml").write_text(text.replace("Golden", "Silver"))
    assert history.load(courses.load(moved))[0] == {}


DAMAGE = {
    "cut short": b'{"format": 1, "course": "Golden", "cards": {"scores-0',
    "empty": b"",
    "no format": b"{}",
    "no such rating": b'{"format": 1, "course": "Golden", "cards": {"scores-01": [["2027-02-01T12:00:00Z", 5]]}}',
    "no time zone": b'{"format": 1, "course": "Golden", "cards": {"scores-01": [["2027-02-01T12:00:00", 3]]}}',
    "no text": b'{"format": 1, "course": "\xff", "cards": {}}',
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_kept(damage: str, course: Path) -> None:
    """A file that cannot be read is set aside, said once, and never written over, also when it happens again."""
    loaded = courses.load(course)
    path = history.file(loaded)
    path.parent.mkdir()
    for n in (1, 2):
        path.write_bytes(DAMAGE[damage])
        answers, trouble = history.load(loaded)
        assert answers == {}
        aside = path.with_suffix(f".damaged-{n}.json")
        assert aside.read_bytes() == DAMAGE[damage]
        assert f"kept as {aside}" in trouble
        assert history.load(loaded) == ({}, "")


def test_damage_in_the_middle_of_a_session(course: Path) -> None:
    """An answer is kept also when the file was damaged since the last one."""
    loaded = courses.load(course)
    history.record(loaded, "scores-01", answered(Rating.Good)[0])
    history.file(loaded).write_text("{")
    assert "kept as" in history.record(loaded, "scores-02", answered(Rating.Good)[0])
    assert set(history.load(loaded)[0]) == {"scores-02"}


def test_a_newer_file(course: Path) -> None:
    """A file of a newer mlgrade is left alone, and the way out is an update."""
    path = history.file(courses.load(course))
    path.parent.mkdir()
    path.write_text('{"format": 2, "reviews": []}')
    with pytest.raises(UsageError, match="newer mlgrade; update"):
        history.record(courses.load(course), "scores-01", answered(Rating.Good)[0])
    assert path.read_text() == '{"format": 2, "reviews": []}'


def test_a_file_that_cannot_be_reached(course: Path) -> None:
    """What cannot be read is not taken for nothing, because it would be written over."""
    path = history.file(courses.load(course))
    path.mkdir(parents=True)
    with pytest.raises(UsageError, match="your answers so far cannot be read: "):
        history.load(courses.load(course))


def test_a_folder_that_cannot_be_written(course: Path) -> None:
    """An answer that cannot be kept is said, with the reason and the folder; what was there stays."""
    loaded = courses.load(course)
    history.record(loaded, "scores-01", answered(Rating.Good)[0])
    history.file(loaded).with_suffix(f".{os.getpid()}").mkdir()
    trouble = history.record(loaded, "scores-02", answered(Rating.Good)[0])
    assert trouble.startswith("your answers cannot be kept: ")
    assert str(history.folder()) in trouble
    assert set(history.load(loaded)[0]) == {"scores-01"}


def test_the_folder_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without MLGRADE_STATE the answers are in the user's own data folder."""
    monkeypatch.delenv("MLGRADE_STATE")
    assert history.folder().is_absolute()
    assert history.folder().name == "mlgrade"


def test_anki_fields(course: Path) -> None:
    """Tabs, quotes, line ends, number signs and letters of all alphabets come through as they are."""
    odd = ["a\tb", 'say "x"', "one\ntwo", "# no comment", "<b> & ü 漢"]
    cards = [deck.Card(id=f"scores-{n:02}", front=text, back=text) for n, text in enumerate(odd)]
    loaded = courses.load(course)
    written = deck.render(loaded, [deck.Deck(loaded.units[0], cards)])
    assert b"\r" not in written
    assert not written.startswith(b"\xef\xbb\xbf")
    head, rows = written.decode().split("#tags column:5\n")
    assert head.splitlines() == ["#separator:tab", "#html:false", "#guid column:1", "#deck column:2"]
    read = list(csv.reader(io.StringIO(rows, newline=""), delimiter="\t"))
    assert [row[2:4] for row in read] == [[text, text] for text in odd]
    assert read[0][:2] == ["mlgrade/Golden/scores-00", "Golden::Scores"]
    assert read[0][4] == "mlgrade scores"


def test_anki_identities() -> None:
    """Each card of the course is one note of its own in Anki, and no row reads as one of Anki's comments."""
    loaded = courses.load(ROOT)
    decks = deck.load(loaded)
    lines = deck.render(loaded, decks).decode().splitlines()
    rows = [line for line in lines if not line.startswith("#")]
    assert len({row.split("\t")[0] for row in rows}) == sum(len(one.cards) for one in decks)
    assert len(lines) - len(rows) == 5
