"""`{structs} module:Name`: the fields of a frozen record, and of all records in it, from their declaration.

Type, default and whether a field must be there come from the type. Its meaning is the comment beside it, and the
description that error messages use: what is said where the field is declared is said here.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
import tokenize
from collections.abc import Iterator
from importlib import import_module
from io import StringIO
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from docutils import nodes  # type: ignore[import-untyped]  # it has no types
from docutils.parsers.rst.directives import flag  # type: ignore[import-untyped]  # it has no types
from msgspec import inspect as types
from sphinx.util.docutils import SphinxDirective

from generate.nodes import inline, paragraph, section, table
from mlgrade.course import writing

if TYPE_CHECKING:
    from sphinx.application import Sphinx

HEAD, WIDTHS = ("field", "type", "default", "meaning"), (15, 20, 15, 50)
WORDS = {
    types.StrType: "text",
    types.IntType: "whole number",
    types.FloatType: "number",
    types.BoolType: "true or false",
    types.DateTimeType: "date with a time zone",
    types.NoneType: "nothing",
}
Struct = type[msgspec.Struct]


class Structs(SphinxDirective):
    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"without": str.split, "bare": flag}  # fields that no file has; no meanings

    def run(self) -> list[nodes.Node]:
        module, _, name = self.arguments[0].partition(":")
        without = self.options.get("without", [])
        root = getattr(import_module(module), name)
        return [self.section(struct, without) for struct in reachable(root)]

    def section(self, struct: Struct, without: list[str]) -> nodes.section:
        made = section(self.state.document, [nodes.Text(struct.__name__)], f"{self.arguments[0]}-{struct.__name__}")
        if struct.__doc__ and not struct.__doc__.startswith(f"{struct.__name__}("):
            made += paragraph(" ".join(struct.__doc__.split()))
        said = comments(struct)
        fields = [field for field in types.type_info(struct).fields if field.name not in without]  # type: ignore[attr-defined]
        rows = [row(field, said.get(field.name, "")) for field in fields]
        columns = 3 if "bare" in self.options else 4
        made += table(HEAD[:columns], WIDTHS[:columns], (cells[:columns] for cells in rows))
        return made


def reachable(root: Struct) -> list[Struct]:
    """A record and those inside it, each once, in the order in which they are met."""
    found = [root]
    for struct in found:
        for field in types.type_info(struct).fields:  # type: ignore[attr-defined]
            found += [inner for inner in inside(field.type) if inner not in found]
    return found


def inside(kind: types.Type) -> Iterator[Struct]:
    if isinstance(kind, types.StructType):
        yield kind.cls
    elif isinstance(kind, types.Metadata):
        yield from inside(kind.type)
    elif isinstance(kind, types.UnionType):
        for one in kind.types:
            yield from inside(one)
    elif isinstance(kind, types.ListType):
        yield from inside(kind.item_type)
    elif isinstance(kind, types.DictType):
        yield from inside(kind.value_type)


def row(field: types.Field, said: str) -> tuple[list[nodes.Node], ...]:
    name = nodes.literal(field.encode_name, field.encode_name)
    meaning = "; ".join(part for part in (said, described(field.type)) if part)
    return [name], list(inline(words(field.type))), list(inline(default(field))), list(inline(meaning))


def words(kind: types.Type) -> str:
    """A type as a reader says it."""
    if isinstance(kind, types.Metadata):
        return words(kind.type)
    if isinstance(kind, types.UnionType):
        return " or ".join(words(one) for one in kind.types if not isinstance(one, types.NoneType))
    if isinstance(kind, types.ListType):
        return f"list of {words(kind.item_type)}"
    if isinstance(kind, types.DictType):
        return f"object of {words(kind.value_type)}"
    if isinstance(kind, types.EnumType):
        return " or ".join(f"`{one.value}`" for one in kind.cls)
    if isinstance(kind, types.StructType):
        return kind.cls.__name__
    return kind.cls.__name__.lower() if isinstance(kind, types.CustomType) else WORDS[type(kind)]


def described(kind: types.Type) -> str:
    """What error messages say is expected; of a Duration and its like, how it is written."""
    if isinstance(kind, types.Metadata):
        return str((kind.extra_json_schema or {}).get("description", ""))
    if isinstance(kind, types.UnionType):
        return next(filter(None, map(described, kind.types)), "")
    if isinstance(kind, types.ListType):
        return described(kind.item_type)
    text = (kind.cls.__doc__ or "") if isinstance(kind, types.CustomType) else ""
    return text[:1].lower() + text[1:].rstrip(".")


def default(field: types.Field) -> str:
    if field.required:
        return "must be there"
    value = field.default_factory() if callable(field.default_factory) else field.default
    if value in (None, "", msgspec.UNSET, msgspec.NODEFAULT):  # NODEFAULT: how msgspec tells of an UNSET
        return "left out"
    if isinstance(value, msgspec.Struct):
        return "those below"
    plain = writing.plain(value)
    return f"`[{', '.join(plain)}]`" if isinstance(plain, list) else f"`{plain}`"


def comments(struct: Struct) -> dict[str, str]:
    """What the comment beside each field says."""
    source = textwrap.dedent(inspect.getsource(struct))
    beside = {
        token.start[0]: token.string.lstrip("# ")
        for token in tokenize.generate_tokens(StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    [declared] = ast.parse(source).body
    assert isinstance(declared, ast.ClassDef)  # noqa: S101  (for the type checker)
    return {
        node.target.id: beside[node.end_lineno or 0]
        for node in declared.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and (node.end_lineno or 0) in beside
    }


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("structs", Structs)
    return {"parallel_read_safe": True}
