"""What keeps a file from being graded, said once: with the place, the line and the way out."""

from __future__ import annotations

import pytest

from mlgrade import course as courses
from mlgrade.course import Concept
from mlgrade.grading import prechecks
from mlgrade.grading.prechecks import Stop
from mlgrade.results import Status
from mlgrade.sandbox import reading
from mlgrade.sandbox.host import Host
from mlgrade.sandbox.limits import Limits
from mlgrade.sandbox.protocol import Died, Fault, Load, Loaded, TimedOut
from mlgrade.submissions.model import SourceText

CONCEPT: Concept = courses.parse(
    'format: 1\ntitle: T\nversion: "1"\nunits: [{id: u, title: U, concepts: [{id: c, title: C, points: 1, functions: [f, g]}]}]'
).concepts[0]
DONE = "def f(z):\n    return z\n\ndef g(z):\n    return z\n"


def loaded(host: Host, source: str | bytes, seconds: float = 5.0) -> tuple[Loaded | TimedOut | Died, SourceText]:
    raw = source if isinstance(source, bytes) else source.encode()
    worker = host.worker(Limits(import_seconds=seconds))
    try:
        load = Load(source=raw, name="c", filename="c.py", functions=CONCEPT.functions, imports=["stdlib", "numpy"], forbid=[])  # fmt: skip
        return worker.load(load), SourceText("work/c.py", raw.decode("utf-8", "replace").splitlines())
    finally:
        worker.close()


def stop(host: Host, source: str | bytes, seconds: float = 5.0) -> Stop | None:
    reply, text = loaded(host, source, seconds)
    return prechecks.stop(reply, CONCEPT, text)


STOPPED = {
    "a syntax error": ("def f(z)\n    return z\n", Status.CANNOT_RUN, ["work/c.py:1", "expected ':'", "    def f(z)\n", "^", "colon", "no attempt used"]),
    "not UTF-8": (b"x = '\xff'\n", Status.CANNOT_RUN, ["Cannot read the file", "UTF-8"]),
    "a NUL": ("x = 1\0\n", Status.CANNOT_RUN, ["Cannot read the file", "null bytes", "UTF-8"]),
    "an exception": (f"{DONE}x = 1 / 0\n", Status.CANNOT_RUN, ["it raised ZeroDivisionError while it was imported", "work/c.py:6: x = 1 / 0"]),
    "an exit": (f"{DONE}raise SystemExit(0)\n", Status.CANNOT_RUN, ["it raised SystemExit", "ended the program"]),
    "an import that is not allowed": ("import scipy\n", Status.CANNOT_RUN, ["this course does not use scipy", "numpy", "work/c.py:1: import scipy"]),
    "the end of the process": ("import os\nos._exit(3)\n", Status.CANNOT_RUN, ["work/c.py ended the Python process while it was imported"]),
    "no functions": ("x = 1\n", Status.CANNOT_RUN, ["work/c.py has no function f; no function g"]),
    "other names": ("def F(z):\n    return z\n\ndef gg(z):\n    return z\n", Status.CANNOT_RUN, ['no function g; did you mean "gg"?']),
    "functions that are numbers": ("f = 1\ng = 2\n", Status.CANNOT_RUN, ["no function f"]),
    "nothing": ("", Status.CANNOT_RUN, ["no function f"]),
    "stubs": ("def f(z):\n    '''Doc.'''\n    raise NotImplementedError\n\ndef g(z):\n    pass\n", Status.NOT_STARTED, ["Not started: write f at work/c.py:3."]),
    "a stub and nothing": ("def g(z):\n    ...\n", Status.NOT_STARTED, ["Not started: write g at work/c.py:2."]),
}  # fmt: skip


UNRUN = {
    "a stub": "import numpy as np\n\n\ndef f(z, axis=-1):\n    '''Doc.'''\n    raise NotImplementedError('f')\n\ndef g(z):\n    return None\n",
    "two definitions": "def f(z): pass\ndef g(z): pass\ndef f(z): ...\n",
    "a byte order mark": b"\xef\xbb\xbfdef f(z): pass\ndef g(z): pass\n",
    "an encoding": "# coding: latin-1\ndef f(z): pass\ndef g(z): pass\n".encode("latin-1"),
    "an unknown encoding": "# coding: klingon\ndef f(z): pass\n",
    "return outside": "def f(z): pass\nreturn 1\n",
    "indentation": "def f(z):\nreturn 1\n",
    "tabs and spaces": "def f(z):\n\tif z:\n        return 1\n",
    "an open string": "x = 'a\n",
    "a bad escape": "x = '\\N{nothing}'\n",
    "not UTF-8": b"x = '\xff'\n",
    "a NUL": "x = 1\0\n",
    "nested brackets": "(" * 300,
    "await outside": "await x\n",
    "too many names": "def f(a, a): pass\n",
}  # fmt: skip
RUN = {
    "a body": "def f(z):\n    return z\n\ndef g(z): pass\n",
    "a later body": "def f(z): pass\ndef g(z): pass\ndef f(z):\n    return z\n",
    "a rebound name": "def f(z): pass\ndef g(z): pass\nf = len\n",
    "a decorator": "@print\ndef f(z): pass\ndef g(z): pass\n",
    "a default that fails": "def f(z=1 / 0): pass\ndef g(z): pass\n",
    "an annotation that fails": "def f(z: nothing): pass\ndef g(z): pass\n",
    "an import that is not allowed": "import torch\ndef f(z): pass\ndef g(z): pass\n",
    "an import with effects": "import this\ndef f(z): pass\ndef g(z): pass\n",
    "a missing function": "def f(z): pass\n",
    "a call": "print(1)\ndef f(z): pass\ndef g(z): pass\n",
    "a class": "class A: x = 1 / 0\ndef f(z): pass\ndef g(z): pass\n",
}


@pytest.mark.parametrize("source", UNRUN.values(), ids=UNRUN.keys())
def test_what_is_certain_without_running(host: Host, source: str | bytes) -> None:
    """A file that cannot be read, and untouched stubs, are answered without a worker, in the words of one."""
    raw = source if isinstance(source, bytes) else source.encode()
    load = Load(source=raw, name="c", filename="c.py", functions=CONCEPT.functions, imports=["stdlib", "numpy"], forbid=[])  # fmt: skip
    reply = reading.outcome(load)
    _, text = loaded(host, source)
    assert reply is not None
    assert prechecks.stop(reply, CONCEPT, text) == stop(host, source)


@pytest.mark.parametrize("source", RUN.values(), ids=RUN.keys())
def test_what_only_running_tells(source: str) -> None:
    """Whatever could do something when it is imported is left to a worker."""
    load = Load(source=source.encode(), name="c", filename="c.py", functions=CONCEPT.functions, imports=["stdlib", "numpy"], forbid=[])  # fmt: skip
    assert reading.outcome(load) is None


@pytest.mark.parametrize(("source", "status", "said"), STOPPED.values(), ids=STOPPED.keys())
def test_a_file_that_is_not_graded(host: Host, source: str | bytes, status: Status, said: list[str]) -> None:
    """Each file that cannot be graded has its status and a reason with what one needs to fix it."""
    found = stop(host, source)
    assert found is not None
    assert found.status is status
    assert [part for part in said if part not in found.reason] == []


def test_an_endless_import(host: Host) -> None:
    """A file that does not end being imported says so, with the line and the limit."""
    found = stop(host, f"{DONE}while True:\n    pass\n", 0.2)
    assert found is not None
    assert found.status is Status.TIMED_OUT
    assert "Stopped after 0.2 s" in found.reason
    assert "work/c.py:" in found.reason


@pytest.mark.parametrize("source", [DONE, "def f(z):\n    return z\n", "def f(z):\n    return z\n\ndef g(z):\n    pass\n", "f = g = abs\n", "print('hi')\n" + DONE])  # fmt: skip
def test_a_file_that_is_graded(host: Host, source: str) -> None:
    """A file in which one function is begun is graded, however it is defined."""
    assert stop(host, source) is None


def test_what_is_missing_is_said(host: Host) -> None:
    """Of a file that is graded, the functions that are missing or stubs are known by name."""
    reply, _ = loaded(host, "def f(z):\n    return z\n\ndef gg(z):\n    return z\n")
    assert isinstance(reply, Loaded)
    assert prechecks.missing(reply, CONCEPT) == ['no function g; did you mean "gg"?']
    half, _ = loaded(host, "def f(z):\n    return z\n\ndef g(z):\n    pass\n")
    assert isinstance(half, Loaded)
    assert prechecks.not_started(half, CONCEPT) == ["g"]
    assert prechecks.misfits(half, ["f", "h"], "def f(z, axis=-1):\n    pass\n") == ["f(z) is called as f(z, axis=-1)"]


@pytest.mark.parametrize("column", [0, 1, 5, 10_000_000])
@pytest.mark.parametrize("line", [1, 2, 9_999_999])
def test_a_forged_place(line: int, column: int) -> None:
    """The place of a syntax error comes from the worker: any place at all makes a reason of bounded size."""
    forged = Loaded(functions={}, fault=Fault(type="SyntaxError", bases=[], message="m", line=line, column=column))
    found = prechecks.stop(forged, CONCEPT, SourceText("c.py", ["x = 1"]))
    assert found is not None
    assert found.status is Status.CANNOT_RUN
    assert len(found.reason) < 1000


def test_a_worker_that_forgets_functions() -> None:
    """A reply without the functions that were asked for is a sentence, not a KeyError."""
    found = prechecks.stop(Loaded(functions={}), CONCEPT, SourceText("c.py", ["x = 1"]))
    assert found is not None
    assert found.status is Status.CANNOT_RUN
