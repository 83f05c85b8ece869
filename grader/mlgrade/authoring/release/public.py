"""What students may read already, and so is no secret.

The code of the visible suites; of the stubs what they hold beside the functions that are asked for, the heads of those,
and the examples in their docstrings; the titles and hints that a report shows. Not comments and docstrings as such:
something hidden may have got into them, and that is what is looked for.
"""

from __future__ import annotations

import ast
import doctest
import io
import tokenize
from collections.abc import Iterator
from pathlib import Path

from mlgrade.authoring.release import code, values
from mlgrade.authoring.release.index import squeeze
from mlgrade.authoring.release.layers import parsed
from mlgrade.course import Course


class Public:
    def __init__(self, course: Course) -> None:
        self.forms: set[str] = set()
        self.numbers: set[str] = set()
        self.prose: set[str] = set()  # lines of the stubs that are no code
        written: list[str] = []
        parts: list[str] = []
        for concept in course.concepts:
            self.prose.update(_prose(course.exercise(concept.id)))
            for text in _written_code(course, concept.id):
                written.append(text)
                parts.append(squeeze(_without_texts(text)).text)
                self._learn(parsed(text) or ast.Module([], []))
            parts += [squeeze(line).text for text in _shown(course, concept.id) for line in text.splitlines()]
        self.text = "\n".join(parts)
        self.examples = "\n".join(written)  # with the numbers in them

    def _learn(self, tree: ast.Module) -> None:
        self.forms |= {form.text for form in code.forms(tree)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and values.odd(node.value):
                self.numbers.add(values.key(node.value))  # type: ignore[arg-type]  # odd: a number


def _written_code(course: Course, concept: str) -> Iterator[str]:
    """The visible suite; of the stubs what stands beside the functions that are asked for, and their examples."""
    yield from (path.read_text("utf-8-sig") for path in course.suites(concept) if path.parent.name == "public")
    asked = set(course.concept(concept).functions)
    for node in _tree(course.exercise(concept)).body:
        if not (isinstance(node, ast.FunctionDef) and node.name in asked):
            yield ast.unparse(node)
            continue
        for example in doctest.DocTestParser().get_examples(ast.get_docstring(node) or ""):
            yield from (example.source, example.want)


def _shown(course: Course, concept: str) -> Iterator[str]:
    """What a stub says of itself and of its functions' arguments; titles and hints, which reports show."""
    stubs = _tree(course.exercise(concept))
    yield (ast.get_docstring(stubs) or "").partition("\n")[0]
    yield from (f"def {node.name}({ast.unparse(node.args)}):" for node in functions(stubs))
    for path in (*course.suites(concept), course.misconceptions(concept)):
        for node in functions(_tree(path)):
            yield ast.get_docstring(node) or ""
            yield from _words(node)


def _prose(path: Path) -> Iterator[str]:
    """Steps and explanations in comments and docstrings; what parses there may be an answer."""
    for line in path.read_text("utf-8-sig").splitlines() if path.is_file() else ():
        text = line.strip().lstrip("# ")
        if not (parsed(text) or parsed(f"{text} pass")):
            yield squeeze(line).text


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _words(node: ast.FunctionDef) -> Iterator[str]:
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call):
            arguments = [*mark.args, *(word.value for word in mark.keywords)]
            yield from (str(one.value) for one in arguments if isinstance(one, ast.Constant))


def _tree(path: Path) -> ast.Module:
    """A file of the course as a tree; an empty one for what is not there, is a notebook, or does not parse."""
    known = path.suffix == ".py" and path.is_file()
    return (parsed(path.read_bytes()) if known else None) or ast.Module([], [])


def _without_texts(text: str) -> str:
    """A source without its comments and docstrings: something hidden may have got into them."""
    kept: list[str] = []
    start = True
    for token in _tokens(text):
        if token.type in (tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT):
            kept.append("\n" if token.type in (tokenize.NEWLINE, tokenize.NL) else "")
            start = start or token.type == tokenize.NEWLINE
        elif token.type != tokenize.COMMENT and not (start and token.type == tokenize.STRING):
            kept.append(token.string + " ")
            start = False
    return "".join(kept)


def _tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    """As far as they go: of an example they may end in the middle."""
    try:
        yield from tokenize.generate_tokens(io.StringIO(text).readline)
    except (tokenize.TokenError, SyntaxError):
        return
