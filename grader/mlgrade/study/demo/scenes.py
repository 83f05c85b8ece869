"""The demos. Each is a function that calls what the course teaches and yields what there is to see.

The right answers stand here as numbers and not as formulas: this file goes out to students.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import msgspec
import numpy as np

from mlgrade.study.demo.code import Stage
from mlgrade.study.demo.parts import Bars, Curves, DemoNote, DemoNumber, DemoTable, Heatmap, Part, Vector
from mlgrade.suite.compare import Mismatch, array, close, finite, holds, number, parts, same
from mlgrade.suite.values import show

RTOL = 1e-4  # the numbers below are written with six digits


class Demo(msgspec.Struct, frozen=True, kw_only=True):
    """`needs` and `likes` hold the concept that teaches each function; what it likes it can do without."""

    name: str
    title: str
    needs: dict[str, str]
    likes: dict[str, str] = {}
    scene: Callable[[Stage], Iterator[Part]]


# -- similarity -----------------------------------------------------------------------------------------------


def similarity(stage: Stage) -> Iterator[Part]:
    """Show which of some vectors are alike."""
    a, b = [1.0, 2.0, 3.0], [1.0, 0.0, 1.0]
    yield Vector("a", a, np.shape(a))
    yield Vector("b", b, np.shape(b))
    for function, expected in (("dot", 4.0), ("cosine_similarity", 0.755929)):
        value = stage.call(function, a, b, right=partial(_number, expected=expected))
        yield DemoNumber(f"{function}(a, b)", float(value), np.shape(value))


def _number(got: Any, expected: float) -> None:
    number(got)
    close(got, expected, rtol=RTOL)


# -- retrieval ------------------------------------------------------------------------------------------------

AXES = ["data", "cluster", "compute"]
QUERY = [1.0, 6.0, 9.0]
DOCS = {"postgres": [9.0, 3.0, 1.0], "kubernetes": [2.0, 18.0, 8.0], "gpu": [1.0, 3.0, 9.0]}
RANKING = {"gpu": 0.965024, "kubernetes": 0.846228, "postgres": 0.347409}


def retrieval(stage: Stage) -> Iterator[Part]:
    """Show a search among documents."""
    yield DemoTable("query and docs, each of", np.shape(QUERY), AXES, {"query": QUERY} | DOCS)
    for k in (2, 3):
        found = stage.call("retrieve", QUERY, DOCS, k, right=partial(_ranking, k=k))
        yield Bars(f"retrieve(query, docs, k={k})", {name: float(score) for name, score in found})
    yield DemoNote("kubernetes has the longest vector, and still gpu is first: the cosine looks at directions only.")


def _ranking(got: Any, k: int) -> None:
    best = list(RANKING.items())[:k]
    for pair, (name, score) in zip(parts(got, k), best, strict=True):
        got_name, got_score = parts(pair, 2)
        same(got_name, name)
        _number(got_score, score)


# -- softmax --------------------------------------------------------------------------------------------------

LOGITS = {"cat": 2.0, "dog": 1.0, "fox": 0.1}
AT_TEMPERATURE = {
    0.5: [0.863777, 0.116900, 0.019323],
    1.0: [0.659001, 0.242433, 0.098566],
    2.0: [0.501688, 0.304289, 0.194023],
}


def softmax(stage: Stage) -> Iterator[Part]:
    """Show how scores become probabilities."""
    z = np.array(list(LOGITS.values()))
    yield Vector("z", z.tolist(), z.shape)
    for temperature, expected in AT_TEMPERATURE.items():
        p = stage.call("softmax", z / temperature, right=partial(_floats, expected=expected))
        shares = dict(zip(LOGITS, p.tolist(), strict=True))
        yield Bars(f"softmax(z / {temperature})", shares, p.shape, float(p.sum()))
    yield DemoNote("A low temperature sharpens, a high one flattens; the order stays, and so does the sum.")


def _floats(got: Any, expected: Any) -> None:
    array(got, np.shape(expected))
    close(got, expected, rtol=RTOL)


# -- training -------------------------------------------------------------------------------------------------

# About y = 2 x + 1, with a little noise; the column of ones carries the 1.
X_TRAIN = np.array([[-1.5, 1], [-1, 1], [-0.5, 1], [0.5, 1], [1, 1], [1.5, 1]])
Y_TRAIN = np.array([-2.3, -0.8, 0.3, 1.8, 3.2, 3.8])
X_VAL = np.array([[-2, 1], [0, 1], [2, 1]])
Y_VAL = np.array([-3.4, 1.2, 5.1])
STEPS = 40
W = [1.971818, 0.985219]
FIRST_AND_LAST = {"train_loss": (5.656667, 0.056987), "val_loss": (10.337563, 0.090139)}
RATES = {"0.001": "too_small", "0.2": "converging", "0.9": "diverging"}
LAST = {"0.001": 4.745803, "0.2": 0.05642857, "0.9": 7787.766}  # of train_loss at these rates


def training(stage: Stage) -> Iterator[Part]:
    """Show a training run."""
    data = {"x_train": X_TRAIN, "y_train": Y_TRAIN, "x_val": X_VAL, "y_val": Y_VAL}
    yield DemoNote("; ".join(f"{name} shape {values.shape}" for name, values in data.items()))
    call = partial(stage.call, "train", *data.values(), steps=STEPS)
    w, *curves = call(lr=0.05, right=_trained)
    named = {name: [float(loss) for loss in curve] for name, curve in zip(FIRST_AND_LAST, curves, strict=True)}
    yield Curves(f"train(..., lr=0.05, steps={STEPS})", named)
    yield Vector("w", w.tolist(), w.shape)
    yield _rates(stage, {lr: call(lr=float(lr), right=partial(_ends_at, last=LAST[lr]))[1] for lr in RATES})
    if "classify_curve" not in stage:
        yield DemoNote("The curves have no name here: that takes classify_curve of the concept learning_rate.")


def _rates(stage: Stage, losses: dict[str, Any]) -> DemoTable:
    """The losses at the start, halfway and at the end, named by the student's own words."""
    at = (0, STEPS // 2 - 1, STEPS - 1)
    words = {lr: _word(stage, lr, curve) for lr, curve in losses.items() if "classify_curve" in stage}
    rows = {lr: [float(curve[step]) for step in at] for lr, curve in losses.items()}
    return DemoTable("train_loss[t] at three rates,", (STEPS,), [f"t={step}" for step in at], rows, words)


def _word(stage: Stage, lr: str, curve: Any) -> str:
    word: str = stage.call("classify_curve", curve, right=partial(same, expected=RATES[lr]))
    return word


def _trained(got: Any) -> None:
    _curves(got)
    w, *curves = got
    _floats(w, W)
    for curve, (first, last) in zip(curves, FIRST_AND_LAST.values(), strict=True):
        close([curve[0], curve[-1]], [first, last], rtol=RTOL)


def _ends_at(got: Any, last: float) -> None:
    _curves(got)
    close(got[1][-1], last, rtol=RTOL)


def _curves(got: Any) -> None:
    """Weights and two finite curves, whatever the rate did to them."""
    w, *curves = parts(got, 3)
    array(w, (X_TRAIN.shape[1],))
    for curve in curves:
        _curve(curve)


def _curve(got: Any) -> None:
    finite(got)
    if np.shape(got) != (STEPS,):
        raise Mismatch("returned a curve of the wrong length", f"shape {np.shape(got)}, expected {(STEPS,)}")
    holds(np.asarray(got) >= 0, "returned a loss below zero, which no mean of squares is", show(got))


# -- attention ------------------------------------------------------------------------------------------------

TOKENS = {"the": [1.0, 0.0], "cat": [2.0, 0.0], "sat": [1.0, 2.0], "down": [0.0, 2.0]}
CAUSAL = np.tril(np.ones((4, 4), dtype=bool))
ALL_OPEN = [
    [0.221181, 0.448581, 0.221181, 0.109057],
    [0.157323, 0.647107, 0.157323, 0.038248],
    [0.035349, 0.071692, 0.598069, 0.294889],
    [0.027904, 0.027904, 0.472096, 0.472096],
]
NO_FUTURE = [
    [1.000000, 0.0, 0.0, 0.0],
    [0.195570, 0.804430, 0.0, 0.0],
    [0.050133, 0.101675, 0.848192, 0.0],
    [0.027904, 0.027904, 0.472096, 0.472096],
]


def attention(stage: Stage) -> Iterator[Part]:
    """Show attention weights."""
    x = np.array(list(TOKENS.values()))
    yield DemoTable("x, one token in a row,", x.shape, ["dim 1", "dim 2"], TOKENS)
    yield DemoNote("Row: who looks. Column: at whom. The darker, the more; blank is exactly 0.")
    yield _map(stage, "attention_weights(x, x)", x, ALL_OPEN)
    yield _map(stage, "attention_weights(x, x, mask=causal)", x, NO_FUTURE, mask=CAUSAL)
    yield DemoNote(
        f"The causal mask, shape {CAUSAL.shape}, is True on and below the diagonal: no token sees a later one."
    )


def _map(stage: Stage, call: str, x: Any, expected: list[list[float]], **mask: Any) -> Heatmap:
    weights = stage.call("attention_weights", x, x, right=partial(_floats, expected=expected), **mask)
    return Heatmap(call, weights.shape, list(TOKENS), weights.tolist(), weights.sum(axis=-1).tolist())


DEMOS = {
    demo.name: demo
    for demo in (
        Demo(
            name="similarity",
            title="how well do two vectors line up?",
            needs={"dot": "dot_product", "cosine_similarity": "cosine_similarity"},
            scene=similarity,
        ),
        Demo(
            name="softmax",
            title="scores become probabilities, at three temperatures",
            needs={"softmax": "softmax"},
            scene=softmax,
        ),
        Demo(
            name="training",
            title="a model learns, and what its learning rate does to it",
            needs={"train": "training_loop"},
            likes={"classify_curve": "learning_rate"},
            scene=training,
        ),
        Demo(
            name="attention",
            title="who looks at whom, with and without a causal mask",
            needs={"attention_weights": "attention_weights"},
            scene=attention,
        ),
        Demo(
            name="retrieval",
            title="which documents answer a query?",
            needs={"retrieve": "retrieval"},
            scene=retrieval,
        ),
    )
}
