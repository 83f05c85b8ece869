"""`mlgrade cards` as a student uses it: at a real terminal, in a pipe, and on the way to Anki."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., CompletedProcess[str]]
CARDS = """\
- {id: scores-01, front: First?, back: The first answer.}
- {id: scores-02, front: Second?, back: The second answer.}
- {id: scores-03, front: Third?, back: "A third answer with many words, so that it takes more than one line to say."}
"""
TERMINAL = pytest.mark.skipif(not hasattr(os, "openpty"), reason="Windows has no pseudo-terminals to type into")
END_OF_INPUT = "\x04"


@pytest.fixture
def cards(course: Path) -> Path:
    (course / "cards").mkdir()
    (course / "cards/scores.yml").write_text(CARDS)
    return course


class Terminal:
    """The command with a terminal of its own, and someone who types."""

    def __init__(self, course: Path, *arguments: str, **environment: str) -> None:
        self._screen, keyboard = os.openpty()
        settings = {**os.environ, "MLGRADE_STATE": str(course / "state"), "COLUMNS": "80", "TERM": "xterm"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mlgrade", "cards", *arguments],
            cwd=course,
            env={**settings, **environment},
            stdin=keyboard,
            stdout=keyboard,
            stderr=keyboard,
        )
        os.close(keyboard)
        self.text = ""
        self._met = 0  # up to where the text was waited for

    def type(self, text: str) -> None:
        os.write(self._screen, text.encode())

    def wait_for(self, text: str) -> None:
        """Read what is shown until the text comes once more; without one, to the end."""
        end = time.monotonic() + 30
        while not (text and text in self.text[self._met :]):
            ready, _, _ = select.select([self._screen], [], [], max(0, end - time.monotonic()))
            assert ready, f"{text!r} does not come after:\n{self.text}"
            try:
                shown = os.read(self._screen, 4096)
            except OSError:  # how Linux says that the other end is closed
                shown = b""
            if not shown:
                assert not text, f"{text!r} never came:\n{self.text}"
                return
            self.text = (self.text + shown.decode()).replace("\r\n", "\n")
        self._met = self.text.index(text, self._met) + len(text)

    def interrupt(self) -> None:
        """Press Ctrl-C; again if it came in the instant before Python began to wait for a key, where it is not heard."""
        while self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(10)

    def ended(self) -> int:
        self.wait_for("")
        return self._process.wait(30)

    def close(self) -> None:
        os.close(self._screen)
        self._process.kill()
        self._process.wait()


@pytest.fixture
def at_terminal(cards: Path) -> Iterator[Callable[..., Terminal]]:
    """Start the command and type everything at once; the terminal keeps it until it is read."""
    opened: list[Terminal] = []

    def start(*arguments: str, typed: str = "", **environment: str) -> Terminal:
        opened.append(Terminal(cards, *arguments, **environment))
        opened[-1].type(typed)
        return opened[-1]

    yield start
    for each in opened:
        each.close()


def test_not_a_terminal(mlgrade: Run, cards: Path) -> None:
    """In a pipe nothing is asked and nothing hangs; the sentence says what works there."""
    done = mlgrade("cards", cwd=cards)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "this is not one. mlgrade cards --list prints them" in done.stderr


def test_unknown_unit(mlgrade: Run) -> None:
    """A misspelt unit is answered with the one that was meant."""
    done = mlgrade("cards", "atention", "--list", cwd=ROOT)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == 'mlgrade: no unit "atention"; did you mean "attention"?\n'


def test_no_cards(mlgrade: Run) -> None:
    """A course without cards is a sentence."""
    done = mlgrade("cards", "--due")
    assert done.returncode == 2
    assert "this course has no study cards" in done.stderr


def test_faults_of_the_cards(mlgrade: Run, cards: Path) -> None:
    """An author sees every fault with its line."""
    (cards / "cards/scores.yml").write_text(CARDS + "- {id: scores-01, front: f, back: ''}\n")
    done = mlgrade("cards", "--list")
    assert done.returncode == 2
    assert "cards/scores.yml:4: [3].back: must be a text" in done.stderr
    assert 'cards/scores.yml:4: [3].id: "scores-01" is used twice' in done.stderr


def test_two_wishes(mlgrade: Run, cards: Path) -> None:
    """Of two options that exclude each other none is dropped in silence."""
    done = mlgrade("cards", "--due", "--list")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--due and --list do different things" in done.stderr


def test_no_cards_to_ask(mlgrade: Run, cards: Path) -> None:
    """A limit below one is refused by name."""
    done = mlgrade("cards", "--limit", "0")
    assert done.returncode == 2
    assert "--limit" in done.stderr


def test_export_into_nowhere(mlgrade: Run, cards: Path) -> None:
    """A file that cannot be written is a sentence with its name."""
    done = mlgrade("cards", "--export", "nowhere/cards.txt")
    assert done.returncode == 2
    assert re.search(r"nowhere.cards\.txt: cannot be written: ", done.stderr)


def test_list(mlgrade: Run) -> None:
    """--list prints every card in plain lines that are not wrapped, in ASCII."""
    done = mlgrade("cards", "--list", cwd=ROOT)
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert "\x1b" not in done.stdout
    assert len(re.findall(r"^  Q: .+\n  A: .+$", done.stdout, flags=re.MULTILINE)) >= 42
    one = mlgrade("cards", "lab", "--list", cwd=ROOT).stdout
    assert one in done.stdout
    assert len(re.findall(r"^  Q: ", one, flags=re.MULTILINE)) >= 3


def test_export(mlgrade: Run, cards: Path) -> None:
    """--export writes what Anki reads, and says what to do with it."""
    done = mlgrade("cards", "--export", "cards.txt")
    assert done.returncode == 0
    assert "3 cards written to cards.txt" in done.stdout
    lines = (cards / "cards.txt").read_bytes().decode().split("\n")
    assert lines[:2] == ["#separator:tab", "#html:false"]
    assert lines[5] == "mlgrade/Golden/scores-01\tGolden::Scores\tFirst?\tThe first answer.\tmlgrade scores"


def test_due_counts(mlgrade: Run) -> None:
    """--due counts each unit and all of them, and nothing is remembered of having looked."""
    done = mlgrade("cards", "--due", cwd=ROOT)
    assert done.returncode == 0
    assert re.search(r"^Attention: 0 due, \d+ new, 0 learned$", done.stdout, flags=re.MULTILINE)
    assert re.search(r"^All: 0 due, \d\d new, 0 learned$", done.stdout, flags=re.MULTILINE)
    assert mlgrade("cards", "--due", cwd=ROOT).stdout == done.stdout


def test_help_keeps_its_lines(mlgrade: Run) -> None:
    """The examples in the help stand one to a line."""
    assert "\n    mlgrade cards attention --limit 5\n" in mlgrade("cards", "--help").stdout


@TERMINAL
def test_a_session(at_terminal: Callable[..., Terminal], mlgrade: Run, cards: Path) -> None:
    """Numbers, letters and words are understood, what is not is asked again, and a missed card comes again."""
    terminal = at_terminal("--plain", typed="\n1\n\nwhat\ng\n\neasy\n\nHARD\n")
    assert terminal.ended() == 0
    fronts = re.findall(r"(First|Second|Third)\?", terminal.text)
    assert fronts == ["First", "Second", "Third", "First"]
    assert terminal.text.count("Type 1, 2, 3 or 4") == 1
    assert terminal.text.count("It comes again in a moment.") == 1
    assert "It comes back tomorrow." in terminal.text
    assert "4 answers: 1 again, 1 hard, 1 good, 1 easy." in terminal.text
    assert "Next: nothing today; the first card comes back tomorrow." in terminal.text
    assert mlgrade("cards", "--due").stdout.startswith("Scores: 0 due, 0 new, 3 learned\n")


@TERMINAL
def test_the_back_waits_for_enter(at_terminal: Callable[..., Terminal]) -> None:
    """The answer is not on the screen before one has asked for it."""
    terminal = at_terminal()
    terminal.wait_for("Enter: ")
    assert "First?" in terminal.text
    assert "The first answer" not in terminal.text
    terminal.type("\n")
    terminal.wait_for("4 easy")
    assert "The first answer." in terminal.text


@TERMINAL
@pytest.mark.parametrize("end", ["q\n", "\nquit\n", END_OF_INPUT, "\n" + END_OF_INPUT])
def test_stopping(end: str, at_terminal: Callable[..., Terminal], mlgrade: Run) -> None:
    """q and the end of input stop at either side of a card; what was answered is kept, the open card is not touched."""
    terminal = at_terminal(typed="\n3\n" + end)
    assert terminal.ended() == 0
    assert "1 answer: 0 again, 0 hard, 1 good, 0 easy." in terminal.text
    assert "Traceback" not in terminal.text
    assert (
        mlgrade("cards", "--due").stdout == "Scores: 0 due, 2 new, 1 learned\nNext: mlgrade cards scores  (2 to ask)\n"
    )


@TERMINAL
def test_interrupted(at_terminal: Callable[..., Terminal], mlgrade: Run) -> None:
    """Ctrl-C ends as cleanly as q."""
    terminal = at_terminal(typed="\n3\n")
    terminal.wait_for("Second?")
    terminal.wait_for("Enter: ")
    terminal.interrupt()
    assert terminal.ended() == 0
    assert "1 answer: " in terminal.text
    assert "Traceback" not in terminal.text
    assert "1 learned" in mlgrade("cards", "--due").stdout


@TERMINAL
def test_stopping_after_a_miss(at_terminal: Callable[..., Terminal], mlgrade: Run) -> None:
    """A card that was missed and not asked again is due, and the first of the next session."""
    at_terminal(typed="\n4\n\n1\nq\n").ended()
    assert mlgrade("cards", "--due").stdout.startswith("Scores: 1 due, 1 new, 1 learned\n")
    terminal = at_terminal(typed="q\n")
    assert terminal.ended() == 0
    assert "scores-02  (2 left)" in terminal.text


@TERMINAL
def test_limit(at_terminal: Callable[..., Terminal]) -> None:
    """--limit ends after so many cards and says how many wait."""
    terminal = at_terminal("--limit", "1", typed="\n4\n")
    assert terminal.ended() == 0
    assert "(the last one)" in terminal.text
    assert "(2 to ask)" in terminal.text


@TERMINAL
def test_nothing_to_ask(at_terminal: Callable[..., Terminal]) -> None:
    """Who has done all of today's cards is told when to come back."""
    assert at_terminal(typed="\n4\n\n4\n\n4\n").ended() == 0
    terminal = at_terminal("--plain")
    assert terminal.ended() == 0
    assert re.search(
        r"^Next: nothing today; the first card comes back in \d+ days\.$", terminal.text, flags=re.MULTILINE
    )
    assert "Enter" not in terminal.text


@TERMINAL
def test_narrow_and_plain(at_terminal: Callable[..., Terminal]) -> None:
    """At 40 columns no line is longer; with --plain there are no colours."""
    terminal = at_terminal("--plain", COLUMNS="40")
    for _ in range(3):
        terminal.wait_for("Enter: ")
        terminal.type("\n")
        terminal.wait_for("4 easy: ")
        terminal.type("4\n")
    assert terminal.ended() == 0
    session = terminal.text.partition("Next: ")[0]
    assert max(len(line) for line in session.splitlines()) <= 40
    assert "\x1b" not in terminal.text


@TERMINAL
def test_damaged_answers(at_terminal: Callable[..., Terminal], cards: Path) -> None:
    """Damaged answers are said, kept beside, and studying goes on."""
    at_terminal(typed="\n4\nq\n").ended()
    [kept] = (cards / "state").glob("*-cards.json")
    kept.write_text("{")
    terminal = at_terminal(typed="\n4\nq\n")
    assert terminal.ended() == 0
    assert "the file is kept as" in terminal.text.replace("\n", " ")
    assert "scores-01  (3 left)" in terminal.text
    assert [path.read_text() for path in (cards / "state").glob("*damaged*")] == ["{"]


@TERMINAL
def test_answers_that_cannot_be_kept(at_terminal: Callable[..., Terminal], cards: Path) -> None:
    """A place that cannot be written is said once, not after every card, and the session goes on."""
    loop = cards / "missing"
    loop.symlink_to(cards / "not_there" / "deeper")  # reads as nothing there yet, and no folder can be made of it
    terminal = at_terminal(typed="\n4\n\n4\n\n4\n", MLGRADE_STATE=str(loop))
    assert terminal.ended() == 0
    assert terminal.text.count("your answers cannot be kept: ") == 1
    assert "3 answers: " in terminal.text
