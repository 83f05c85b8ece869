"""What a demo shows: drawings that fit, and comparisons that no odd answer gets past."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlgrade.errors import UsageError
from mlgrade.results import ConceptReport, Status
from mlgrade.study import demo
from mlgrade.study.demo.code import complete, near
from mlgrade.study.demo.parts import Bars, Curves, DemoNumber, DemoTable, Heatmap, Part, Vector
from mlgrade.study.demo.scenes import ALL_OPEN, DEMOS
from mlgrade.suite.compare import Mismatch

ROOT = Path(__file__).resolve().parents[2]
SOFTMAX = [
    [0.863777, 0.116900, 0.019323],
    [0.659001, 0.242433, 0.098566],
    [0.501688, 0.304289, 0.194023],
]


class Scripted:
    """A stage whose functions answer what a test says, one answer after the other."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)

    def __contains__(self, function: str) -> bool:
        return True

    def call(self, *_arguments: Any, right: Any, **_named: Any) -> Any:
        answer = self.answers.pop(0)
        right(answer)
        return answer


def test_an_unknown_demo() -> None:
    """A name with a slip is answered with the nearest one, and one like no other with all of them."""
    with pytest.raises(UsageError, match='no demo "atention"; did you mean "attention"'):
        demo.wanted(["softmax", "atention"])
    with pytest.raises(UsageError, match="there are similarity, softmax, training, attention, retrieval"):
        demo.wanted(["zzz"])


ODD = {
    "nothing": None,
    "a word": "four",
    "a vector": np.array([4.0]),
    "nan": float("nan"),
    "a truth value": True,
    "another number": 4.01,
}


@pytest.mark.parametrize("answer", ODD.values(), ids=ODD)
def test_a_number_that_is_none(answer: Any) -> None:
    """A dot product must be the one right number."""
    with pytest.raises(Mismatch):
        list(DEMOS["similarity"].scene(Scripted(answer)))  # type: ignore[arg-type]


RANKINGS = {
    "a dict": {"gpu": 0.965024, "kubernetes": 0.846228},
    "too many": [("gpu", 0.965024), ("kubernetes", 0.846228), ("postgres", 0.347409)],
    "names only": ["gpu", "kubernetes"],
    "by length": [("kubernetes", 0.846228), ("gpu", 0.965024)],
    "an array for a name": [(np.array(["gpu", "gpu"]), 0.965024), ("kubernetes", 0.846228)],
    "dot products": [("gpu", 100.0), ("kubernetes", 182.0)],
}


@pytest.mark.parametrize("answer", RANKINGS.values(), ids=RANKINGS)
def test_a_ranking_that_is_none(answer: Any) -> None:
    """The best documents come as pairs of name and score, in the right order."""
    with pytest.raises(Mismatch):
        list(DEMOS["retrieval"].scene(Scripted(answer)))  # type: ignore[arg-type]


ROWS = {
    "a list": SOFTMAX[0],
    "two axes": np.array(SOFTMAX[:1]),
    "the row of another temperature": np.array(SOFTMAX[1]),
    "whole numbers": np.array([1, 0, 0]),
    "nan": np.array([0.863777, np.nan, 0.019323]),
}


@pytest.mark.parametrize("answer", ROWS.values(), ids=ROWS)
def test_a_row_that_is_not_right(answer: Any) -> None:
    """Probabilities come as an array of floats of the right shape and values."""
    with pytest.raises(Mismatch):
        list(DEMOS["softmax"].scene(Scripted(answer)))  # type: ignore[arg-type]


W, FLAT = np.array([1.971818, 0.985219]), np.ones(40)
TRAIN, VAL = np.geomspace(5.656667, 0.056987, 40), np.geomspace(10.337563, 0.090139, 40)
BELOW = np.where(np.arange(40) == 20, -1.0, TRAIN)
RUNS = {
    "two parts": (W, FLAT),
    "short curves": (W, FLAT[1:], FLAT[1:]),
    "a curve of words": (W, ["low"] * 40, FLAT),
    "a curve with inf": (W, np.full(40, np.inf), FLAT),
    "ragged": (W, [[1.0], [1.0, 2.0]] * 20, FLAT),
    "weights of another shape": (W[:, None], FLAT, FLAT),
    "a flat curve": (W, FLAT, FLAT),
    "a loss below zero": (W, BELOW, VAL),
    "other weights": (W + 0.01, TRAIN, VAL),
}


@pytest.mark.parametrize("answer", RUNS.values(), ids=RUNS)
def test_a_run_that_is_none(answer: Any) -> None:
    """Training gives weights and two finite curves of all steps, with the right ends."""
    with pytest.raises(Mismatch):
        list(DEMOS["training"].scene(Scripted(answer)))  # type: ignore[arg-type]


def test_a_run_that_does_not_heed_its_rate() -> None:
    """The same curve at every rate is the fault of train, not of classify_curve."""
    scene = DEMOS["training"].scene(Scripted((W, TRAIN, VAL), (W, TRAIN, VAL)))  # type: ignore[arg-type]
    shown: list[Part] = []
    with pytest.raises(Mismatch):
        shown.extend(scene)
    assert isinstance(shown[-1], Vector)


def test_weights_that_see_the_future() -> None:
    """The weights that are right without a mask are wrong with one."""
    scene = DEMOS["attention"].scene(Scripted(np.array(ALL_OPEN), np.array(ALL_OPEN)))  # type: ignore[arg-type]
    shown: list[Part] = []
    with pytest.raises(Mismatch):
        shown.extend(scene)
    assert isinstance(shown[-1], Heatmap)
    assert shown[-1].weights == ALL_OPEN


def test_a_report_without_a_pass_is_not_complete() -> None:
    """What cannot run has no failed check either, and is not complete for that."""
    report = ConceptReport(
        concept="softmax",
        file="softmax.py",
        status=Status.CANNOT_RUN,
        reason="",
        earned=0.0,
        possible=10.0,
        aspects={},
        diagnoses=[],
        checks=[],
    )
    assert not complete(report)


WIDE = [
    DemoNumber("cosine_similarity(a_rather_long_name, another_long_name)", 0.75, ()),
    Vector("weights", [1.0, 2.5, -3.25] * 6, (18,)),
    DemoTable(
        "query and docs, each of", (3,), ["data", "cluster"], {"kubernetes": [2.0, 18.0]}, {"kubernetes": "word"}
    ),
    Bars("softmax(z)", {"kubernetes": 1.0, "gpu": 0.0}, (2,), 1.0),
    Curves("train(..., lr=0.05, steps=200)", {"train_loss": [9.0] * 200, "val_loss": [0.0] * 200}),
    Heatmap("attention_weights(x, x, mask=causal)", (4, 4), ["the", "cat", "sat", "down"], ALL_OPEN, [1.0] * 4),
]


@pytest.mark.parametrize("width", [38, 58, 78, 118])
@pytest.mark.parametrize("part", WIDE, ids=lambda part: type(part).__name__)
def test_drawings_fit(part: Part, width: int) -> None:
    """Every drawing is ASCII and keeps within its width, and no curve is wider than 58."""
    lines = part.lines(width)
    assert lines
    assert all(line.isascii() and line == line.rstrip() for line in lines)
    assert max(map(len, lines)) <= (min(width, 58) if isinstance(part, Curves) else width)


def test_bars_are_as_long_as_their_numbers() -> None:
    """A whole share fills the room, a half fills half of it, none fills nothing, and the sum stands below."""
    lines = Bars("p", {"a": 1.0, "b": 0.5, "c": 0.0}, (3,), 1.5).lines(53)
    assert [line.count("#") for line in lines] == [0, 40, 20, 0, 0]
    assert lines[0] == "p  shape (3,)"
    assert lines[-1].split() == ["sum", "1.5000"]


def test_curves_fall_from_left_to_right() -> None:
    """The largest loss is in the top row, 0 at the bottom, and where two curves meet there is a star."""
    *_, top, _, _, _, _, _, _, _, bottom, axis, steps = Curves(
        "train()", {"train_loss": [8.0, 0.0, 0.0], "val_loss": [4.0, 4.0, 0.0]}
    ).lines(38)
    assert (top, bottom) == ("      8 |t", "      0 | t*")
    assert axis.endswith("+---")
    assert "step 1" in steps


def test_blank_means_exactly_zero() -> None:
    """In a heat map what is hidden is blank, and what is merely small is not."""
    shades = Heatmap("a()", (2, 2), ["x", "y"], [[0.0, 1.0], [0.001, 0.999]], [1.0, 1.0]).lines(60)[2::2]
    assert shades == [" " * 8 + "@" * 6, "  " + "." * 6 + "@" * 6]


def test_small_numbers_keep_their_place() -> None:
    """A table has its numbers below the names of their columns."""
    _, head, row = DemoTable("t", (2,), ["t=0", "t=19"], {"lr": [123.456, 0.00001]}, {"lr": "converging"}).lines(60)
    assert head == "       t=0  t=19"
    assert row == "  lr 123.5 1e-05 converging"


def test_paths_from_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file is named as one would type it, and in full from elsewhere."""
    monkeypatch.chdir(tmp_path)
    assert near(tmp_path / "exercises" / "softmax.py") == Path("exercises", "softmax.py")
    assert near(ROOT / "course.yml") == ROOT / "course.yml"
