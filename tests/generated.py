"""Classes that nobody took: students with right, wrong, crashing, endless and empty files, in shares as in a real one.

Used by the tests of grading a class and by benchmarks/batch.py. The same numbers give the same class.
"""

from __future__ import annotations

import ast
import random
import shutil
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COURSE = """\
format: 1
title: Generated
version: "1.0"
seed: 11
limits: {{call: 0.4 s, load: 0.6 s, submission: 2 s, memory: 512 MiB}}
units:
  - id: scores
    title: Scores
    concepts:
{concepts}"""
CONCEPTS = ("softmax", "norm", "dot_product")
# Shares in per cent; what is left is right.
SHARES = {"wrong": 20, "stub": 8, "empty": 3, "syntax": 4, "crash": 3, "dies": 2, "loop": 2, "hog": 1, "bytes": 1}


def course(folder: Path, concepts: Sequence[str] = CONCEPTS) -> Path:
    """A small course with short limits, made of files of the real one. Returns its course.yml."""
    for part in ("exercises", "solutions", "tests/public", "tests/hidden", "tests/misconceptions"):
        (folder / part).mkdir(parents=True)
        for concept in concepts:
            name = f"test_{concept}.py" if part in ("tests/public", "tests/hidden") else f"{concept}.py"
            shutil.copyfile(ROOT / part / name, folder / part / name)
    rows = (f"      - {{id: {c}, title: {c}, points: 10, functions: [{', '.join(functions(c))}]}}\n" for c in concepts)
    (folder / "course.yml").write_text(COURSE.format(concepts="".join(rows)))
    return folder / "course.yml"


def students(folder: Path, number: int, concepts: Sequence[str] = CONCEPTS, seed: int = 1) -> None:
    """Write a folder for each of `number` students, with a file for each concept."""
    draw = random.Random(seed)
    for n in range(number):
        home = folder / f"s{n:05}"
        home.mkdir(parents=True)
        for concept in concepts:
            (home / f"{concept}.py").write_bytes(source(concept, kind(draw), draw))


def kind(draw: random.Random) -> str:
    at = draw.randrange(100)
    for name, share in SHARES.items():
        at -= share
        if at < 0:
            return name
    return "right"


def source(concept: str, kind: str, draw: random.Random) -> bytes:
    """One file; two of a kind differ at least in a comment, so that no two students have the same hash."""
    right = draw.choice(_right(concept))
    mark = f"\n# {draw.randrange(10**9)}\n".encode()
    match kind:
        case "right":
            return right + mark
        case "wrong":
            return right + _spoiled(concept, draw).encode() + mark
        case "stub":
            return (ROOT / "exercises" / f"{concept}.py").read_bytes() + mark
        case "empty":
            return mark if draw.random() < 0.5 else b""
        case "syntax":
            return right + b"\ndef broken(:\n    pass\n" + mark
        case "crash":
            return right + b"\nraise RuntimeError('no')\n" + mark
        case "dies":
            return right + b"\nimport os\nos._exit(3)\n" + mark
        case "loop":
            return right + _spoiled(concept, draw, "while True: pass").encode() + mark
        case "hog":
            return right + _spoiled(concept, draw, "return bytearray(4 << 30)").encode() + mark
        case _:
            return b"\xff\xfe\x00" + mark


def _right(concept: str) -> list[bytes]:
    others = sorted((ROOT / "tests" / "alternatives" / concept).glob("*.py"))
    return [path.read_bytes() for path in (ROOT / "solutions" / f"{concept}.py", *others)]


def _spoiled(concept: str, draw: random.Random, body: str = "") -> str:
    """Another function, to put after the right one of the same name."""
    body = body or draw.choice(("return 0.0", "raise ValueError('x')", f"return {draw.random()}"))
    return f"\n\ndef {draw.choice(functions(concept))}(*args, **kwargs):\n    {body}\n"


def functions(concept: str) -> list[str]:
    tree = ast.parse((ROOT / "solutions" / f"{concept}.py").read_text())
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
