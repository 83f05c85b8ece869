"""zip_collect on a folder of `mlgrade collect`: the time of handing in comes along, and nobody can make it up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from nbgrader.plugins import FileNameCollectorPlugin

from mlgrade.integrations.nbgrader.collecting import Collected

AT = "2026-10-01T10:00:00+02:00"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What nbgrader unpacked from a folder of `mlgrade collect` with one student."""
    (tmp_path / ".mlgrade-collect.json").write_text("{}")
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada/softmax.ipynb").write_text("{}")
    record = {"mlgrade": "handin/1", "student": "ada", "submitted_at": AT, "files": {}}
    (tmp_path / "ada/.mlgrade-handin.json").write_text(json.dumps(record))
    return tmp_path


@pytest.fixture
def collector() -> FileNameCollectorPlugin:
    return Collected(named_regexp=r".*/(?P<student_id>[^/]+)/(?P<file_id>[^/]+)\.ipynb")


def test_the_time_comes_along(folder: Path, collector: FileNameCollectorPlugin) -> None:
    """The time that the LMS gave is the submission's."""
    found = collector.collect(str(folder / "ada/softmax.ipynb"))
    assert found == {"student_id": "ada", "file_id": "softmax", "timestamp": AT}


def test_a_record_that_a_student_made(folder: Path, collector: FileNameCollectorPlugin) -> None:
    """Where no `mlgrade collect` has been, the record is not believed."""
    (folder / ".mlgrade-collect.json").unlink()
    assert collector.collect(str(folder / "ada/softmax.ipynb")) == {"student_id": "ada", "file_id": "softmax"}


@pytest.mark.parametrize("record", ["", "{}", '{"mlgrade": "handin/1", "student": "bob", "submitted_at": null}', None])
def test_a_record_that_cannot_be_read(record: str | None, folder: Path, collector: FileNameCollectorPlugin) -> None:
    """The file is collected without a time."""
    path = folder / "ada/.mlgrade-handin.json"
    path.unlink() if record is None else path.write_text(record)
    assert collector.collect(str(folder / "ada/softmax.ipynb")) == {"student_id": "ada", "file_id": "softmax"}


def test_a_file_that_is_nobodys(folder: Path, collector: FileNameCollectorPlugin) -> None:
    """What nbgrader does not take, this does not take either."""
    assert collector.collect(str(folder / "ada/softmax.py")) is None
