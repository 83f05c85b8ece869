"""What the tests of both adapters share: submissions of every kind, and what `mlgrade grade` gives them."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import generated

Scores = dict[tuple[str, str], tuple[str, float, float]]  # student, concept -> status, earned, possible
KINDS = ("right", "wrong", *generated.SHARES)


def adapter(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mlgrade", "adapter", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def handins(folder: Path) -> list[str]:
    """A student for each kind of file, and one for each whose files are notebooks, lie deep, or are called otherwise."""
    draw = random.Random(7)
    for number, kind in enumerate(KINDS):
        (folder / f"{number}-{kind}").mkdir(parents=True)
        for concept in generated.CONCEPTS:
            source = generated.source(concept, kind, draw)
            (folder / f"{number}-{kind}" / f"{concept}.py").write_bytes(source)
    _odd(folder, draw)
    return sorted(path.name for path in folder.iterdir())


def _odd(folder: Path, draw: random.Random) -> None:
    notebook, deep, twice = (folder / name for name in ("notebook", "deep", "twice"))
    for home in (notebook, deep / "week 3" / "exercises", twice / "a", twice / "b"):
        home.mkdir(parents=True)
    cells = generated.source("softmax", "wrong", draw).decode().split("\n\n\n")
    code = [{"cell_type": "code", "metadata": {}, "source": cell, "outputs": []} for cell in cells]
    (notebook / "Softmax (1).ipynb").write_text(
        json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": code})
    )
    (notebook / "data.csv").write_text("1,2\n")
    (deep / "week 3" / "exercises" / "norm.py").write_bytes(generated.source("norm", "right", draw))
    (deep / "sofmax.py").write_bytes(generated.source("softmax", "right", draw))
    for home in ("a", "b"):  # of equal rank, and they differ
        (twice / home / "norm.py").write_bytes(generated.source("norm", "right", draw))


def graded(folder: Path, course: Path, book: Path) -> Scores:
    """What `mlgrade grade` gives the same files. What it does not grade is in no row."""
    command = [sys.executable, "-m", "mlgrade", "grade", str(folder), "--course", str(course), "--gradebook", str(book)]
    done = subprocess.run([*command, "--plain", "--jobs", "1"], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr  # 1: files of equal rank
    with sqlite3.connect(book) as connection:
        query = "SELECT student, concept, report FROM attempts JOIN reports ON attempts.id = reports.attempt_id"
        return {(student, concept): _score(raw) for student, concept, raw in connection.execute(query)}


def _score(raw: bytes) -> tuple[str, float, float]:
    report: dict[str, Any] = json.loads(zlib.decompress(raw))
    return report["status"], report["earned"], report["possible"]


def put(handin: Path, place: Path) -> None:
    """Hand in: what was there before is gone, as in a new container."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(handin, place)
