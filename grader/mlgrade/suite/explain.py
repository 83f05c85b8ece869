"""Python's and numpy's most common complaints, in plain words."""

# ruff: noqa: E501  (two tables, read row by row)

from __future__ import annotations

import re

from mlgrade.sandbox.protocol import Fault

SEARCHED = 300  # characters
_WORDS = [
    (r"could not be broadcast", "Two arrays have shapes that do not line up. Print both shapes on the line above."),
    (r"matmul: .*mismatch|shapes .* not aligned", "The inner sizes of a matrix product differ: (n, k) @ (k, m) needs equal k."),
    (r"NoneType", "Something is None here. Often a function that was meant to return a value has no `return`."),
    (r"only .*(length-1|0-dimensional|size-1).* arrays can be converted", "An array stands where one number is needed. `math` functions take numbers; numpy's take arrays."),
    (r"truth value of an array", "`if` and `and` need one True or False, but this is a whole array of them. Try .any() or .all()."),
    (r"Cannot cast ufunc|from dtype\('float64'\) to dtype\('int64'\)", "An in-place operation such as `-=` cannot turn whole numbers into fractions. Make a new float array."),
    (r"index .* is out of bounds|list index out of range|tuple index out of range", "An index is beyond the end. The last one is length - 1."),
    (r"unsupported operand type\(s\).*'list'", "A list does not do arithmetic. `np.asarray(x, dtype=float)` makes an array of it."),
    (r"can't multiply sequence", "A list does not do arithmetic. `np.asarray(x, dtype=float)` makes an array of it."),
    (r"EOF when reading a line", "`input()` has nobody to ask here. Use the function's arguments."),
    (r"maximum recursion depth", "The function calls itself without an end in sight."),
    (r"axis \d+ is out of bounds", "The array has fewer axes than this. Print its shape."),
]  # fmt: skip
_TYPES = {
    "SystemExit": "Your code ended the program. A function should return a value instead.",
    "MemoryError": "Your code asked for more memory than it may use. Look for an array that is far too large.",
}


def in_plain_words(fault: Fault) -> str:
    """Return one sentence for a complaint that beginners meet often, or nothing."""
    text = f"{fault.type}: {fault.message[:SEARCHED]}"  # what Python and numpy say is short; a hostile message is not
    found = (words for pattern, words in _WORDS if re.search(pattern, text))
    return _TYPES.get(fault.type) or next(found, "")


_SYNTAX = [
    (r"expected ':'", "A line that opens a block (def, if, for, while, else) ends in a colon."),
    (r"was never closed", "A bracket that is opened here has no partner."),
    (r"unmatched|does not match opening", "There is a closing bracket too many, or of the wrong kind."),
    (r"inconsistent use of tabs", "Tabs and spaces are mixed. Let the editor turn all tabs into four spaces."),
    (r"unterminated (triple-quoted )?(f-)?string", "A string has no closing quote."),
    (r"unindent|unexpected indent|expected an indented block", "The indentation is off: lines of one block start at the same column."),
    (r"Maybe you meant '==' or ':='", "`=` gives a name a value; `==` compares."),
    (r"codec can't decode|null bytes", "The file is not saved as UTF-8. Choose UTF-8 in the editor's Save As."),
    (r"invalid non-printable character|invalid character", "A character came along with copied text; type that part again."),
]  # fmt: skip


def syntax_in_plain_words(message: str) -> str:
    """Return a syntax error in words for a beginner."""
    return next((words for pattern, words in _SYNTAX if re.search(pattern, message[:SEARCHED])), "")
