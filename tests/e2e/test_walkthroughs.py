"""The walk-throughs of docs/how-to/lms: their commands run, say what the page says, and give what the LMS takes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import generated
import pytest
from importers import canvas, moodle, others
from importers.delimited import write as written
from warm import Warm

ROOT = Path(__file__).resolve().parents[2]


DOCS = ROOT / "docs" / "how-to" / "lms"
PAGES = ("canvas", "moodle", "blackboard", "brightspace", "gradescope")
RIGHT = (ROOT / "solutions" / "softmax.py").read_text(encoding="utf-8")
WRONG = RIGHT.replace("z - z.max", "z + 0 * z.max")
# Zoë's file is right, Bob's is wrong, Mai handed in nothing; (login, first name, last name, number, id of the LMS)
ZOE = ("zoe", "Zoë", "O'Brien", "00123456", "70101")
BOB = ("bob", "Bob", "Lee, Jr", "00123457", "70102")
MAI = ("mai", "Thị Mai", "Nguyễn", "00123458", "70103")
CLASS = (ZOE, BOB, MAI)

pytestmark = [
    pytest.mark.full,  # runs every command of docs/how-to/lms
    pytest.mark.skipif(sys.platform == "win32", reason="the pages are written for a POSIX shell"),
]


def name(one: tuple[str, ...]) -> str:
    return f"{one[1]} {one[2]}"


def email(one: tuple[str, ...]) -> str:
    return f"{one[0]}@example.edu"


def packed(path: Path, files: Mapping[str, str]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for entry, text in files.items():
            archive.writestr(entry, text)


class Walk:
    """A small course with what an LMS lets one download, and the commands of a page run in it."""

    def __init__(self, folder: Path, page: str, mlgrade: str) -> None:
        self.folder = folder
        self.text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
        generated.course(folder, ["softmax"])
        shims = folder / "shims"
        shims.mkdir()
        (shims / "mlgrade").write_text(f"#!/bin/sh\nexec {mlgrade}\n")
        (shims / "mlgrade").chmod(0o755)
        self.environment = {**os.environ, "PATH": f"{shims}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "100"}
        self.environment.pop("MLGRADE_GRADEBOOK", None)

    def run(self) -> None:
        """Run the blocks of the page in their order; where a block of text follows one, that is what it prints."""
        blocks = re.findall(r"```sh\n(.*?)```\n(?:\n```text\n(.*?)```)?", self.text, re.DOTALL)
        assert len(blocks) == self.text.count("```sh")
        for commands, printed in blocks:
            done = subprocess.run(
                ["sh", "-e", "-c", commands], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
            )  # fmt: skip
            assert done.returncode == 0, (commands, done.stdout, done.stderr)
            if printed:
                assert done.stdout == printed

    def put(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8", newline="")

    def raw(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def points(self) -> dict[str, float | None]:
        """What the gradebook says."""
        command = [self.folder / "shims" / "mlgrade", "gradebook", "show", "--json"]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=True
        )
        found: list[dict[str, Any]] = json.loads(done.stdout)["grades"]
        assert found[0]["possible"] == 10
        points = {one["student"]: one["points"] for one in found}
        assert (points["zoe"], points["mai"]) == (10, None)
        assert 0 < points["bob"] < 10
        return points


@pytest.fixture
def walk(tmp_path: Path, request: pytest.FixtureRequest, forked: Warm) -> Walk:
    return Walk(tmp_path, request.node.originalname.removeprefix("test_"), forked.shim())


def test_every_page_is_walked() -> None:
    """A page for each LMS, and a test here for each page."""
    assert {path.stem for path in DOCS.glob("*.md")} == set(PAGES)
    assert all(f"test_{page}" in globals() for page in PAGES)


def test_canvas(walk: Walk) -> None:
    """The upload changes what the summary says, asks nothing, makes no assignment and removes no score."""
    users = [canvas.User(one[4], one[3], one[0], f"{one[2]}, {one[1]}") for one in CLASS]
    items = [canvas.Assignment("88001", "HW1", 10), canvas.Assignment("88002", "Project", 50)]
    held = {("70101", "88001"): "7", ("70103", "88001"): "3", ("70102", "88002"): "41"}
    walk.put("canvas.csv", written(canvas.exported(users, items, held)))
    packed(
        walk.folder / "submissions.zip",
        {"obrienzoë_70101_5001_softmax.py": RIGHT, "leejrbob_70102_5002_softmax-1.py": WRONG},
    )
    walk.run()
    known = [*users, canvas.User("999", login="f00ba4")]  # the test student that Canvas makes
    result = canvas.upload(walk.raw("upload.csv"), known, items, held)
    assert result.grades == {("70101", "88001"): "10", ("70102", "88001"): f"{walk.points()['bob']:g}"}
    assert (result.new, result.removed, result.unknown) == ({}, set(), [])


def test_moodle(walk: Walk) -> None:
    """The worksheet comes back with two grades in its own points; the grade export as the gradebook import takes it."""
    head = ["Identifier", "Full name", "ID number", "Email address", "Status", "Grade", "Maximum Grade", "Grade can be changed",
            "Last modified (submission)", "Last modified (grade)", "Feedback comments"]  # fmt: skip
    walk.put(
        "worksheet.csv",
        written(
            [
                head,
                *(
                    [f"Participant 5{one[4]}", name(one), one[3], email(one), "x", "", "20.00", "Yes", "-", "-", ""]
                    for one in CLASS
                ),
            ]
        ),
    )
    columns = [
        "First name",
        "Last name",
        "ID number",
        "Email address",
        "Assignment: HW1 (Real)",
        "Last downloaded from this course",
    ]
    walk.put(
        "grades.csv", written([columns, *([one[1], one[2], one[3], email(one), "-", "1801000000"] for one in CLASS)])
    )
    packed(
        walk.folder / "submissions.zip",
        {
            f"{name(ZOE).replace(chr(39), '')}_570101_assignsubmission_file/softmax.py": RIGHT,
            f"{name(BOB)}_570102_assignsubmission_file/hw/softmax.py": WRONG,
        },
    )
    walk.run()
    bob = walk.points()["bob"]
    assert bob is not None
    sheet = moodle.upload_worksheet(walk.raw("upload.csv"), {f"5{one[4]}" for one in CLASS})
    assert {key: grade for key, (grade, _) in sheet.items()} == {"570101": "20", "570102": f"{2 * bob:g}", "570103": ""}
    assert "softmax 10/10" in sheet["570101"][1]
    users = {one[3] for one in CLASS}
    grades = moodle.upload_csv(walk.raw("gradebook-upload.csv"), users, {"Assignment: HW1 (Real)": "hw1"}, "ID number")
    assert {student: score for (student, _), (score, _) in grades.items()} == {ZOE[3]: "10", BOB[3]: f"{bob:g}"}


def test_blackboard(walk: Walk) -> None:
    """Every row has its username, scores stand under the column's id, and calculated columns stay at home."""
    head = [
        "Last Name",
        "First Name",
        "Username",
        "Student ID",
        "Last Access",
        "Availability",
        "HW1 [Total Pts: 10 Score] |88001",
        "Total [Total Pts: up to 60 Score] |5",
    ]
    walk.put(
        "blackboard.csv",
        "\ufeff"
        + written(
            [head, *([one[2], one[1], one[0], one[3], "2027-02-01", "Yes", "", "0"] for one in CLASS)], quote_all=True
        ),
    )
    packed(walk.folder / "gradebook.zip", {
        "HW1_zoe_attempt_2027-02-01-21-50-00_softmax.py": RIGHT,
        "HW1_zoe_attempt_2027-02-01-21-50-00.txt": "Name: Zoë",
        "HW1_zoe_attempt_2027-01-30-10-00-00_softmax.py": WRONG,
        "HW1_bob_attempt_2027-02-01-20-00-00_softmax.py": WRONG,
    })  # fmt: skip
    walk.run()
    grades = others.blackboard(walk.raw("upload.csv"), {one[0] for one in CLASS}, {"88001"})
    assert grades == {("zoe", "88001"): "10", ("bob", "88001"): f"{walk.points()['bob']:g}", ("mai", "88001"): ""}
    assert b"Total" not in walk.raw("upload.csv").splitlines()[0].replace(b"Total Pts", b"")


def test_brightspace(walk: Walk) -> None:
    """Only keys and grades go back, in the item's own points, and each line has its end."""
    head = [
        "OrgDefinedId",
        "Username",
        "Last Name",
        "First Name",
        "Email",
        "HW1 Points Grade <Numeric MaxPoints:20 Weight:10>",
        "Calculated Final Grade Numerator",
        "End-of-Line Indicator",
    ]
    walk.put(
        "brightspace.csv",
        written([head, *([f"#{one[3]}", f"#{one[0]}", one[2], one[1], email(one), "", "0", "#"] for one in CLASS)]),
    )
    packed(
        walk.folder / "submissions.zip",
        {
            f"12-34 - {name(ZOE)} - Feb 1, 2027 950 PM - softmax.py": RIGHT,
            f"12-35 - {name(BOB)} - Feb 1, 2027 810 PM - softmax.py": WRONG,
            "index.html": "<html>",
        },
    )
    walk.run()
    bob = walk.points()["bob"]
    assert bob is not None
    grades = others.brightspace(walk.raw("upload.csv"), {one[3] for one in CLASS})
    assert grades == {(ZOE[3], "HW1"): ("20", 20), (BOB[3], "HW1"): (f"{2 * bob:g}", 20)}


METADATA = """\
---
submission_301:
  :submitters:
  - :name: Zoë O'Brien
    :sid: '00123456'
    :email: zoe@example.edu
  :created_at: 2027-02-01 21:50:00.123456000 +01:00
submission_302:
  :submitters:
  - :name: Bob Lee, Jr
    :sid: '00123457'
    :email: bob@example.edu
  :created_at: 2027-02-01 19:00:00 Z
"""


def test_gradescope(walk: Walk) -> None:
    """Each student who handed in has a results.json by Gradescope's rules, and the table has everybody."""
    walk.put(
        "roster.csv",
        written(
            [
                ["First Name", "Last Name", "Email", "SID", "Sections"],
                *([one[1], one[2], email(one), one[3], "A"] for one in CLASS),
            ]
        ),
    )
    packed(
        walk.folder / "submissions.zip",
        {
            "assignment_7_export/submission_metadata.yml": METADATA,
            "assignment_7_export/submission_301/softmax.py": RIGHT,
            "assignment_7_export/submission_302/src/softmax.py": WRONG,
        },
    )
    walk.run()
    points = walk.points()
    with zipfile.ZipFile(walk.folder / "results.zip") as archive:
        results = {entry.partition("/")[0]: json.loads(archive.read(entry)) for entry in archive.namelist()}
    assert results.keys() == {"zoe", "bob"}
    for student, result in results.items():
        [test] = result["tests"]
        assert (test["score"], test["max_score"]) == (points[student], 10)
        assert test["status"] == ("passed" if student == "zoe" else "failed")
        assert test["visibility"] == "after_published"
    assert walk.raw("grades.csv").decode().count("\n") == 1 + len(CLASS)
