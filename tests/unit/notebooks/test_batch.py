"""The parts of a batch that need no nbgrader course: what was seen, what is asked for, what went wrong."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any

import pytest

from mlgrade.errors import SubmissionError, UsageError
from mlgrade.integrations.nbgrader import progress_log, source_cells
from mlgrade.integrations.nbgrader.progress_log import ProgressLog, key
from mlgrade.integrations.nbgrader.session import heard
from mlgrade.integrations.nbgrader.source_cells import Known

# -- what was seen ------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "softmax.ipynb").write_text("{}")
    return tmp_path / "ada"


def test_what_was_added_is_seen(tmp_path: Path) -> None:
    """What one run added, the next one knows, for this student and these bytes only; the last word holds."""
    file = tmp_path / "autograded" / ".mlgrade-scores.jsonl"
    seen = ProgressLog(file)
    seen.add("ada", "1")
    seen.add("ada", "2")
    for one in (seen, ProgressLog(file)):
        assert one.has("ada", "2")
        assert not one.has("ada", "1")
        assert not one.has("bob", "2")


def test_a_run_that_was_cut_off(tmp_path: Path) -> None:
    """A torn last line, or a strange one, costs one submission's time and nothing else."""
    file = tmp_path / "seen.jsonl"
    ProgressLog(file).add("ada", "1")
    with file.open("ab") as opened:
        opened.write(b'{"student": 3}\n{"student":"bob","k')
    assert ProgressLog(file).has("ada", "1")
    assert not ProgressLog(file).has("bob", "1")


def test_what_cannot_be_read(tmp_path: Path) -> None:
    """A folder in the place of the file is said, with the way out."""
    (tmp_path / "seen.jsonl").mkdir()
    with pytest.raises(UsageError, match=r"cannot be read .*; move it away, and all is graded again"):
        ProgressLog(tmp_path / "seen.jsonl")


def test_the_key_is_of_all_that_decides(folder: Path) -> None:
    """Another byte, another name, one file more, or another suite: another key; the same again: the same."""
    keys = {key(folder, [b"suite"]), key(folder, [b"other"]), key(folder, [b"su", b"ite"])}
    (folder / "timestamp.txt").write_text("2027-02-05 22:00:00 UTC")
    keys.add(key(folder, [b"suite"]))
    (folder / "softmax.ipynb").write_text("[]")
    keys.add(key(folder, [b"suite"]))
    (folder / "softmax.ipynb").rename(folder / "norm.ipynb")
    keys.add(key(folder, [b"suite"]))
    assert len(keys) == 6
    assert key(folder, [b"suite"]) in keys


def test_a_pipe_keeps_nobody_waiting(folder: Path) -> None:
    """What a student left in the folder is not waited for, and a link that leads nowhere is no fault."""
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no FIFOs")
    before = key(folder, [])
    os.mkfifo(folder / "pipe")
    (folder / "link").symlink_to(folder / "nowhere")
    assert key(folder, []) == before


# -- what is asked for --------------------------------------------------------------------------------------------


def known(name: str, source: str = "", **given: Any) -> Known:
    values: dict[str, Any] = {"name": name, "kind": "code", "source": source, "checksum": "", "locked": False, "grade": False, "solution": False, "task": False, "points": 0.0}  # fmt: skip
    return Known(**{**values, **given})


CELLS = [
    known("setup", "import numpy as np", locked=True),
    known(source_cells.ANSWER + "softmax", solution=True),
    known(source_cells.TEST + "softmax", "check()", grade=True, locked=True, points=10.0),
    known("bonus", "assert True", grade=True, locked=True, points=1.0),
]


def notebook(**sources: str) -> bytes:
    cells = [
        {"cell_type": "code", "source": text, "outputs": [], "metadata": {"nbgrader": {"grade_id": name.replace("_", "-")}}}
        for name, text in sources.items()
    ]  # fmt: skip
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def test_what_is_wanted_of_a_notebook() -> None:
    """One submission for each concept, of the student's code, with what is locked as its author wrote it."""
    given = notebook(setup="import os", answer_softmax="def f(): pass", test_softmax="10.0")
    [one] = progress_log.wanted(given, "softmax.ipynb", CELLS)
    assert (one.concept, one.file) == ("softmax", "softmax.ipynb")
    assert "def f(): pass" in one.source.decode()
    assert "import numpy as np" in one.source.decode()
    assert "10.0" not in one.source.decode()


@pytest.mark.parametrize("text", [b"no", b"\xff", b"[]", b"3", b'{"cells": 3}', b"[" * 100_000])
def test_no_notebook(text: bytes) -> None:
    """What is no notebook raises what a batch expects, and leaves the rest to nbgrader."""
    with pytest.raises((ValueError, SubmissionError, RecursionError)):
        list(progress_log.wanted(text, "softmax.ipynb", CELLS))


# -- what went wrong ----------------------------------------------------------------------------------------------


def test_the_complaint_is_the_fault_itself() -> None:
    """Of all that nbgrader logs, the line that names the error is told; without a traceback, the first one."""
    log = logging.Logger("test")
    log.addHandler(logging.NullHandler())
    with heard(log) as complaint:
        assert complaint() == "nbgrader gave no reason"
        log.error("There was an error processing assignment")
        log.warning("Removing")
        assert complaint() == "There was an error processing assignment"
        log.error("Traceback (most recent call last):\n  File x\nValueError: points\n")
        log.error("Please see the above traceback")
        assert complaint() == "ValueError: points"
    log.error("later")
    assert len(log.handlers) == 1
