"""Scores as the decimal numbers that importers read: a point, no exponent, at most two decimals, half to even."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from fractions import Fraction

import msgspec

NUMBER = re.compile(r"-?\d{1,15}(?:[.,]\d{1,15})?\Z")
ZERO = Fraction(0)
NOISE = Fraction(1, 10**9)  # what floats add to 0.1 + 0.2 is not a rounding that anybody needs to hear of


class Number(msgspec.Struct, frozen=True):
    """A number as text, and whether it was rounded."""

    text: str
    rounded: bool


def exact(score: float) -> Fraction | None:
    """The number as it prints; None for what is no score (nan, infinite, below zero)."""
    return Fraction(repr(float(score))) if math.isfinite(score) and score >= 0 else None


def scaled(score: Fraction, points: float, to: Fraction | None) -> Fraction:
    """Points of ours to points of the LMS's item, where it says how many it has."""
    ours = exact(points)
    return score * to / ours if to is not None and ours else score


def two_decimals(value: Fraction) -> Number:
    """Return a number with at most two decimals."""
    near = round(value, 2)
    return Number(written(near), abs(near - value) > NOISE)


def written(value: Fraction) -> str:
    """A number with a finite decimal form, without an exponent and without zeros that say nothing."""
    text = format(Decimal(value.numerator) / Decimal(value.denominator), "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def digits(value: float) -> str:
    """A float in full, for formats without a rule of their own."""
    return written(Fraction(repr(float(value))))


def parse(text: str) -> Fraction | None:
    """A number as an LMS exports it, with a decimal point or comma; None for anything else."""
    text = text.strip()
    return Fraction(text.replace(",", ".")) if text.isascii() and NUMBER.match(text) else None
