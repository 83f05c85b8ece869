"""What a demo shows, as data that can draw itself: the terminal and --json get the same facts.

Drawings are ASCII and keep within the width they are given, from 38 columns on.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import msgspec

HEIGHT = 9  # rows of a curve
CELL = 6  # columns of one entry of a heat map
SHADES = " .:-=+*#%@"  # from a weight of 0 to a weight of 1
Shape = tuple[int, ...]


class DemoNote(msgspec.Struct, frozen=True, tag="note"):
    """A sentence."""

    text: str

    def lines(self, width: int) -> list[str]:
        """Return the lines for a terminal of this width."""
        return textwrap.wrap(self.text, width)


class DemoNumber(msgspec.Struct, frozen=True, tag="number"):
    """A call and the one number it gave."""

    call: str
    value: float
    shape: Shape

    def lines(self, width: int) -> list[str]:
        """Return the lines for a terminal of this width."""
        return _headed(self.call, f"= {brief(self.value)}  shape {self.shape}", width)


class Vector(msgspec.Struct, frozen=True, tag="vector"):
    """A named vector."""

    name: str
    values: list[float]
    shape: Shape

    def lines(self, width: int) -> list[str]:
        """Return the lines for a terminal of this width."""
        return _headed(self.name, f"= [{', '.join(map(brief, self.values))}]  shape {self.shape}", width)


class DemoTable(msgspec.Struct, frozen=True, tag="table"):
    """Rows of numbers with a name each; a row may end in a word."""

    title: str
    shape: Shape
    columns: list[str]
    rows: dict[str, list[float]]
    words: dict[str, str] = {}

    def lines(self, width: int) -> list[str]:
        """Return the lines for a terminal of this width."""
        cells = {name: list(map(brief, values)) for name, values in self.rows.items()}
        first = max(map(len, cells))
        sizes = [max(map(len, column)) + 1 for column in zip(self.columns, *cells.values(), strict=True)]
        rows = [
            f"  {name:<{first}}{_row(texts, sizes)} {self.words.get(name, '')}"
            for name, texts in {"": self.columns, **cells}.items()
        ]
        return [*_headed(self.title, f"shape {self.shape}", width), *(row.rstrip() for row in rows)]


class Bars(msgspec.Struct, frozen=True, tag="bars"):
    """Named numbers from 0 to 1: an array with its shape and its sum, or a list of pairs, which has neither."""

    call: str
    values: dict[str, float]
    shape: Shape | None = None
    total: float | None = None

    def lines(self, width: int) -> list[str]:
        """Return the lines for a terminal of this width."""
        first = max(map(len, self.values))
        room = width - first - 10
        bars = [f"  {name:<{first}}  {value:.4f}  {_bar(value, room - 2)}" for name, value in self.values.items()]
        total = [] if self.total is None else [f"  {'sum':<{first}}  {self.total:.4f}"]
        result = f" a list of {len(self.values)} pairs" if self.shape is None else f" shape {self.shape}"
        return [*_headed(self.call, result, width), *(bar.rstrip() for bar in bars), *total]


class Curves(msgspec.Struct, frozen=True, tag="curves"):
    """Two curves over the same steps, each drawn with the first letter of its name."""

    call: str
    curves: dict[str, list[float]]

    def lines(self, width: int) -> list[str]:
        """Return the lines for a terminal of this width."""
        ends = [
            row
            for name, curve in self.curves.items()
            for row in _headed(f"  {name[0]} = {name}:", f"{brief(curve[0])} to {brief(curve[-1])}", width)
        ]
        shape = f"each curve of shape ({len(next(iter(self.curves.values())))},)"
        return [*_headed(self.call, shape, width), *ends, "  * = both", *_plot(self.curves, min(width, 58))]


class Heatmap(msgspec.Struct, frozen=True, tag="heatmap"):
    """A matrix of weights from 0 to 1, with the sum of each row."""

    call: str
    shape: Shape
    labels: list[str]
    weights: list[list[float]]
    sums: list[float]

    def lines(self, width: int) -> list[str]:
        """Return the lines for a terminal of this width."""
        first = max(map(len, self.labels)) + 1
        head = " " * first + "".join(f"{label:^{CELL}}" for label in self.labels) + "  sum"
        rows: list[str] = []
        for label, weights, total in zip(self.labels, self.weights, self.sums, strict=True):
            rows.append(" " * first + "".join(_shade(weight) * CELL for weight in weights))
            rows.append(f"{label:<{first}}" + "".join(f"{weight:^{CELL}.2f}" for weight in weights) + f" {total:.2f}")
        return [*_headed(self.call, f" shape {self.shape}", width), head, *(row.rstrip() for row in rows)]


Part = DemoNote | DemoNumber | Vector | DemoTable | Bars | Curves | Heatmap


def brief(value: float) -> str:
    """Return a number in few characters."""
    return f"{value:.{4 if abs(value) >= 1 else 3}g}"


def _headed(call: str, result: str, width: int) -> list[str]:
    """A call and what it gave on one line, or on two where the terminal is narrow."""
    line = f"{call} {result}"
    if len(line) <= width:
        return [line]
    return [row for part in (call, f"  {result}") for row in textwrap.wrap(part, width, subsequent_indent="  ")]


def _row(texts: Sequence[str], sizes: Sequence[int]) -> str:
    return "".join(f"{text:>{size}}" for text, size in zip(texts, sizes, strict=True))


def _bar(value: float, room: int) -> str:
    return "#" * max(0, min(room, round(value * room)))


def _shade(weight: float) -> str:
    """A blank means exactly 0, so that what a mask hides is told from what is merely small."""
    return " " if weight == 0 else SHADES[max(1, min(len(SHADES) - 1, round(weight * (len(SHADES) - 1))))]


def _plot(curves: Mapping[str, Sequence[float]], width: int) -> list[str]:
    steps = max(map(len, curves.values()))
    columns = min(steps, width - 9)
    top = max(map(max, curves.values()))  # the bottom is 0: losses are never below it
    grid = [[" "] * columns for _ in range(HEIGHT)]
    for name, curve in curves.items():
        for column in range(columns):
            value = curve[round(column * (steps - 1) / max(1, columns - 1))]
            row = round((top - value) / (top or 1.0) * (HEIGHT - 1))
            grid[row][column] = name[0] if grid[row][column] == " " else "*"
    marks = [brief(top), *[""] * (HEIGHT - 2), brief(0.0)]
    rows = [f"{mark:>7} |{''.join(cells)}".rstrip() for mark, cells in zip(marks, grid, strict=True)]
    return [*rows, " " * 8 + "+" + "-" * columns, f"{'step 1':>14}{steps:>{columns - 5}}"]
