"""Pairs that share more than chance explains: found however disguised, and never two right answers of two people."""

from __future__ import annotations

import ast
import csv
import io
import itertools
import json
import tokenize
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mlgrade import course as courses
from mlgrade import similarity
from mlgrade.cli.similar import command
from mlgrade.reports.similar import _heading, as_csv, beside
from mlgrade.similarity import Similarity, passages
from mlgrade.similarity.model import ABOUT, Compared
from mlgrade.similarity.passages import MOST_BYTES, RUN, WINDOW, covered, fingerprints, fold, runs, spans
from mlgrade.submissions import discover

ROOT = Path(__file__).resolve().parents[2]
COURSE = courses.load(ROOT)
CONCEPTS = [concept.id for concept in COURSE.concepts]
LOOPS = "loops_over_lists"
DISGUISED, DIFFERENT = 60, 36  # the least score of a disguised copy, the highest of answers of different people


def alternatives(concept: str) -> dict[str, str]:
    """Right answers that different people wrote in different styles."""
    found = sorted((ROOT / "tests" / "alternatives" / concept).glob("*.py"))
    return {path.stem: path.read_text(encoding="utf-8") for path in found}


def hand_in(root: Path, concept: str, sources: dict[str, str]) -> Path:
    for student, source in sources.items():
        (root / student).mkdir(parents=True, exist_ok=True)
        (root / student / f"{concept}.py").write_text(source, encoding="utf-8")
    return root


def compare(root: Path, at_least: int = similarity.AT_LEAST, most: int = similarity.MOST) -> Similarity:
    return similarity.compare(discover.take(root, COURSE), COURSE, at_least, most)


def listed(root: Path, at_least: int = similarity.AT_LEAST) -> list[tuple[str, str, str]]:
    return [(one.concept, one.left, one.right) for one in compare(root, at_least).pairs]


# -- hostile sources ------------------------------------------------------------------------------------------

HOSTILE = {
    "empty": b"",
    "not text": b"\xff\xfe\x00\x01" * 50,
    "nul": b"x = 1\0\n",
    "open string": b"x = '''" + b"\n" * 50_000,
    "open bracket": b"x = (" + b"1,\n" * 10_000,
    "deep brackets": b"(" * 50_000,
    "deep folders of code": b"".join(b" " * depth + b"if x:\n" for depth in range(300)),
    "wrong dedent": b"if x:\n    y\n  z\n",
    "a coding that is none": b"# coding: nothing\nx = 1\n",
    "quotes": b"'" * 20_000,
    "one long line": b"x+" * 30_000,
    "backslashes": b"\\\n" * 20_000,
    "no python": b"? $ ! \x0c",
    "half a notebook": b'{"cells": [',
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_sources(source: bytes) -> None:
    """What is not Python is folded as far as it is, and nothing is raised."""
    folded = fold(source)
    assert len(folded.symbols) == len(folded.lines)
    assert fold(b"x = 1\ny = 2\n" + source).symbols[:3] == fold(b"x = 1").symbols


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")) | st.text("()[]'\"#\\\n \tdefx:=1f{}", max_size=200).map(str.encode))  # fmt: skip
def test_any_bytes_can_be_folded(source: bytes) -> None:
    """Whatever a file holds, it becomes a row of symbols and fingerprints, the same each time."""
    assert fold(source) == fold(source)
    fingerprints(fold(source).symbols)


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    """A file above the bound is not compared, and that is said; the others are."""
    answer = alternatives("softmax")[LOOPS]
    hand_in(tmp_path, "softmax", {"ada": answer, "bob": answer, "eve": answer + "#" * MOST_BYTES})
    found = compare(tmp_path)
    assert [(one.left, one.right) for one in found.pairs] == [("ada", "bob")]
    assert found.notes == ["not compared: eve/softmax.py: more than 128 KiB"]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """What discovery refuses, and what cannot be read when its turn comes, is listed and not compared."""
    hand_in(tmp_path, "softmax", {"ada": "x = 1\n"})
    (tmp_path / "bob").mkdir()
    (tmp_path / "bob" / "softmax.ipynb").write_text("{")
    (tmp_path / "eve").mkdir()
    (tmp_path / "eve" / "softmax.py").symlink_to("/etc/passwd")
    assert sorted(compare(tmp_path).notes) == [
        "not compared: bob/softmax.ipynb: not a notebook that can be read; open and save it in Jupyter once",
        "not compared: eve/softmax.py: a link; links are not followed",
    ]


def test_nothing_is_run(tmp_path: Path) -> None:
    """A file is read as text: what it would do when imported does not happen."""
    trace = tmp_path / "trace"
    hand_in(
        tmp_path / "class", "softmax", dict.fromkeys(["ada", "bob"], f"open({str(trace)!r}, 'w')\nraise SystemExit\n")
    )
    assert listed(tmp_path / "class") == []
    assert not trace.exists()


# -- folding --------------------------------------------------------------------------------------------------

SAME = {
    "names": ("a = b + c(d)", "total = left + f(x)"),
    "values": ("x = 1 + 2.5e3", "x = 0x10 + 7j"),
    "texts": ("x = 'a'", 'x = """b\nc"""'),
    "f-strings": ("x = 'a'", "x = f'{y + f\"{z}\"} and {q!r:>{w}}'"),
    "comments": ("x = 1", "# one\nx = 1  # two\n\n\n# three"),
    "docstrings": ("def f(x):\n    return x", 'def f(x):\n    """Say.\n\n    More."""\n    "and more"\n    return x'),
    "blanks and brackets over lines": ("x=f(1,2)", "x = f(\n    1,\n    2)\n"),
    "semicolons": ("a = 1; b = 2", "a = 1\nb = 2"),
    "a byte order mark and line ends": ("a = 1\nb = 2", "\ufeffa = 1\r\nb = 2\r"),
    "depth": ("if x:\n  y = 1", "if x:\n\ty = 1"),
}
OTHER = [("x + y", "x - y"), ("return x", "x"), ("x = True", "x = None"), ("for x in y: z", "while x in y: z"), ("f(x)", "f[x]")]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME.keys())
def test_what_does_not_count(one: str, other: str) -> None:
    """Names, values, comments, docstrings and layout are folded away, on every version of Python alike."""
    assert fold(one.encode()).symbols == fold(other.encode()).symbols
    assert fold(other.encode()).whole


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_what_counts(one: str, other: str) -> None:
    """Operators and keywords are kept."""
    assert fold(one.encode()).symbols != fold(other.encode()).symbols


def test_symbols_know_their_lines() -> None:
    """Each symbol stands on the line on which it was written."""
    assert fold(b"# a\nx = (1 +\n     2)\n").lines == [2, 2, 2, 2, 2, 3, 3]


# -- winnowing ------------------------------------------------------------------------------------------------

ROW = st.lists(st.integers(1, 6), max_size=80)
LONG = st.lists(st.integers(1, 6), min_size=RUN + WINDOW - 1, max_size=40)


@given(ROW, LONG, ROW, ROW, ROW)
def test_what_is_long_enough_is_found(a: list[int], shared: list[int], b: list[int], c: list[int], d: list[int]) -> None:  # fmt: skip
    """Two rows that share RUN + WINDOW - 1 symbols share a fingerprint of them, wherever they stand."""
    assert fingerprints(a + shared + b).keys() & fingerprints(c + shared + d).keys() & set(runs(shared))


@given(ROW)
def test_a_fingerprint_is_the_run_at_its_place(row: list[int]) -> None:
    """Each fingerprint is the hash of the run at its place, by itself; no window of a row is without one."""
    found = fingerprints(row)
    assert all(runs(row[place : place + RUN]) == [mark] for mark, place in found.items())
    hashes = runs(row)
    windows = [hashes[start : start + WINDOW] for start in range(max(1, len(hashes) - WINDOW + 1))] if hashes else []
    assert all(set(window) & found.keys() for window in windows)
    assert all(min(window) in found for window in windows)


@pytest.mark.parametrize(
    ("places", "symbols"),
    [([], 0), ([5], 0), ([0, 8], 0), ([0, 8, 14], 0), ([0, 8, 15], 1), ([0, 8, 16, 24], 10), ([0, 8, 16, 30, 38, 46], 4)],
)  # fmt: skip
def test_symbols_that_are_covered(places: list[int], symbols: int) -> None:
    """One particular symbol makes fifteen runs around it particular; only what goes beyond that counts."""
    assert covered(places) == symbols


# -- pairing --------------------------------------------------------------------------------------------------


def test_common_is_a_share_of_the_class() -> None:
    """What more than a tenth of the class has is common, but never so few as three, and always more than fifty."""
    assert [passages.common(number) for number in (2, 8, 30, 49, 300, 5000)] == [3, 3, 3, 4, 30, 50]


def test_what_is_particular() -> None:
    """Neither what the course knows nor what many have is particular."""
    files = [{1, 2, 3, number + 10} for number in range(5)]
    files[0].add(4)
    assert passages.particular(files, {10, 11}) == [{4}, set(), {12}, {13}, {14}]


@given(st.lists(st.frozensets(st.integers(0, 12), max_size=8), max_size=8))
def test_an_index_finds_what_each_with_each_finds(files: list[frozenset[int]]) -> None:
    """The index gives exactly the pairs, and the counts, that comparing each with each gives."""
    found = {(one.left, one.right): (one.shared, one.of) for one in passages.matches(files)}
    each = itertools.combinations(range(len(files)), 2)
    shared = {(a, b): (len(files[a] & files[b]), min(len(files[a]), len(files[b]))) for a, b in each}
    assert found == {pair: counts for pair, counts in shared.items() if counts[0]}


def test_ordinary() -> None:
    """No more than one pair in a hundred has a higher score than the ordinary one."""
    found = [passages.PassageMatch(0, number, score, 100) for number, score in enumerate([90, 80, 20, 10])]
    assert [passages.ordinary(found, pairs) for pairs in (4, 99, 100, 250, 1000)] == [90, 90, 80, 20, 0]
    assert passages.ordinary([], 0) == 0


# -- what a disguise does not hide ----------------------------------------------------------------------------


class Renamed(ast.NodeTransformer):
    """Every name that the file itself chose gets another one."""

    def __init__(self, tree: ast.AST) -> None:
        stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        self.own = stored | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(f"my_{node.id}", node.ctx) if node.id in self.own else node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg(f"my_{node.arg}", node.annotation)


def renamed(source: str) -> str:
    tree = ast.parse(source)
    return ast.unparse(ast.fix_missing_locations(Renamed(tree).visit(tree)))


def reordered(source: str) -> str:
    tree = ast.parse(source)
    moved = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    tree.body = [node for node in tree.body if node not in moved] + moved[::-1]
    return ast.unparse(tree)


def commented(source: str) -> str:
    """A comment and a blank line above each statement, and a docstring in each function."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.body.insert(0, ast.Expr(ast.Constant("Mine.\n\nAll mine.")))
    rows = ast.unparse(ast.fix_missing_locations(tree)).split("\n")
    inside = [False, *itertools.accumulate((row.count('"""') % 2 == 1 for row in rows), lambda a, b: a != b)]
    return "\n".join(row if within else f"# so\n\n{row}" for row, within in zip(rows, inside, strict=False))


def all_at_once(source: str) -> str:
    return commented(reordered(renamed(source)))


DISGUISES: list[Callable[[str], str]] = [renamed, reordered, commented, all_at_once]


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("concept", CONCEPTS)
def test_disguises(tmp_path: Path, concept: str, disguise: Callable[[str], str]) -> None:
    """Renamed variables, reordered functions and added comments hide nothing; only the true pair is listed."""
    sources = alternatives(concept)
    origin = max(sources, key=lambda name: (len(sources[name]), name))
    changed = disguise(sources[origin])
    assert changed != sources[origin]
    compile(changed, "disguised", "exec")
    hand_in(tmp_path, concept, sources | {"zoe": changed})
    [pair] = compare(tmp_path).pairs
    assert (pair.left, pair.right) == (origin, "zoe")
    assert pair.score >= DISGUISED


@pytest.mark.parametrize("concept", CONCEPTS)
def test_right_answers_of_different_people(tmp_path: Path, concept: str) -> None:
    """Independent right answers of the course are not listed, nor are they near the default score."""
    hand_in(tmp_path, concept, alternatives(concept))
    [compared] = compare(tmp_path).concepts
    assert compared.files >= 6
    assert compared.listed == 0
    assert compared.ordinary <= DIFFERENT  # of so few pairs, the highest score


def test_the_same_line_by_chance(tmp_path: Path) -> None:
    """Two of a class who add the same two lines to the solution are not listed: it takes more than a line or two."""
    solution = COURSE.solution("softmax").read_text(encoding="utf-8")
    changed = solution.replace("    e = np.exp", "    for row in z:\n        assert len(row) > 0\n    e = np.exp")
    assert changed != solution
    hand_in(tmp_path, "softmax", {"ada": changed, "bob": changed, "eve": solution})
    assert [one.score for one in compare(tmp_path, 1).pairs] == []


@pytest.mark.parametrize("folder", ["exercises", "solutions"])
def test_what_the_course_wrote(tmp_path: Path, folder: str) -> None:
    """A class that handed in the untouched exercise, or the solution, has nothing in common but that."""
    for concept in CONCEPTS:
        source = (ROOT / folder / f"{concept}.py").read_text(encoding="utf-8")
        hand_in(tmp_path, concept, {f"student{number}": source for number in range(6)})
    found = compare(tmp_path, 1)
    assert (found.pairs, {one.ordinary for one in found.concepts}) == ([], {0})


def test_what_many_write(tmp_path: Path) -> None:
    """What more than a tenth of the class wrote tells nothing of any two of them; what two wrote does."""
    sources = alternatives("softmax")
    hand_in(tmp_path, "softmax", {f"many{number}": sources[LOOPS] for number in range(8)})
    hand_in(tmp_path, "softmax", {f"few{number}": sources["functional_moveaxis"] for number in range(2)})
    assert listed(tmp_path) == [("softmax", "few0", "few1")]


def test_the_order_is_the_same_each_time(tmp_path: Path) -> None:
    """The order in which students hand in changes nothing; the most similar come first, by concept of the course."""
    softmax, norm = alternatives("softmax"), alternatives("norm")
    chosen = {"ann": softmax[LOOPS], "bea": renamed(softmax[LOOPS]), "cyd": f"import os\n{softmax[LOOPS]}\n\n\ndef more(x, y, z):\n    for a in x:\n        while y:\n            z[a] += y.pop()\n    return [a for a in z if a]\n"}  # fmt: skip
    outcomes = []
    for seed, order in enumerate(itertools.islice(itertools.permutations(chosen), 3)):
        root = tmp_path / str(seed)
        for student in order:
            hand_in(root, "softmax", {student: chosen[student]})
        hand_in(root, "norm", {"yan": norm["python_loops"], "zed": norm["python_loops"]})
        outcomes.append(compare(root).to_json())
    assert outcomes[0] == outcomes[1] == outcomes[2]
    assert listed(tmp_path / "0") == [("norm", "yan", "zed"), *(("softmax", *pair) for pair in [("ann", "cyd"), ("ann", "bea"), ("bea", "cyd")])]  # fmt: skip


def test_at_least(tmp_path: Path) -> None:
    """Only pairs whose score is at least the one asked for are listed."""
    source = alternatives("softmax")
    half = source[LOOPS].partition("def log_softmax")[0] + alternatives("norm")["python_loops"]
    hand_in(tmp_path, "softmax", {"ada": source[LOOPS], "bob": half})
    [pair] = compare(tmp_path, 1).pairs
    assert 1 < pair.score < 100
    assert len(compare(tmp_path, pair.score).pairs) == 1
    assert compare(tmp_path, pair.score + 1).pairs == []


# -- passages -------------------------------------------------------------------------------------------------


def test_a_passage(tmp_path: Path) -> None:
    """A passage shows both sides as they were written, with the place of each, also in a notebook."""
    answer = alternatives("norm")["python_loops"]
    hand_in(tmp_path, "norm", {"ada": f"# mine\n{answer}"})
    (tmp_path / "bob").mkdir()
    cells = [{"cell_type": "markdown", "source": "words"}, {"cell_type": "code", "source": renamed(answer)}]
    (tmp_path / "bob" / "norm.ipynb").write_text(json.dumps({"cells": cells}))
    [pair] = compare(tmp_path).pairs
    first = pair.passages[0]
    rows = f"# mine\n{answer}".split("\n")
    assert first.left.text == "\n".join(rows[first.left.first - 1 : first.left.last])
    assert first.left.place == f"ada/norm.py:{first.left.first}"
    assert first.right.place == f"bob/norm.ipynb:cell 2:{first.right.first}"
    assert "my_" in first.right.text
    assert first.symbols >= 40


@given(LONG, ROW, ROW)
def test_passages_are_the_same_and_as_long_as_can_be(shared: list[int], a: list[int], b: list[int]) -> None:
    """A passage holds the same symbols in both files, cannot grow, and lies in no other."""
    from mlgrade.similarity.passages import Folded

    left, right = (Folded(row, [1] * len(row)) for row in (a + shared + b, b + shared + a))
    here, there = fingerprints(left.symbols), fingerprints(right.symbols)
    found = spans(left, right, [(here[mark], there[mark]) for mark in here.keys() & there.keys()])
    assert found
    for span in found:
        x, y, length = span
        assert left.symbols[x : x + length] == right.symbols[y : y + length]
        assert not (x and y and left.symbols[x - 1] == right.symbols[y - 1])
        assert left.symbols[x + length : x + length + 1] != right.symbols[y + length : y + length + 1] or x + length == len(left.symbols)  # fmt: skip
    ranges = [(one.left, one.left + one.length) for one in found]
    assert not any(a != b and a[0] <= b[0] and b[1] <= a[1] for a in ranges for b in ranges)


def test_a_file_that_changes_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The passages of a file that is another one by then are not shown; the pair is, and that is said."""
    answer = alternatives("softmax")[LOOPS]
    hand_in(tmp_path, "softmax", {"ada": answer, "bob": answer})
    plain = passages.matches

    def matches(files: list[set[int]]) -> list[passages.PassageMatch]:
        if files:  # those of softmax, which are read by now
            (tmp_path / "bob" / "softmax.py").write_text("x = 1\n")
        return plain(files)

    monkeypatch.setattr(passages, "matches", matches)
    found = compare(tmp_path)
    assert [one.passages for one in found.pairs] == [[]]
    assert found.notes == ["changed while it was compared: bob/softmax.py"]


# -- the command ----------------------------------------------------------------------------------------------


def run(*arguments: object, columns: int = 80) -> str:
    given = [*map(str, arguments), "--course", str(ROOT), "--plain"]
    done = CliRunner(env={"COLUMNS": str(columns)}).invoke(command, given, catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """A class in which two hand in nearly the same."""
    sources = alternatives("softmax")
    return hand_in(tmp_path, "softmax", sources | {"=zoe": "# \x1b[2J\u202e mine\n" + renamed(sources[LOOPS])})


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_the_command(two: Path, columns: int) -> None:
    """It says first that it accuses nobody, then lists the pair with both passages, in any width, safe to show."""
    text = run(two, columns=columns)
    assert " ".join(text.split()).startswith(ABOUT)
    assert f"=zoe and {LOOPS}" in " ".join(text.split())
    assert " ".join(text.split()).endswith("8 files compared, 1 pair to look at.")
    assert all(cell_len(row) <= columns and row == row.rstrip() for row in text.split("\n"))
    assert (" | " in text) is (columns >= 60)
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_json(two: Path) -> None:
    """As JSON it is the schema's fields, beginning with what it is not."""
    found = json.loads(run(two, "--json"))
    assert (found["schema"], found["about"], found["at_least"]) == ("mlgrade/similar/1", ABOUT, 50)
    [pair] = found["pairs"]
    assert (pair["left"], pair["right"], pair["left_file"]) == ("=zoe", LOOPS, "=zoe/softmax.py")
    assert pair["score"] == 100 * pair["shared"] // pair["of"]


def test_csv(two: Path) -> None:
    """As CSV a line for each pair, and no formula for a spreadsheet."""
    [row] = csv.DictReader(io.StringIO(run(two, "--csv")))
    assert (row["left"], row["right"], row["left_file"]) == ("'=zoe", LOOPS, "'=zoe/softmax.py")
    assert as_csv(compare(two)).decode() == run(two, "--csv").replace("\n", "\r\n").replace("\r\r", "\r")


def test_narrowing(two: Path) -> None:
    """Only what was asked for is compared; a flat folder of one concept is compared too."""
    assert run(two, "--concept", "norm").endswith("0 files compared, 0 pairs to look at.\n")
    assert "1 pair to look at" in run(two, "--unit", "probability_and_scores")
    flat = two.parent / f"{two.name}-flat"
    flat.mkdir()
    for student in two.iterdir():
        (flat / f"{student.name}.py").write_bytes((student / "softmax.py").read_bytes())
    assert "1 pair to look at" in run(flat, "--concept", "softmax")


def test_most(tmp_path: Path) -> None:
    """Of many pairs only the first are shown; the others are counted, and are in the CSV."""
    hand_in(tmp_path, "softmax", dict.fromkeys("abc", alternatives("softmax")[LOOPS]))
    text = run(tmp_path, "--most", "1")
    assert "... and 2 more pairs" in text
    assert text.endswith("3 files compared, 3 pairs to look at.\n")
    assert len(run(tmp_path, "--most", "1", "--csv").splitlines()) == 4


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Mn", "Me", "Cf"]), max_size=60), st.text("ab \n", max_size=60), st.integers(20, 90))  # fmt: skip
def test_beside(left: str, right: str, width: int) -> None:
    """Two texts beside each other fit the width, and no character of either is lost."""
    rows = list(beside(left, right, width))
    assert all(cell_len(row) <= width for row in rows)
    shown = "".join(row for row in rows)
    assert sum(shown.count(char) for char in "ab") >= sum(right.count(char) for char in "ab")


@pytest.mark.parametrize(("files", "said"), [(1, "norm: 1 file; none"), (2, "norm: 2 files; none")])
def test_one_file_is_one(files: int, said: str) -> None:
    """A class of which one handed in is told so in good English."""
    assert _heading(Compared(concept="norm", files=files, pairs=0, ordinary=0, listed=0), 50).startswith(said)


def test_the_documentation_says_what_the_code_says() -> None:
    """The numbers in docs/how-to/similar.md are those of the code."""
    text = " ".join((ROOT / "docs" / "how-to" / "similar.md").read_text(encoding="utf-8").replace("\n>", "\n").split())
    for said in (f"reaches {DISGUISED} and more", f"at most {DIFFERENT} with one another", f"runs of {RUN} symbols", f"every {WINDOW} neighbours", f"{RUN + WINDOW - 1} symbols", f"at least {similarity.LEAST_SYMBOLS} symbols", f"more than {passages.COMMON_MOST} students", f"more than {passages.COMMON_SHARE:.0%} of the class", f"{MOST_BYTES // 1024} KiB", ABOUT):  # fmt: skip
        assert said in text, said


def test_the_tokens_of_this_python() -> None:
    """The kinds of token that folding leaves out are kinds of this Python."""
    assert {"NEWLINE", "ERRORTOKEN"} <= set(tokenize.tok_name.values())
