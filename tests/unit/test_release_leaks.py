"""What must not go out is found wherever it hides, and what may go out is not."""

from __future__ import annotations

import ast
import base64
import bz2
import gzip
import html
import io
import json
import lzma
import pickle
import quopri
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlgrade import course as courses
from mlgrade.authoring.release import code, inputs, leaks, package, rows, secrets, values
from mlgrade.authoring.release.index import SHORTEST, Index, squeeze
from mlgrade.authoring.release.layers import Layer, Sealed, unfold
from mlgrade.authoring.release.secrets import Secrets
from mlgrade.authoring.scaffold import courses as new_courses
from mlgrade.course import Course

ROOT = Path(__file__).resolve().parents[2]
SOLUTION = (ROOT / "solutions/softmax.py").read_text(encoding="utf-8")
HIDDEN = (ROOT / "tests/hidden/test_softmax.py").read_text(encoding="utf-8")
CHECK = re.search(r"def test_square_matrix.*?\n\n\n", HIDDEN, re.DOTALL)[0].strip()  # type: ignore[index]  # it is there


@pytest.fixture(scope="module")
def real() -> Course:
    return courses.load(ROOT)


@pytest.fixture(scope="module")
def known(real: Course) -> Secrets:
    return secrets.gather(real, inputs.draw(real, ["softmax", "norm"]))


def found(known: Secrets, data: str | bytes, place: str = "notes.txt") -> list[str]:
    raw = data.encode() if isinstance(data, str) else data
    return [str(leak) for leak in leaks.search([Layer(place, raw)], known)]


# -- no false alarm -------------------------------------------------------------------------------------------


@pytest.mark.full
@pytest.mark.parametrize("notebooks", [False, True])
def test_the_course_goes_out(real: Course, notebooks: bool) -> None:
    """In an edition of this course, with the inputs of all of its suites known, nothing is found."""
    everything = secrets.gather(real, inputs.draw(real, [concept.id for concept in real.concepts]))
    files = package.build(real, notebooks=notebooks)
    assert [str(leak) for leak in leaks.search(package.pieces(files), everything)] == []


INNOCENT = """\
import numpy as np

z = np.asarray(z, dtype=float)
x = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
y = x / x.sum(axis=-1, keepdims=True)
print(np.linalg.norm(x), 3.14159265, 2.718281828, 0.70710678, 0.333333333, 1000000)
def f(a, b):
    return a + b
"""


def test_what_everybody_writes(known: Secrets) -> None:
    """Idioms of numpy, well-known numbers and regular inputs are nobody's secret."""
    assert found(known, INNOCENT) == []


def test_one_short_line_is_an_accident(known: Secrets) -> None:
    """A short line that a solution has too is not enough."""
    assert "z = np.asarray(z, dtype=float)" in SOLUTION
    assert found(known, "First: `z = np.asarray(z, dtype=float)`.") == []


# What the visible and the hidden suite of somebody else's course may share, and a solution with its stub.
SHARED = '''
import pytest

from mlgrade.suite.compare import close

NUMBERS = [0.12345, 1.75, -2.5, 3.141, 0.5, 9.25]


def slow(x):
    """The definition, as slowly as it can be said."""
    total = 0.0
    for number in sorted(x, key=abs):
        total = total + number
    return total / len(x)


@pytest.mark.hint("Draw it.")
@pytest.mark.parametrize("x", CASES)
def test_NAME(student, x):
    """TITLE."""
    close(student.mean(x), slow(x))


@pytest.mark.hint("Draw it.")
@pytest.mark.parametrize("x, want", PAIRS)
def test_pairs_NAME(student, x, want):
    """PAIRS: TITLE."""
    close(student.mean(x), want, rtol=1e-7, atol=1e-12)
'''
PROSE = "    # First add all of the numbers up, as they come; then divide by how many there are of them.\n"
MORE = "Everybody knows it, and nobody says which of the many means is meant by it."


def shared(name: str, cases: str, pairs: str) -> str:
    text = SHARED.replace("NAME", name).replace("TITLE", f"Is right for {name}").replace("PAIRS)", f"{pairs})")
    return f"CASES = {cases}\n{text.replace('PAIRS: ', 'In pairs: ')}"


@pytest.fixture
def other(tmp_path: Path) -> Course:
    """A course whose suites share helpers, inputs and the code of their checks, and whose solution grew out of its stub."""
    made = new_courses.create(tmp_path / "other", "Other", 11)
    (made.root / "tests/public/test_mean.py").write_text(shared("few", "[[1.0, 2.5]]", "[([2.0, 4.0], 3.0)]"))
    (made.root / "tests/hidden/test_mean.py").write_text(shared("more", "[[7.0], [3.5, 1.25]]", "[([9.0, 1.0], 5.0)]"))
    for place in ("exercises/mean.py", "solutions/mean.py"):
        text = (made.root / place).read_text().replace("one number for many.", f"one number for many.\n\n{MORE}\n")
        for first in ("    raise NotImpl", "    x = np.as"):
            text = text.replace(first, PROSE + first)
        (made.root / place).write_text(text)
    return made


def test_another_course(other: Course) -> None:
    """Helpers, inputs, code of checks with other cases, and prose of a stub that its solution has too are no secrets."""
    everything = secrets.gather(other, inputs.draw(other, ["mean"]))
    assert [str(leak) for leak in leaks.search(package.pieces(package.build(other)), everything)] == []


def test_another_courses_leaks(other: Course) -> None:
    """A case of the hidden suite in the visible one, and an answer beside the prose of the stub, are."""
    everything = secrets.gather(other, inputs.draw(other, ["mean"]))
    exercise = (other.root / "exercises/mean.py").read_text()
    answer = (
        "    # if x.size == 0:\n    #     raise ValueError('x has no entries')\n    # return float(x.sum() / x.size)\n"
    )
    assert "a solution" in found(everything, exercise.replace("    raise NotImpl", f"{answer}    raise NotImpl"))[0]
    check = (other.root / "tests/hidden/test_mean.py").read_text().partition("@pytest.mark.hint")[2]
    assert "a hidden suite" in found(everything, f"@pytest.mark.hint{check}")[0]


# -- text, code, numbers, inputs ------------------------------------------------------------------------------

HIDING: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in a comment": lambda text: "".join(f"# {line}\n" for line in text.splitlines()),
    "in a docstring": lambda text: f'def f():\n    """See:\n\n{text.replace(chr(34), chr(39))}\n    """\n',
    "on one line": lambda text: " ".join(text.split()),
    "with other quotes": lambda text: text.replace('"', "'"),
    "as an example": lambda text: "".join(f"    >>> {line}\n" for line in text.splitlines()),
    "as a string": lambda text: repr(text),
    "as JSON": lambda text: json.dumps({"cells": [{"outputs": [{"text": text.splitlines(keepends=True)}]}]}),
    "in a page": lambda text: text.replace("<", "&lt;").replace(">", "&gt;"),
}


@pytest.mark.parametrize("how", HIDING)
@pytest.mark.parametrize("what", [SOLUTION.partition("import numpy as np")[2], CHECK], ids=["solution", "check"])
def test_text(known: Secrets, what: str, how: str) -> None:
    """A solution and a hidden check are found in whatever way they are written down."""
    assert found(known, HIDING[how](what)) != []


RENAMED = """\
def my_own(scores, along=-1):
    '''All mine.'''
    scores = np.asarray(scores, dtype=float)
    powers = np.exp(scores - scores.max(axis=along, keepdims=True))  # clever

    return powers / powers.sum(axis=along, keepdims=True)
"""


BETWEEN: dict[str, Callable[[str], bytes]] = {
    "utf-16 with its mark": lambda text: text.encode("utf-16"),
    "utf-32 with its mark": lambda text: text.encode("utf-32"),
    "a notebook in utf-16": lambda text: json.dumps({"source": text.splitlines(keepends=True)}).encode("utf-16"),
    "a mark before JSON": lambda text: b"\xef\xbb\xbf" + json.dumps([text]).encode(),
    "Windows' letters": lambda text: f"# caf\u00e9\n{text}".encode("cp1252"),
    "lines of Windows": lambda text: text.replace("\n", "\r\n").encode(),
    "coloured as a page": lambda text: re.sub(r"(\w+)", r"<span class=n>\1</span>", html.escape(text)).encode(),
    "paragraphs of a document": lambda text: "".join(
        f"<w:p><w:t>{html.escape(line)}</w:t></w:p>" for line in text.splitlines()
    ).encode(),
    "entities": lambda text: "".join(f"&#{ord(char)};" for char in text).encode(),
    "an address": lambda text: quote(text).encode(),
    "a mail": lambda text: quopri.encodestring(text.encode()),
    "a listing": lambda text: "".join(f"{n:3} {line}\n" for n, line in enumerate(text.splitlines(), 1)).encode(),
    "a difference": lambda text: "".join(f"+{line}\n" for line in text.splitlines()).encode(),
    "a session": lambda text: f"In [1]: {text.rstrip()}".replace("\n", "\n   ...: ").encode(),
    "another name for numpy": lambda text: text.replace("np.", "xp.").encode(),
    "under a rule": lambda text: b"# " + b"-" * 42 + b"\n# " + base64.b64encode(text.encode()),
}


@pytest.mark.parametrize("how", BETWEEN)
def test_other_names_in_other_writing(known: Secrets, how: str) -> None:
    """A renamed solution is found however pages, mails, editors and sessions write code down."""
    assert any("a solution" in leak for leak in found(known, BETWEEN[how](RENAMED)))


@pytest.mark.parametrize("how", ["as it is", "in a comment", "as a string", "as JSON", "as an example"])
def test_other_names(known: Secrets, how: str) -> None:
    """A solution whose names were all changed is still that solution, and its place is said."""
    [leak] = found(known, HIDING[how](RENAMED))
    assert "a solution, perhaps under other names (solutions/softmax.py:" in leak


def test_a_stub_that_is_solved(known: Secrets, real: Course) -> None:
    """A short answer is anybody's code, but not under the name of the function that is asked for."""
    [answer] = [
        ast.unparse(node)
        for node in ast.parse((ROOT / "solutions/gradient_step.py").read_text()).body
        if isinstance(node, ast.FunctionDef)
    ]
    assert any("a solution" in leak for leak in found(known, answer, "exercises/gradient_step.py"))


def test_a_hidden_check_made_public(known: Secrets) -> None:
    """A check that is in both suites is said, so that one of them is mended."""
    text = (ROOT / "tests/public/test_softmax.py").read_text() + "\n\n" + CHECK
    assert any(
        leak.startswith("tests/public/test_softmax.py:") for leak in found(known, text, "tests/public/test_softmax.py")
    )


def test_the_seed(known: Secrets, real: Course) -> None:
    """With the seed the random inputs could be drawn at home."""
    assert found(known, f"seed = {real.seed}") == ["notes.txt:1: the seed of the random inputs (course.yml:1)"]


def test_the_staffs_own_course_file(known: Secrets, course: Path) -> None:
    """The staff's course.yml is not that of an edition."""
    [leak] = found(known, (course / "course.yml").read_bytes(), "course.yml")
    assert "the staff's course.yml" in leak


def drawn(real: Course) -> np.ndarray:
    """A random input that stands in no file."""
    [check] = [one for one in inputs.draw(real, ["softmax"]) if one.check.name == "random_matrix"]
    return np.asarray(check.values[0])


def test_printed_inputs(known: Secrets, real: Course) -> None:
    """An array that a hidden check draws is found as numpy prints it; one number alone may be chance."""
    array = drawn(real)
    [leak] = found(known, repr(array))
    assert leak.startswith("notes.txt:1: an input of a hidden suite (tests/hidden/test_softmax.py:")
    assert found(known, f"about {array[0, 0]:.6f}") == []


def test_inputs_as_bytes(known: Secrets, real: Course) -> None:
    """The same array is found in .npy and .npz files and in pickles, also as a list of floats."""
    array = drawn(real)
    kinds: dict[str, bytes] = {"pickle": pickle.dumps(array), "list": pickle.dumps(array.ravel().tolist())}
    kinds |= {"columns": array.tobytes("F"), "other end first": array.astype(">f8").tobytes()}
    for name, save in (("npy", np.save), ("npz", np.savez_compressed)):
        save(file := io.BytesIO(), array)
        kinds[name] = file.getvalue()
    assert [name for name, data in kinds.items() if not found(known, data, f"data.{name}")] == []


def test_written_inputs(known: Secrets) -> None:
    """An irregular input that stands in a hidden suite is found by itself, whatever blanks are in it."""
    assert "[[1000.0, 0.0, 0.0], [-800.0, 0.0, -900.0], [0.0, 2000.0, 0.0]]" in HIDDEN
    [leak] = found(known, "try [[1000.0,  0.0, 0.0],\n [-800.0,0.0,-900.0], [0.0, 2000.0, 0.0]] once")
    assert "an input of a hidden suite (tests/hidden/test_softmax.py:" in leak


@pytest.mark.parametrize("digits", [2, 3, 4, 5, 6])
def test_inputs_with_fewer_digits(known: Secrets, real: Course, digits: int) -> None:
    """However few digits numpy was told to print, and also if only a part is printed: the neighbours tell."""
    array = drawn(real)
    with np.printoptions(precision=digits, suppress=True):
        assert "an input of a hidden suite" in found(known, f"we get\n{array}")[0]
    part = "\n".join(",".join(f"{number:.{digits}f}" for number in row) for row in array[1:4])
    assert "an input of a hidden suite" in found(known, f"x,y\n{part}")[0]


@pytest.mark.parametrize(
    "written",
    [
        "[[1000, 0, 0], [-800, 0, -900], [0, 2000, 0]]",
        "[[1e3, 0, 0], [-8e2, 0, -9e2], [0, 2e3, 0]]",
        "[[1000.    0.    0.]\n [-800.    0. -900.]\n [   0. 2000.    0.]]",
        "1_000 0 0 800 0 900 0 2_000 0",
    ],
)
def test_written_inputs_in_another_notation(known: Secrets, written: str) -> None:
    """The same numbers in the same order are the same input."""
    assert "an input of a hidden suite (tests/hidden/test_softmax.py:" in found(known, written)[0]


def test_numbers_that_anybody_has(known: Secrets, real: Course) -> None:
    """Labels, small decimals, one-hot rows and other random arrays are nobody's secret."""
    others = np.random.default_rng(5).normal(size=(40, 6))
    for text in (
        "[0, 1, 1, 0, 2, 1, 0, 2]",
        "0.5 0.25 0.25 0.1 0.7 0.2",
        str(np.eye(9)),
        str(others),
        str(others.round(2)),
    ):
        assert found(known, text) == []


@given(st.lists(st.floats(0.01, 1000), min_size=4, max_size=12), st.integers(2, 6))
@settings(deadline=None)
def test_rows_are_found(numbers: list[float], digits: int) -> None:
    """A row is found at its place however it is rounded, if what is written says enough."""
    text = " ".join(f"{number:#.{digits}g}" for number in numbers)
    said = sum(one.digits for one in values.numbers(text) if one.digits > 1)
    row = rows.of(numbers)
    hits = [at for at, _, _ in rows.Rows({row: 1} if row else {}).find(f"as x = 3 gives\n{text}; and 7")]
    assert hits == ([15] if row and said >= rows.ENOUGH else [])


# -- packed ---------------------------------------------------------------------------------------------------


def zipped(data: bytes) -> bytes:
    with zipfile.ZipFile(file := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.txt", data)
    return file.getvalue()


def tarred(data: bytes) -> bytes:
    with tarfile.open(fileobj=(file := io.BytesIO()), mode="w") as archive:
        info = tarfile.TarInfo("inner.txt")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


PACKING: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
    "zlib": zlib.compress,
    "zip": zipped,
    "tar": tarred,
    "base64": base64.encodebytes,
    "base64 on one line": base64.b64encode,
    "urlsafe": base64.urlsafe_b64encode,
    "hex": lambda data: data.hex().encode(),
    "pickle": pickle.dumps,
    "pickle of compressed": lambda data: pickle.dumps({"x": [1, zlib.compress(data)]}),
    "a literal": lambda data: f"x = {zlib.compress(data)!r}\n".encode(),
    "utf-16": lambda data: data.decode().encode("utf-16"),
    "behind other bytes": lambda data: bytes(range(256)) * 9 + gzip.compress(data),
}


@pytest.mark.parametrize("how", PACKING)
def test_packed(known: Secrets, how: str) -> None:
    """A solution is found however it is packed, and packed once more."""
    pack = PACKING[how]
    assert any("a solution" in leak for leak in found(known, pack(SOLUTION.encode())))
    assert any("a solution" in leak for leak in found(known, gzip.compress(pack(SOLUTION.encode()))))
    assert any("a solution" in leak for leak in found(known, zipped(pack(SOLUTION.encode()))))


def test_what_cannot_be_searched(known: Secrets) -> None:
    """A file that cannot be looked into is no clean file: broken, encrypted, too deep, or of a kind not read here."""
    encrypted = bytearray(zipped(b"secret"))
    encrypted[encrypted.index(b"PK\x01\x02") + 8] |= 1
    deep = b"x" * 100
    for _ in range(12):
        deep = base64.b64encode(deep)
    for data in (zipped(b"text")[:40], bytes(encrypted), deep, b"Rar!" + bytes(50), b"7z\xbc\xaf" + bytes(50)):
        assert found(known, data) != [], data[:10]


def test_a_bomb(known: Secrets) -> None:
    """What unpacks to too much is said, and not unpacked."""
    [leak] = found(known, gzip.compress(bytes(70_000_000)))
    assert "unpacks to more than" in leak


def test_a_pickle_is_not_opened(known: Secrets, tmp_path: Path) -> None:
    """Nothing that is searched is run."""

    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (tmp_path / "sprung",))

    found(known, pickle.dumps(Trap()))
    assert list(tmp_path.iterdir()) == []


REFUSED = [
    ".git/config", "week1/.ipynb_checkpoints/a-checkpoint.ipynb", "Solutions/softmax.py", "exercises/softmax.py~", "a/.softmax.py.swp", "softmax.py.orig", "softmax.bak", "#softmax.py#",
    "__pycache__/softmax.cpython-311.pyc", "x.pyc", "gradebook.db", "solutions/softmax.py", "tests/hidden/test_softmax.py",
    "a/tests/misconceptions/softmax.py", ".venv/bin/python",
]  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_names_that_never_go_out(known: Secrets, name: str) -> None:
    """Some files are in no release whatever they hold, also inside an archive."""
    assert len(found(known, b"", name)) == 1
    with zipfile.ZipFile(file := io.BytesIO(), "w") as archive:
        archive.writestr(name, b"nothing")
    assert len(found(known, file.getvalue(), "notes.zip")) == 1


def test_compiled_under_another_name(known: Secrets, tmp_path: Path) -> None:
    """Compiled Python is known by its first bytes, and is not loaded."""
    import py_compile

    (tmp_path / "a.py").write_text("x = 1\n")
    compiled = py_compile.compile(str(tmp_path / "a.py"), cfile=str(tmp_path / "b"))
    assert compiled is not None
    assert found(known, Path(compiled).read_bytes(), "data.bin") == [
        "data.bin: compiled Python; a release holds sources"
    ]


def test_links_in_archives(known: Secrets) -> None:
    """A link inside a tar or a zip is refused as one in a folder is."""
    with tarfile.open(fileobj=(tar := io.BytesIO()), mode="w") as archive:
        info = tarfile.TarInfo("link")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(info)
    with zipfile.ZipFile(packed := io.BytesIO(), "w") as zip_:
        entry = zipfile.ZipInfo("link")
        entry.external_attr = 0o120777 << 16
        zip_.writestr(entry, "/etc/passwd")
    for data in (tar.getvalue(), packed.getvalue()):
        [leak] = found(known, data)
        assert "a link" in leak


@given(st.binary(max_size=3000))
def test_any_bytes(data: bytes) -> None:
    """Whatever a file holds, it comes out as layers, the file itself first, and nothing is raised."""
    for start in (b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"BZh91AY&SY", b"{", b"x = '''", b"\x78\x9c"):
        first, *_ = unfold("file", start + data)
        assert first == Layer("file", start + data)


# -- parts ----------------------------------------------------------------------------------------------------


@given(
    st.lists(st.text("abc(),.=", min_size=SHORTEST, max_size=40), min_size=1, max_size=5),
    st.text("abc(),.= \n#", max_size=200),
    st.data(),
)
@settings(deadline=None)
def test_index_finds_each(needles: list[str], around: str, data: st.DataObject) -> None:
    """A text that is known is found wherever it stands, and at the right place."""
    index = Index(dict.fromkeys(needles, 1))
    needle = data.draw(st.sampled_from(needles))
    at = data.draw(st.integers(0, len(around)))
    whole = around[:at] + needle + around[at:]
    hits = [(place, text) for place, text, _ in index.find(whole)]
    assert (at, needle) in hits
    assert all(whole.startswith(text, place) for place, text in hits)


@given(st.text(max_size=200))
def test_squeezed_lines(text: str) -> None:
    """Each squeezed character is said to stand on a line that has it."""
    squeezed, lines = squeeze(text), text.split("\n")
    assert all(char in lines[squeezed.line(at) - 1] for at, char in enumerate(squeezed.text))


@given(st.lists(st.sampled_from(["a", "b", "total", "count"]), min_size=3, max_size=3, unique=True))
def test_names_play_no_part(names: list[str]) -> None:
    """Functions that differ in names, comments and docstring only have one form."""
    one, two, three = names
    text = f"def f({one}, {two}=2):\n    '''Text.'''\n    {three} = {one} @ {two}.T  # note\n    return np.exp({three}) + {one}\n"
    plain = "def g(x, y=2):\n    z = x @ y.T\n    return np.exp(z) + x\n"
    assert {form.text for form in code.forms(ast.parse(text))} == {form.text for form in code.forms(ast.parse(plain))}


def test_numbers_do() -> None:
    """What a function calculates with is part of its form."""
    assert {form.text for form in code.forms(ast.parse("x = y + 2"))} != {
        form.text for form in code.forms(ast.parse("x = y + 3"))
    }


@pytest.mark.parametrize("value", [0.1234567, 20260901, -7.654321e-9, 1234.567])
def test_odd_numbers(value: float) -> None:
    """A number with many digits is its author's."""
    assert values.odd(value)


@pytest.mark.parametrize(
    "value", [0.5, 1e300, 2**53, 0.26894142136999, 1 / 3, float("nan"), float("inf"), True, 0, 10**9]
)
def test_known_numbers(value: float) -> None:
    """A round number, a power, or a value of a formula that everybody uses is nobody's."""
    assert not values.odd(value)


def test_sealed_places_are_said() -> None:
    """What is sealed tells where it is, from outside in."""
    with zipfile.ZipFile(file := io.BytesIO(), "w") as archive:
        archive.writestr("a/b.rar", b"Rar!" + b"x" * 20)
    assert [layer for layer in unfold("x.zip", file.getvalue()) if isinstance(layer, Sealed)] == [
        Sealed("x.zip: a/b.rar", "a RAR archive, which cannot be searched; give its files")
    ]
