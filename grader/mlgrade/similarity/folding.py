"""A source as a row of symbols: what is left when names, values, comments and layout are taken away.

Only Python's tokenizer sees the text: nothing is parsed, imported or run.
"""

from __future__ import annotations

import io
import keyword
import tokenize
import warnings
import zlib
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from mlgrade.submissions.model import lines_of

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
