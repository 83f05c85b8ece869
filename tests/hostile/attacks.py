"""The corpus: what each attack attempts, its class and its effect, read from the head of its file."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import msgspec

HERE = Path(__file__).resolve().parent
CORPUS, HONEST = HERE / "corpus", HERE / "honest"
EFFECTS = ("points", "loot", "write", "left", "hang", "lost", "taint")
TWIN = (HERE / "twin.py").read_text(encoding="utf-8")


class Attack(msgspec.Struct, frozen=True):
    name: str
    what: str
    kind: str  # the class of the isolation notes
    effect: str
    needs: str
    text: str


def attack(name: str) -> Attack:
    text = (CORPUS / f"{name}.py").read_text(encoding="utf-8")
    said = ast.get_docstring(ast.parse(text)) or ""
    effect = _field(said, "Effect")
    if effect not in EFFECTS:
        raise ValueError(f"{name}.py: its docstring needs a line `Effect:` with one of {', '.join(EFFECTS)}")
    return Attack(name, said.partition("\n")[0], _field(said, "Class"), effect, _field(said, "Needs"), text)


def _field(said: str, name: str) -> str:
    found = re.search(rf"^{name}: (.+)$", said, re.MULTILINE)
    return found[1].strip() if found else ""


def names() -> list[str]:
    return sorted(path.stem for path in CORPUS.glob("*.py"))


def fill(text: str, places: dict[str, str]) -> str:
    """Put in what an attacker is taken to know: where everything is, and the wrong answer to start from."""
    text = text.replace("# @TWIN@", TWIN)
    for name, value in places.items():
        text = text.replace(f"@{name}@", value)
    return text
