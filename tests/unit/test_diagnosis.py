"""A known mistake is named when it explains the calls that were recorded, and nothing is said when in doubt."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgrade.errors import MlgradeError
from mlgrade.grading import diagnosis
from mlgrade.grading.diagnosis import alike, diagnose
from mlgrade.sandbox.attempt import NotTried
from mlgrade.sandbox.host import Host
from mlgrade.sandbox.limits import Limits
from mlgrade.sandbox.protocol import Died, Fault, Load, Loaded, Raised, Result, TimedOut, Value
from mlgrade.suite.misconceptions import Misconception, read_misconceptions
from mlgrade.suite.student import CallRecord

ROOT = Path(__file__).resolve().parents[2]
SOLUTION = """\
import numpy as np

def f(z):
    if len(z) == 0:
        raise ValueError("empty")
    return np.asarray(z, dtype=float) * 2.0

def g(z):
    return f(z) + 1.0
"""
WRONG = '''\
"""Named wrong answers."""

import numpy as np

from mlgrade.suite.misconceptions import misconception

FACTOR = 3.0

@misconception("f", title="three", hint="Count.")
def triples(z):
    """Take three times as much."""
    if len(z) == 0:
        raise ValueError
    return np.asarray(z, dtype=float) * FACTOR

@misconception("f", title="no check", hint="What if it is empty?")
def unchecked(z):
    return np.asarray(z, dtype=float) * 2.0

@misconception("f", title="in place", hint="Copy.")
def in_place(z):
    if len(z) == 0:
        raise ValueError
    if isinstance(z, np.ndarray):
        z *= 2.0
        return z
    return np.asarray(z, dtype=float) * 2.0

@misconception("g", title="minus", hint="Which sign?")
def minus(z):
    return f(z) - 1.0
'''
INPUTS: list[Any] = [[1.0, 2.0], np.array([3.0, -1.0]), []]


@pytest.fixture
def known(tmp_path: Path) -> list[Misconception]:
    (tmp_path / "wrong.py").write_text(WRONG)
    return read_misconceptions(tmp_path / "wrong.py", SOLUTION)


@pytest.fixture
def records(host: Host) -> Callable[..., list[CallRecord]]:
    """Call functions of a source in a worker, as a suite does, and return the calls."""

    def record(source: str, *functions: str, inputs: list[Any] = INPUTS) -> list[CallRecord]:
        load = Load(source=source.encode(), name="a", filename="a.py", functions=[*functions], imports=["stdlib", "numpy"], forbid=[])  # fmt: skip
        worker = host.worker(Limits())
        try:
            assert isinstance(worker.load(load), Loaded)
            return [
                CallRecord(function=function, args=(copy.deepcopy(z),), kwargs={}, result=worker.call(function, (z,), {}, 2.0))
                for function in functions
                for z in copy.deepcopy(inputs)
            ]  # fmt: skip
        finally:
            worker.close()

    return record


def named(known: list[Misconception], calls: list[CallRecord]) -> list[str]:
    return [one.misconception for one in diagnose(SOLUTION, known, calls)]


# -- reading --------------------------------------------------------------------------------------------------


def test_what_is_read(known: list[Misconception]) -> None:
    """Each marked function is read with its words and its place, and is a whole file with what it shares."""
    assert [(one.name, one.function, one.title, one.hint) for one in known] == [
        ("triples", "f", "three", "Count."),
        ("unchecked", "f", "no check", "What if it is empty?"),
        ("in_place", "f", "in place", "Copy."),
        ("minus", "g", "minus", "Which sign?"),
    ]
    assert WRONG.splitlines()[known[0].line - 1].startswith("def triples")
    namespace: dict[str, Any] = {}
    exec(known[0].source, namespace)
    assert namespace["f"]([1.0]).tolist() == [3.0]
    assert namespace["g"]([1.0]).tolist() == [4.0]
    assert "mlgrade" not in known[0].source
    assert "def unchecked" not in known[0].source


UNREADABLE = {
    "no words": '@misconception("f")\ndef a(z):\n    pass\n',
    "no function": '@misconception(title="t", hint="h")\ndef a(z):\n    pass\n',
    "words that are calculated": '@misconception("f", title=str(1), hint="h")\ndef a(z):\n    pass\n',
    "no Python": "def a(:\n",
    "an unknown function": '@misconception("nothing", title="t", hint="h")\ndef a(z):\n    pass\n',
    "not UTF-8": b"# caf\xe9\n",
}


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_file_that_cannot_be_read(tmp_path: Path, text: str | bytes) -> None:
    """What is wrong with a misconceptions file is an error with its place, not a traceback under a student's eyes."""
    path = tmp_path / "wrong.py"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(MlgradeError, match=r"wrong\.py"):
        diagnose(SOLUTION, read_misconceptions(path, SOLUTION), [])


# -- naming ---------------------------------------------------------------------------------------------------


def test_each_misconception_is_named_as_itself(known: list[Misconception], records: Callable[..., list[CallRecord]]) -> None:  # fmt: skip
    """A file with one misconception in it gets that one named, and no other."""
    for one in known:
        assert named(known, records(one.source, one.function)) == [one.name]


def test_the_right_answer_is_no_misconception(
    known: list[Misconception], records: Callable[..., list[CallRecord]]
) -> None:
    """Nothing is named for a right answer, however it is written."""
    assert named(known, records(SOLUTION, "f", "g")) == []
    other = "def f(z):\n    if not len(z):\n        raise ValueError('no')\n    return [2 * x for x in z]\n"
    assert named(known, records(other, "f")) == []


def test_an_unknown_mistake_is_not_named(known: list[Misconception], records: Callable[..., list[CallRecord]]) -> None:
    """A wrong answer that is none of the known ones gets no name."""
    own = "def f(z):\n    if len(z) == 0:\n        raise ValueError\n    return 5.0\n"
    assert named(known, records(own, "f")) == []


def test_no_calls_no_diagnosis(known: list[Misconception]) -> None:
    """Without a call there is nothing to explain."""
    assert named(known, []) == []


def test_two_mistakes_in_two_functions(known: list[Misconception], records: Callable[..., list[CallRecord]]) -> None:
    """Mistakes in different functions are named each."""
    own = "import numpy as np\ndef f(z):\n    if len(z) == 0:\n        raise ValueError\n    return np.asarray(z) * 3.0\ndef g(z):\n    return np.asarray(z) * 2.0 - 1.0\n"
    calls = records(own, "f") + records(own, "g", inputs=INPUTS[:2])
    assert named(known, calls) == ["triples", "minus"]


def test_two_mistakes_in_one_function(known: list[Misconception], records: Callable[..., list[CallRecord]]) -> None:
    """Mistakes of different kinds in one function, such as a value and a missing error, are named each."""
    both = "import numpy as np\ndef f(z):\n    return np.asarray(z, dtype=float) * 3.0\n"
    assert sorted(named(known, records(both, "f"))) == ["triples", "unchecked"]


def test_two_that_fit_equally_well(tmp_path: Path, records: Callable[..., list[CallRecord]]) -> None:
    """When two misconceptions give the same on all that was called, neither is named."""
    twin = '\n@misconception("f", title="plus itself", hint="h")\ndef squares(z):\n    if len(z) == 0:\n        raise ValueError\n    return np.asarray(z, dtype=float) * FACTOR\n'
    (tmp_path / "wrong.py").write_text(WRONG + twin)
    known = read_misconceptions(tmp_path / "wrong.py", SOLUTION)
    triples = next(one for one in known if one.name == "triples")
    assert named(known, records(triples.source, "f")) == []


def test_calls_that_cannot_tell(known: list[Misconception], records: Callable[..., list[CallRecord]]) -> None:
    """On inputs on which a misconception does what is right, it is not named."""
    triples = known[0]
    assert named(known, records(triples.source, "f", inputs=[[0.0], [0.0, 0.0]])) == []


ENDS: list[Result | NotTried] = [
    TimedOut(seconds=1.0),
    Died(how="signal 9"),
    NotTried(why="stopped 3 times", timed_out=True),
    Value(unusable="a generator"),
]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: type(end).__name__)
def test_a_call_without_an_answer_says_nothing(
    known: list[Misconception], records: Callable[..., list[CallRecord]], end: Result | NotTried
) -> None:
    """A call that was stopped speaks for no mistake and against none: the others decide."""
    calls = records(known[0].source, "f")
    stopped = CallRecord(function="f", args=([1.0],), kwargs={}, result=end)
    assert named(known, [*calls, stopped]) == ["triples"]
    assert named(known, [stopped]) == []


BRANCHES = """
@misconception("f", title="forgets the negative ones", hint="h")
def positive_only(z):
    if len(z) == 0:
        raise ValueError
    return np.maximum(np.asarray(z, dtype=float), 0.0) * 2.0

@misconception("f", title="adds for long ones", hint="h")
def long_ones(z):
    if len(z) == 0:
        raise ValueError
    return np.asarray(z, dtype=float) * 2.0 + (len(z) > 2)
"""


def test_two_mistakes_in_the_values_of_one_function(tmp_path: Path, records: Callable[..., list[CallRecord]]) -> None:
    """Two mistakes that show in different calls are both named; where both show in one call, neither is."""
    (tmp_path / "wrong.py").write_text(WRONG + BRANCHES)
    known = read_misconceptions(tmp_path / "wrong.py", SOLUTION)
    both = "import numpy as np\ndef f(z):\n    if len(z) == 0:\n        raise ValueError\n    return np.maximum(np.asarray(z, dtype=float), 0.0) * 2.0 + (len(z) > 2)\n"
    apart = [np.array([1.0, -2.0]), np.array([1.0, 2.0, 3.0]), np.array([3.0])]
    assert sorted(named(known, records(both, "f", inputs=apart))) == ["long_ones", "positive_only"]
    together = [*apart, np.array([1.0, -2.0, 3.0])]
    assert named(known, records(both, "f", inputs=together)) == []


def test_a_mistake_in_a_file_that_takes_no_lists(
    known: list[Misconception], records: Callable[..., list[CallRecord]]
) -> None:
    """What fails for lists only needs no explanation; what fails for arrays does."""
    own = "def f(z):\n    if len(z) == 0:\n        raise ValueError\n    return z.copy() * 3.0\n"
    assert named(known, records(own, "f")) == ["triples"]
    other = "def f(z):\n    if len(z) == 0:\n        raise ValueError\n    if len(z) == 1:\n        raise TypeError\n    return z * 3.0\n"
    assert named(known, records(other, "f", inputs=[np.array([1.0, 2.0]), np.array([1.0])])) == []


RELATED = {
    "wrong_sign": "return -2.0 * z",
    "constant_factor": "return 4.0 * z",
    "reversed": "return 2.0 * z[::-1]",
    "one_late": "return np.concatenate([[7.0], 2.0 * z[:-1]])",
    "one_early": "return np.concatenate([2.0 * z[1:], [7.0]])",
    "times_n": "return 2.0 * z * len(z)",
    "over_n": "return 2.0 * z / len(z)",
}
ROWS = [np.array([1.0, 2.0, 4.0]), np.array([-3.0, 8.0, 1.5, 6.0])]


@pytest.mark.parametrize(("name", "body"), RELATED.items(), ids=RELATED.keys())
def test_a_relation_is_named(
    name: str, body: str, known: list[Misconception], records: Callable[..., list[CallRecord]]
) -> None:
    """Where no misconception fits, what an answer has in common with the right one everywhere is named."""
    calls = records(f"import numpy as np\ndef f(z):\n    {body}\n", "f", inputs=ROWS)
    assert named(known, calls) == [name]


FACTORS = {"2.0 * 2.0": "twice", "1.0": "half", "2.0 * np.log(2.0)": "log 2 times", "2.0 * 3.0 - 1.0": "2.5 times", "2.0 * np.pi / 180": "pi / 180"}  # fmt: skip


@pytest.mark.parametrize(("factor", "said"), FACTORS.items(), ids=FACTORS.keys())
def test_a_factor_is_said(factor: str, said: str, records: Callable[..., list[CallRecord]]) -> None:
    """A constant factor is said, the usual ones by their names."""
    calls = records(f"import numpy as np\ndef f(z):\n    return ({factor}) * z\n", "f", inputs=ROWS)
    [found] = diagnose(SOLUTION, [], calls)
    assert said in found.title
    assert found.function == "f"


UNRELATED = {
    "one other entry": "z = 2.0 * z; z[0] += 1.0; return z",
    "another factor in each call": "return z * z.sum()",
    "nothing finite": "return z * np.nan",
    "text": "return 'a'",
    "None": "return None",
    "an error in one call": "return -2.0 * z if len(z) == 3 else z.nothing",
    "right in one call": "return -2.0 * z if len(z) == 3 else 2.0 * z",
}


@pytest.mark.parametrize("body", UNRELATED.values(), ids=UNRELATED.keys())
def test_no_relation(body: str, records: Callable[..., list[CallRecord]]) -> None:
    """Without one relation that holds in every call nothing is said."""
    calls = records(f"import numpy as np\ndef f(z):\n    {body}\n", "f", inputs=ROWS)
    assert diagnose(SOLUTION, [], calls) == []


def test_two_relations_are_none(records: Callable[..., list[CallRecord]]) -> None:
    """What may be one relation or another is not named: an odd series reversed has the other sign, too."""
    calls = records("def f(z):\n    return -2.0 * z\n", "f", inputs=[np.array([-1.0, 0.0, 1.0])])
    assert diagnose(SOLUTION, [], calls) == []


SHAPES = """\
import numpy as np

def f(x, y):
    return np.outer(x, y)

def g(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

def h(x):
    return x.sum(), x.mean()
"""


def test_relations_of_shapes_and_orders() -> None:
    """Transposed, not normalised, arguments and values swapped."""
    x, y = np.array([1.0, 2.0, 5.0]), np.array([3.0, -1.0])

    def said(function: str, args: tuple[Any, ...], value: Any) -> list[str]:
        call = CallRecord(function=function, args=args, kwargs={}, result=Value(value=value))
        return [one.misconception for one in diagnose(SHAPES, [], [call])]

    square = np.array([4.0, 7.0, -1.0])
    assert said("f", (x, y), np.outer(y, x)) == []  # transposed, or the arguments swapped: not to be told apart
    assert said("g", (np.stack([x, square]),), np.exp(np.stack([x, square]))) == ["not_normalised"]
    calls = [CallRecord(function="h", args=(z,), kwargs={}, result=Value(value=(z.mean(), z.sum()))) for z in (x, y)]
    assert [one.misconception for one in diagnose(SHAPES, [], calls)] == ["values_swapped"]


def test_hostile_results_are_only_compared(known: list[Misconception]) -> None:
    """Forged values and exceptions of any shape are compared and name nothing."""
    forged: list[Result] = [
        Value(value={"a": [None, {"b": ()}]}, changed=["?"], shares=["1", "1"]),
        Value(value=[[1.0], [1.0, 2.0]]),
        Raised(fault=Fault(type="", bases=[], message="")),
        Raised(fault=Fault(type="ValueError", bases=["x" * 200], message="\0")),
    ]
    for result in forged:
        assert named(known, [CallRecord(function="f", args=([1.0],), kwargs={}, result=result)]) == []


def test_the_records_are_left_as_they_are(known: list[Misconception], records: Callable[..., list[CallRecord]]) -> None:
    """Replaying a misconception that writes into its input does not write into the record."""
    calls = records(known[2].source, "f")
    diagnose(SOLUTION, known, calls)
    assert calls[1].args[0].tolist() == [3.0, -1.0]


def test_softmax_of_this_course(records: Callable[..., list[CallRecord]]) -> None:
    """A misconception of the course itself, in a student's own words, is named."""
    solution = (ROOT / "solutions" / "softmax.py").read_text()
    known = read_misconceptions(ROOT / "tests" / "misconceptions" / "softmax.py", solution)
    own = "import numpy as np\ndef softmax(scores, axis=-1):\n    top = np.exp(scores)\n    return top / np.sum(top, axis, keepdims=True)\n"
    calls = records(own, "softmax", inputs=[[1.0, 2.0], [[1000.0, 1.0], [2.0, 3.0]], np.ones((2, 2))])
    assert [one.misconception for one in diagnose(solution, known, calls)] == ["no_shift"]


# -- alike ----------------------------------------------------------------------------------------------------

LIKE = {
    "kinds of container": ([1.0, 2.0], np.array([1.0, 2.0])),
    "precision": (np.float32(0.1), 0.1000000015),
    "a tuple": ((1, 2), [1.0, 2.0]),
    "nan": (float("nan"), np.nan),
    "inf": ([np.inf], np.array([np.inf])),
    "nothing": (None, None),
    "words": ("a", "a"),
    "lists of words": (["a", "b"], ("a", "b")),
    "dicts": ({"a": np.ones(2)}, {"a": [1, 1]}),
    "dicts in a list": ([{"a": np.ones(2)}], [{"a": np.ones(2)}]),
    "ragged": ([[1], [1, 2]], ([1.0], (1, 2))),
    "complex": ([1 + 2j], np.array([1 + 2j])),
    "complex up to rounding": (np.array([0.1 + 0.2 + 1j]), np.array([0.3 + 1j])),
    "an array and nothing": ([np.ones(2), None], [[1, 1], None]),
    "empty": ([], np.ones(0)),
    "what rounding left beside a huge entry": (np.array([8.7e64, 4.7e46]), [8.7e64, -4.3e48]),
    "the same, complex": (np.array([8.7e64j, 4.7e46]), [8.7e64j, -4.3e48]),
    "inf beside a huge entry": ([np.inf, 8.7e64, 4.7e46], [np.inf, 8.7e64, -4.3e48]),
    "a tuple and an array": ((1.0, 2.0), np.array([1.0, 2.0])),
    "nothing in a tuple": ((), []),
}
UNLIKE = {
    "shape": ([1.0], 1.0),
    "a row and a column": (np.ones((1, 2)), np.ones((2, 1))),
    "nothing and zero": (None, 0),
    "nothing in a list": ([None], [0]),
    "a word and a number": ("1", 1),
    "words and numbers": (["1"], [1]),
    "a word and its list": ("a", ["a"]),
    "names": ({"a": 1}, {"b": 1}),
    "a dict and a list": ({0: 1}, [1]),
    "signs of inf": (np.inf, -np.inf),
    "nan and a number": (np.nan, 0.0),
    "ragged and even": ([[1], [1, 2]], np.ones(2)),
    "ragged and a number": ([[1], [1, 2]], 3.0),
    "complex": (1 + 2j, 1 - 2j),
    "values": ([1.0, 2.0], [1.0, 2.1]),
    "small entries beside a large one": ([1.0, 1e-10], [1.0, 2e-10]),
    "small entries beside a huge one": ([1e30, 1e20], [1e30, 2e20]),
    "parts of a tuple, each on its own scale": ((np.array([8.7e64]), 4.7e46), (np.array([8.7e64]), -4.3e48)),
    "equally long parts of a tuple": (
        (np.array([8.7e64, 1.0]), [4.7e46, 1.0]),
        (np.array([8.7e64, 1.0]), [-4.3e48, 1.0]),
    ),
    "a tuple of one and a number": ((1.0,), 1.0),
}


TWIN = """
@misconception("f", title="again three", hint="Count.")
def triples_again(z):
    if len(z) == 0:
        raise ValueError
    return np.asarray(z, dtype=float) * 3.0
"""
STRANGE = """
import os

@misconception("f", title="a state", hint="Count.")
def process(z):
    return np.asarray(z, dtype=float) * os.getpid()
"""
RIGHT = """
@misconception("f", title="right", hint="Count.")
def right(z):
    if len(z) == 0:
        raise ValueError
    return 2.0 * np.asarray(z, dtype=float) + 1e-300
"""


@pytest.mark.parametrize(
    ("more", "name", "why"),
    [
        (TWIN, "triples", "another one does the same on these inputs (triples_again)"),
        (STRANGE, "process", "its values in the worker are not those of its replay"),
        (RIGHT, "right", "up to rounding it does what the solution does"),
        ("", "minus", "a call of g was stopped, or none was made"),
    ],
)
def test_why_a_misconception_is_not_named(
    more: str, name: str, why: str, tmp_path: Path, records: Callable[..., list[CallRecord]]
) -> None:
    """Its author reads the true reason: another one, a replay that differs, no difference, no calls."""
    (tmp_path / "wrong.py").write_text(WRONG + more)
    known = read_misconceptions(tmp_path / "wrong.py", SOLUTION)
    [own] = [one for one in known if one.name == name]
    calls = records(own.source, "f", inputs=[[1.0, 2.0], [4.0], []])
    assert name not in named(known, calls)
    assert why in diagnosis.unexplained(own, known, calls)


@pytest.mark.parametrize(("one", "other"), LIKE.values(), ids=LIKE.keys())
def test_alike(one: Any, other: Any) -> None:
    """Values that differ in container, kind of number or rounding only are alike, both ways around."""
    assert alike(one, other)
    assert alike(other, one)


@pytest.mark.parametrize(("one", "other"), UNLIKE.values(), ids=UNLIKE.keys())
def test_unlike(one: Any, other: Any) -> None:
    """Values of another shape, kind or size are not alike, both ways around."""
    assert not alike(one, other)
    assert not alike(other, one)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=3) | st.complex_numbers(allow_nan=False)
    | st.sampled_from([np.ones(2), np.ones((2, 1)), np.float32(1), np.array(1), np.ones(0, complex), np.array([True, False])]),
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.text(max_size=1), inner, max_size=2),
    max_leaves=8,
)  # fmt: skip


@given(PLAIN, PLAIN)
def test_alike_answers_for_any_plain_data(one: Any, other: Any) -> None:
    """For any two values there is an answer, it is the same both ways around, and each value is alike to itself."""
    assert alike(one, other) is alike(other, one)
    assert alike(one, copy.deepcopy(one))
