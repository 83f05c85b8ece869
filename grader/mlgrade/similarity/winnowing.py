"""Fingerprints of a row of symbols, by winnowing.

Of the hashes of all runs of RUN symbols, the least of every WINDOW neighbours is kept. So a run of RUN + WINDOW - 1
symbols that two files share is always found, wherever it stands in either; one shorter than RUN never is.

Source: Schleimer, Wilkerson, Aiken: Winnowing: Local Algorithms for Document Fingerprinting, SIGMOD 2003.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
