"""nbgrader's collect on an exchange in which students put links: what its own does with them, and what ours does."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import classroom
import pytest
from classroom import RIGHT, UNIT, Classroom, Score, write

from mlgrade.integrations.nbgrader import warm

pytestmark = [
    pytest.mark.full,  # waits for nbgrader, kernels or a browser
    pytest.mark.filterwarnings("ignore"),  # nbgrader and its libraries warn of each other
    pytest.mark.skipif(sys.platform == "win32", reason="nbgrader's exchange is not for Windows"),
]
STOCK = "nbgrader.exchange.default.ExchangeCollect"
TIME = "2027-01-01 10:00:00.000000 UTC"


class Exchange:
    """What students handed in with `nbgrader submit`, and what they did there afterwards: the folder is their own."""

    def __init__(self, room: Classroom) -> None:
        self.room, self.root = room, room.root.parent / "exchange"
        self.inbound = self.root / "generated" / "inbound"
        self.inbound.mkdir(parents=True)

    def home(self, student: str) -> Path:
        return self.inbound / f"{student}+{UNIT}+{TIME}+secret"

    def submit(self, student: str, text: str) -> Path:
        made = self.room.submit(student, write(text))
        shutil.copytree(made.parent, self.home(student))
        shutil.rmtree(made.parents[1])
        (self.home(student) / "timestamp.txt").write_text(TIME)
        return self.home(student)

    def collect(self, **how: Any) -> dict[str, Any]:
        settings = {"Exchange": {"root": str(self.root)}, **how}
        result: dict[str, Any] = self.room.api(**settings).collect(UNIT)
        return result

    def collected(self, student: str) -> set[str]:
        home = self.room.root / "submitted" / student / UNIT
        return {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}


@pytest.fixture
def exchange(tmp_path: Path) -> Exchange:
    """Ada is honest; eve's answer is a link to hers, and a page of feedback to be is one to the hidden suite."""
    made = Exchange(classroom.make(tmp_path))
    made.submit("ada", RIGHT["softmax"])
    home = made.submit("eve", "")
    (home / "softmax.ipynb").unlink()
    (home / "softmax.ipynb").symlink_to(made.home("ada") / "softmax.ipynb")
    (home / "leak.html").symlink_to(made.room.course / "tests" / "hidden" / "test_softmax.py")
    (home / "more").symlink_to(made.room.course / "tests" / "hidden")
    return made


def test_what_nbgrader_itself_does(exchange: Exchange) -> None:
    """The attack works on nbgrader's own collect: eve has ada's answer, and hidden suites on the way to her feedback."""
    assert exchange.collect(ExchangeFactory={"collect": STOCK})["success"]
    assert {"softmax.ipynb", "leak.html", "more/test_softmax.py"} <= exchange.collected("eve")


def test_links_are_left_out(exchange: Exchange) -> None:
    """Ours takes what is a file, says what it left out, and takes the others as nbgrader does."""
    result = exchange.collect()
    assert result["success"], result
    assert exchange.collected("eve") == {"timestamp.txt"}
    assert exchange.collected("ada") == {"softmax.ipynb", "timestamp.txt"}
    assert "leak.html: a link; links are not followed" in result["log"]


def test_one_that_cannot_be_copied(exchange: Exchange) -> None:
    """A pipe, a folder that is itself a link, and too many bytes cost their owner only, who is named."""
    os.mkfifo(exchange.submit("flo", "") / "pipe")
    exchange.home("gus").symlink_to(exchange.home("ada"))
    big = exchange.submit("hal", "")
    (big / "data").write_bytes(b"")
    os.truncate(big / "data", 10**9)
    result = exchange.collect()
    assert not result["success"]
    for name, why in (("gus", "a link, or not a folder"), ("hal", "1000000000 bytes is too large")):
        assert re.search(f"{re.escape(str(exchange.home(name)))}: not collected: .*{why}", result["log"])
    assert [exchange.collected(name) for name in ("gus", "hal")] == [set(), set()]
    assert exchange.collected("flo") == {"softmax.ipynb", "timestamp.txt"}
    assert exchange.collected("ada") == {"softmax.ipynb", "timestamp.txt"}


def test_a_link_that_came_another_way(exchange: Exchange) -> None:
    """A link in submitted/, from whatever unpacked it, fails that submission, and what it leads to is copied nowhere."""
    room = exchange.room
    room.submit("ada", write(RIGHT["softmax"]))
    room.submit("eve", write(RIGHT["softmax"]))
    home = room.root / "submitted" / "eve" / UNIT
    (home / "leak.html").symlink_to(room.course / "tests" / "hidden" / "test_softmax.py")
    result = room.autograde()
    warm.close()
    assert not result["success"]
    assert "leak.html: a link; put there what was handed in, or delete it" in result["log"]
    assert not (room.root / "autograded" / "eve" / UNIT).exists()
    assert [room.score(name) for name in ("ada", "eve")] == [
        Score(10.0, None, False, 10.0),
        Score(None, None, True, 10.0),
    ]
