"""Find the passages that two files share, whatever names and layout they have."""

from __future__ import annotations

import io
import itertools
import keyword
import tokenize
import warnings
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import lru_cache
from typing import NamedTuple

import msgspec

from mlgrade.submissions.model import lines_of


class Span(NamedTuple):
    """The same symbols in both files, by their places."""

    left: int
    right: int
    length: int


def spans(left: Folded, right: Folded, seeds: Iterable[tuple[int, int]]) -> list[Span]:
    """Grow each shared run in both directions, and keep what lies in no longer passage; the longest first."""
    grown: list[Span] = []
    reached: dict[int, int] = {}  # on each diagonal, how far the left file is covered
    for a, b in sorted(seeds):
        if a + RUN > reached.get(a - b, 0):
            span = _grown(left.symbols, right.symbols, a, b)
            reached[a - b] = span.left + span.length
            grown.append(span)
    grown.sort(key=lambda span: (-span.length, span))
    kept: list[Span] = []
    for span in grown:
        if not any(_within(span, other) for other in kept):
            kept.append(span)
    return kept


def _grown(left: list[int], right: list[int], a: int, b: int) -> Span:
    start, end = 0, RUN
    while a + start > 0 and b + start > 0 and left[a + start - 1] == right[b + start - 1]:
        start -= 1
    while a + end < len(left) and b + end < len(right) and left[a + end] == right[b + end]:
        end += 1
    return Span(a + start, b + start, end - start)


def _within(span: Span, other: Span) -> bool:
    """Whether a passage lies inside another one, in either file."""
    return any(
        theirs <= mine and mine + span.length <= theirs + other.length
        for mine, theirs in ((span.left, other.left), (span.right, other.right))
    )


# -- winnowing -----------------------------------------------------------------------------------------------------

# Fingerprints of a row of symbols, by winnowing.
#
# Of the hashes of all runs of RUN symbols, the least of every WINDOW neighbours is kept. So a run of RUN + WINDOW - 1
# symbols that two files share is always found, wherever it stands in either; one shorter than RUN never is.
#
# Source: Schleimer, Wilkerson, Aiken: Winnowing: Local Algorithms for Document Fingerprinting, SIGMOD 2003.

RUN = 16
WINDOW = 8
_PRIME = 2**61 - 1
_BASE = 1_000_003
_HIGHEST = pow(_BASE, RUN - 1, _PRIME)


def fingerprints(symbols: Sequence[int]) -> dict[int, int]:
    """Each fingerprint, with the first place at which its run begins."""
    hashes = runs(symbols)
    found: dict[int, int] = {}
    for place in _least(hashes):
        found.setdefault(hashes[place], place)
    return found


def runs(symbols: Sequence[int]) -> list[int]:
    """The hash of the run that begins at each symbol, each computed from the one before (Karp and Rabin)."""
    if len(symbols) < RUN:
        return []
    rolling = 0
    for symbol in symbols[:RUN]:
        rolling = (rolling * _BASE + symbol) % _PRIME
    hashes = [rolling]
    for leaving, coming in zip(symbols, symbols[RUN:], strict=False):  # the last RUN symbols leave nothing
        rolling = ((rolling - leaving * _HIGHEST) * _BASE + coming) % _PRIME
        hashes.append(rolling)
    return hashes


def covered(places: Iterable[int]) -> int:
    """How many symbols are particular, where the runs at these places are.

    One particular symbol makes the RUN runs around it particular. So of each stretch of neighbouring runs, only what is
    longer than that tells of more than one.
    """
    symbols, first, before = 0, 0, -WINDOW - 1
    for place in sorted(places):
        if place - before > WINDOW:
            first = place
        else:
            symbols += max(0, place - first - RUN + 2) - max(0, before - first - RUN + 2)
        before = place
    return symbols


def _least(hashes: Sequence[int]) -> list[int]:
    """The place of the least hash in each window, the last one where several are equal."""
    places: list[int] = []
    least = -1
    for end in range(max(1, min(WINDOW, len(hashes))), len(hashes) + 1):  # fewer than a window are one
        start = max(0, end - WINDOW)
        if least < start:
            least = min(range(start, end), key=lambda place: (hashes[place], -place))
        elif hashes[end - 1] <= hashes[least]:
            least = end - 1
        if not places or places[-1] != least:
            places.append(least)
    return places


# -- folding -------------------------------------------------------------------------------------------------------

# A source as a row of symbols: what is left when names, values, comments and layout are taken away.
#
# Only Python's tokenizer sees the text: nothing is parsed, imported or run.

MOST_BYTES = 128 * 1024  # a file that is larger is not compared, and that is said
_LAYOUT = frozenset({tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER})
_TEXT = "s"


class Folded(msgspec.Struct, frozen=True):
    """Symbols as numbers, and the line that each stands on. `whole` is false if the file ends in what is not Python."""

    symbols: list[int]
    lines: list[int]
    whole: bool = True


def fold(source: bytes) -> Folded:
    """Fold a source up to the first thing that is not Python."""
    text, nul, _ = source.decode("utf-8-sig", "replace").partition("\0")  # Python reads no further, or stumbles over it
    symbols: list[int] = []
    lines: list[int] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # from Python 3.12 the tokenizer has opinions on escapes
            for statement in _statements(text):
                symbols += [_number(symbol) for symbol, _ in statement]
                lines += [line for _, line in statement]
    except (tokenize.TokenError, SyntaxError, ValueError, RecursionError):
        return Folded(symbols, lines, whole=False)
    return Folded(symbols, lines, whole=not nul)


def _statements(text: str) -> Iterator[list[tuple[str, int]]]:
    """The symbols of each logical line; one that is only text, such as a docstring, is left out."""
    statement: list[tuple[str, int]] = []
    for token in _without_inner_strings(text):
        if token.type == tokenize.NEWLINE:
            if any(symbol != _TEXT for symbol, _ in statement):
                yield statement
            statement = []
        elif token.type not in _LAYOUT and token.string != ";":
            statement.append((_symbol(token), token.start[0]))


def _without_inner_strings(text: str) -> Iterator[tokenize.TokenInfo]:
    """From Python 3.12 an f-string is many tokens; it counts as the one that it was before."""
    depth = 0
    for token in tokenize.generate_tokens(io.StringIO("\n".join(lines_of(text)) + "\n").readline):
        if token.type == tokenize.ERRORTOKEN:
            raise SyntaxError(token.string)
        name = tokenize.tok_name[token.type]
        if name in ("FSTRING_END", "TSTRING_END"):
            depth -= 1
        elif name in ("FSTRING_START", "TSTRING_START"):
            depth += 1
            if depth == 1:
                yield token._replace(type=tokenize.STRING)
        elif not depth:
            yield token


def _symbol(token: tokenize.TokenInfo) -> str:
    if token.type == tokenize.NAME:
        return token.string if keyword.iskeyword(token.string) else "v"
    if token.type == tokenize.NUMBER:
        return "0"
    return _TEXT if token.type == tokenize.STRING else token.string


@lru_cache(maxsize=1024)  # keywords and operators: some eighty
def _number(symbol: str) -> int:
    """The same number on every machine and in every process, unlike hash()."""
    return zlib.crc32(symbol.encode()) + 1


# -- pairing -------------------------------------------------------------------------------------------------------

# Which pairs of a class share more than chance explains. Pure: from fingerprints alone.
#
# What many write is no sign of anything. So a fingerprint that more than a share of the class has is not counted, nor
# one of the exercise or the solution; what is left of a file is particular to it. Pairs come from an index of
# fingerprints, so that two files which share nothing cost nothing.

COMMON_SHARE = 0.1  # of the class
COMMON_LEAST, COMMON_MOST = 3, 50  # students, whatever the size of the class


class PassageMatch(NamedTuple):
    """Files by their number in the class; `shared` of the `of` fingerprints that are particular to the smaller one."""

    left: int
    right: int
    shared: int
    of: int

    @property
    def score(self) -> int:
        """Return the larger of the two shares, in percent."""
        return 100 * self.shared // self.of


def particular(files: Sequence[Set[int]], known: Set[int]) -> list[Set[int]]:
    """What of each file is neither the course's nor common in the class."""
    holders = Counter(itertools.chain.from_iterable(files))
    most = common(len(files))
    return [{one for one in file if holders[one] <= most and one not in known} for file in files]


def common(students: int) -> int:
    """The largest number of students who may have a fingerprint before it counts as common."""
    return min(COMMON_MOST, max(COMMON_LEAST, int(COMMON_SHARE * students)))


def matches(files: Sequence[Set[int]]) -> list[PassageMatch]:
    """All pairs that share something particular, the most similar first; equal ones in the order of the files."""
    found = (
        PassageMatch(left, right, shared, min(len(files[left]), len(files[right])))
        for (left, right), shared in _shared(files).items()
    )
    return sorted(found, key=lambda one: (-one.score, -one.shared, one.left, one.right))


def ordinary(found: Sequence[PassageMatch], pairs: int) -> int:
    """The score that no more than one pair in a hundred exceeds, the pairs that share nothing included."""
    scores = sorted((one.score for one in found), reverse=True)
    above = pairs // 100
    return scores[above] if above < len(scores) else 0


def _shared(files: Sequence[Set[int]]) -> Mapping[tuple[int, int], int]:
    index: dict[int, list[int]] = defaultdict(list)
    for number, file in enumerate(files):
        for one in file:
            index[one].append(number)
    return Counter(itertools.chain.from_iterable(itertools.combinations(held, 2) for held in index.values()))
