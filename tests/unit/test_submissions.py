"""Files, folders and notebooks to submissions; nothing but a SubmissionError for what cannot be one."""

from __future__ import annotations

import ast
import contextlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgrade import course as courses
from mlgrade.course import Course
from mlgrade.errors import SubmissionError, UsageError
from mlgrade.submissions import model as submissions
from mlgrade.submissions.model import SourceText

COURSE = """\
format: 1
title: Small
version: "1.0"
units:
  - id: first
    title: First
    concepts:
      - {id: norm, title: Norm, points: 10, functions: [norm]}
      - {id: softmax, title: Softmax, points: 10, functions: [softmax]}
"""


@pytest.fixture
def small() -> Course:
    return courses.parse(COURSE)


def cells(*sources: Any, kind: str = "code") -> bytes:
    return json.dumps({"cells": [{"cell_type": kind, "source": source} for source in sources]}).encode()


def joined(*sources: Any) -> str:
    return submissions.notebook("a.ipynb", "norm", cells(*sources)).source.decode()


# -- what cannot be taken -------------------------------------------------------------------------------------


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A missing file is said with the file beside it that may have been meant."""
    (tmp_path / "softmax.py").touch()
    with pytest.raises(SubmissionError, match=r'sofmax.py: no such file; did you mean "softmax.py"\?'):
        submissions.read(tmp_path / "sofmax.py", "softmax")
    with pytest.raises(SubmissionError, match=r"no such file$"):
        submissions.read(tmp_path / "nowhere" / "softmax.py", "softmax")


def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    """A FIFO, on which reading would wait for ever, is not a file."""
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no FIFOs")
    os.mkfifo(tmp_path / "norm.py")
    with pytest.raises(SubmissionError, match="not a file"):
        submissions.read(tmp_path / "norm.py", "norm")


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    """A folder under a file's name is refused."""
    with pytest.raises(SubmissionError, match="not a file"):
        submissions.read(tmp_path, "norm")


def test_a_file_below_a_file(tmp_path: Path) -> None:
    """A path that leads through a file is a sentence, not an OSError."""
    (tmp_path / "norm.py").touch()
    with pytest.raises(SubmissionError, match="cannot be read"):
        submissions.read(tmp_path / "norm.py" / "norm.py", "norm")


def test_a_name_with_a_nul() -> None:
    """A path that no system can hold is a sentence, not a ValueError."""
    with pytest.raises(SubmissionError, match="cannot be read"):
        submissions.read(Path("norm\0.py"), "norm")


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    """A file above four MiB is refused by its size, before it is read."""
    path = tmp_path / "norm.py"
    with path.open("wb") as file:
        file.truncate(submissions.MOST_BYTES + 1)
    with pytest.raises(SubmissionError, match="is too large"):
        submissions.read(path, "norm")


def test_a_name_of_no_concept(tmp_path: Path, small: Course) -> None:
    """A misnamed file is refused with the nearest concept and the option that helps."""
    (tmp_path / "sofmax.py").touch()
    with pytest.raises(UsageError, match=r'no concept "sofmax"; did you mean "softmax"\?; .* give --concept'):
        list(submissions.find([tmp_path / "sofmax.py"], small))


def test_a_folder_without_exercises(tmp_path: Path, small: Course) -> None:
    """A folder that holds no exercise says what was looked for."""
    with pytest.raises(SubmissionError, match=r"no exercise of this course .* norm.py, softmax.py"):
        list(submissions.find([tmp_path], small))


# -- what can -------------------------------------------------------------------------------------------------


def test_the_bytes_are_kept(tmp_path: Path) -> None:
    """A source is the file's bytes as they are, whatever they are; the hash is theirs."""
    (tmp_path / "norm.py").write_bytes(b"\xff\0x = 1\r\n")
    found = submissions.read(tmp_path / "norm.py", "norm")
    assert found.source == b"\xff\0x = 1\r\n"
    assert found.sha256 == submissions.Submission(concept="x", file="y", source=found.source).sha256
    assert found.name == "norm.py"


def test_a_folder_in_the_order_of_the_course(tmp_path: Path, small: Course) -> None:
    """Of a folder, the files named after concepts are taken, in the order of the course, and no others."""
    for name in ("softmax.py", "norm.ipynb", "notes.py", "norm.txt"):
        (tmp_path / name).write_bytes(cells("x = 1"))
    found = list(submissions.find([tmp_path], small))
    assert [(one.concept, one.name) for one in found] == [("norm", "norm.ipynb"), ("softmax", "softmax.py")]


def test_one_concept_of_a_folder(tmp_path: Path, small: Course) -> None:
    """With a concept named, a folder gives that concept only; with a wrong one, the nearest is said."""
    for name in ("softmax.py", "norm.py"):
        (tmp_path / name).touch()
    assert [one.concept for one in submissions.find([tmp_path], small, "softmax")] == ["softmax"]
    with pytest.raises(UsageError, match='did you mean "norm"'):
        list(submissions.find([tmp_path], small, "nrom"))


def test_another_name_with_its_concept(tmp_path: Path, small: Course) -> None:
    """A file under any name can be handed in for a concept that is named."""
    (tmp_path / "homework (2).py").touch()
    [found] = submissions.find([tmp_path / "homework (2).py"], small, "norm")
    assert found.concept == "norm"


@pytest.mark.parametrize("file", ["a/b/norm.py", r"C:\work\norm.py", "norm.py"])
def test_the_name_without_its_folder(file: str) -> None:
    """The name that the worker learns holds no folder, of either kind of path."""
    assert submissions.Submission(concept="norm", file=file, source=b"").name == "norm.py"


# -- notebooks ------------------------------------------------------------------------------------------------


def test_code_cells_are_joined() -> None:
    """Code cells make one file, in order; text cells and outputs are no part of it."""
    cell = {"cell_type": "code", "source": ["def f():\n", "    return 1"], "outputs": [{"text": "print"}]}
    text = {"cell_type": "markdown", "source": "not python"}
    raw = json.dumps({"cells": [cell, text, {"cell_type": "code", "source": "x = f()"}]}).encode()
    assert submissions.notebook("a.ipynb", "norm", raw).source == b"def f():\n    return 1\n\nx = f()\n"


def test_cells_are_kept_as_they_were_written() -> None:
    """What of a cell is Python is for the worker to say: its text is not touched, whatever it looks like."""
    assert joined("%matplotlib inline\r\nx = (7\n % 4)", "!ls") == "%matplotlib inline\nx = (7\n % 4)\n\n!ls\n"


def test_what_is_read_and_not_run_has_no_magics() -> None:
    """Whoever compares sources gets a notebook without IPython's lines, and a file as it is."""
    found = submissions.notebook("a.ipynb", "norm", cells("%matplotlib inline\nx = 1", "y = 2\n!ls"))
    assert found.python == b"pass\nx = 1\n\ny = 2\npass\n"
    assert submissions.from_source("!ls\n", "norm").python == b"!ls\n"


def test_where_cells_begin_is_part_of_what_was_handed_in() -> None:
    """One text in one cell and in two runs differently, so the two are not the same submission; numbers are no matter."""
    one = submissions.from_cells("a.ipynb", "norm", [(1, "x = 1\n\ny = 2")])
    two = submissions.from_cells("a.ipynb", "norm", [(1, "x = 1"), (2, "y = 2")])
    renumbered = submissions.from_cells("a.ipynb", "norm", [(4, "x = 1"), (9, "y = 2")])
    assert one.source == two.source
    assert one.sha256 != two.sha256 == renumbered.sha256


def test_cells_that_are_too_large() -> None:
    """Code above four MiB is refused before a worker sees it."""
    with pytest.raises(SubmissionError, match=r"this\.ipynb: .* of code is too large"):
        submissions.from_cells("this.ipynb", "norm", [(1, "#" * submissions.MOST_BYTES)])


def test_a_worker_learns_where_cells_begin(small: Course) -> None:
    """The request for a worker holds the first line of each cell; of a file it holds none."""
    found = submissions.from_cells("a.ipynb", "norm", [(2, "x = 1\n"), (5, "y = 2")])
    assert submissions.request(found, small).cells == [1, 4]
    assert submissions.request(submissions.from_source("x = 1", "norm"), small).cells == []


@pytest.mark.parametrize("char", ["\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x85"])
def test_only_line_ends_of_python_end_a_line(char: str) -> None:
    """A character that other tools take for a line end stays where it is: Python does not."""
    assert ast.literal_eval(joined(f'"a{char}b"').strip()) == f"a{char}b"


def test_lines_lead_back_to_their_cells() -> None:
    """A line of the joined file is said as the cell and the line in it that the student sees."""
    raw = json.dumps({
        "cells": [
            {"cell_type": "markdown", "source": "words"},
            {"cell_type": "code", "source": "a = 1\nb = 2\n"},
            {"cell_type": "code", "source": ""},
            {"cell_type": "code", "source": "c = 3\nd = 4"},
        ]
    }).encode()  # fmt: skip
    found = submissions.notebook("n.ipynb", "norm", raw)
    lines = found.source.decode().splitlines()
    source = SourceText(found.file, lines, found.cells)
    assert source.place(lines.index("b = 2") + 1) == "n.ipynb:cell 2:2"
    assert source.place(lines.index("c = 3") + 1) == "n.ipynb:cell 4:1"
    assert source.quote(lines.index("d = 4") + 1) == "n.ipynb:cell 4:2: d = 4"


def test_a_notebook_without_code() -> None:
    """A notebook without code is an empty file, which says of itself what it lacks."""
    assert joined() == ""


def test_half_a_character() -> None:
    """A lone surrogate, which JSON can spell and UTF-8 cannot, is replaced."""
    raw = b'{"cells": [{"cell_type": "code", "source": "a = \'\\ud800\'"}]}'
    assert submissions.notebook("a.ipynb", "norm", raw).source == b"a = '?'\n"


BROKEN = {
    "not JSON": b"nothing of the kind",
    "not UTF-8": b"\xff\xfe\xfd",
    "empty": b"",
    "nested without end": b"[" * 100_000,
    "a number of many digits": b'{"cells": ' + b"1" * 5000 + b"}",
    "a list": b"[]",
    "a word": b'"cells"',
    "nothing": b"null",
    "no cells": b"{}",
    "cells that are nothing": b'{"cells": null}',
    "cells that are a number": b'{"cells": 5}',
    "cells that are a group": b'{"cells": {"a": 1}}',
    "a cell that is a number": b'{"cells": [5]}',
    "a cell without a kind": b'{"cells": [{}]}',
    "a cell without a source": b'{"cells": [{"cell_type": "code"}]}',
    "a source that is a number": cells(5),
    "a source that is nothing": cells(None),
    "a source of numbers": cells([1, 2]),
}


@pytest.mark.parametrize("raw", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_notebook(raw: bytes) -> None:
    """What is no notebook is refused with the way out."""
    with pytest.raises(
        SubmissionError, match=r"a\.ipynb: not a notebook that can be read; open and save it in Jupyter"
    ):
        submissions.notebook("a.ipynb", "norm", raw)


KEYS = st.sampled_from(["cells", "cell_type", "source", "code", "metadata"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.just("code"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=15,
)
CELL = st.fixed_dictionaries({"cell_type": st.just("code") | JSON, "source": JSON})


@given(
    st.binary(max_size=60)
    | JSON.map(lambda data: json.dumps(data).encode())
    | st.lists(CELL | JSON, max_size=4).map(lambda found: json.dumps({"cells": found}).encode())
)
def test_any_bytes_are_a_notebook_or_a_submission_error(raw: bytes) -> None:
    """Whatever bytes a notebook holds, nothing but SubmissionError comes of it."""
    with contextlib.suppress(SubmissionError):
        submissions.notebook("a.ipynb", "norm", raw)


@given(st.lists(st.text("ab%! \n", max_size=20), max_size=4))
def test_every_cell_starts_where_it_is_said_to(texts: list[str]) -> None:
    """The first line of each cell is the line that the map of cells names."""
    found = submissions.notebook("a.ipynb", "norm", cells(*texts))
    rows = found.source.decode().split("\n")
    assert [number for _, number in found.cells] == list(range(1, len(texts) + 1))
    for (line, _), text in zip(found.cells, texts, strict=True):
        assert rows[line - 1] == text.split("\n")[0]
