"""nbgrader_config.py is code: it runs in the staff's own folder, and nowhere among what students handed in."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlgrade.errors import UsageError
from mlgrade.integrations.nbgrader import config, session


def planted(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / config.FILE).write_text(f"open({str(folder / 'mark')!r}, 'w').close()\n")
    return folder


@pytest.mark.parametrize("step", ["submitted", "autograded", "feedback", "downloaded"])
def test_no_settings_of_students_are_run(tmp_path: Path, step: str) -> None:
    """Below a folder of nbgrader's that holds students' files; the course around it is run as ever."""
    staff = planted(tmp_path / "nb")
    eve = planted(staff / step / "eve" / "scores")
    for use in (session.configured, session.opened, lambda folder: session.load_course(None, folder)):
        with pytest.raises(UsageError, match="lies among what students handed in"):
            use(eve)
    assert not (eve / "mark").exists()
    session.configured(staff)
    assert (staff / "mark").exists()


@pytest.mark.parametrize("mark", ["eve/.mlgrade-handin.json", ".mlgrade-collect.json"])
def test_nor_what_mlgrade_collected(tmp_path: Path, mark: str) -> None:
    """The mark of `mlgrade collect` is enough."""
    eve = planted(tmp_path / "got" / "eve")
    (tmp_path / "got" / mark).write_text("{}")
    with pytest.raises(UsageError, match="lies among what students handed in"):
        session.configured(eve)
    assert not (eve / "mark").exists()


def test_the_working_folder_does_not_get_onto_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """nbgrader puts it first when it starts; for our commands it does not."""
    import sys

    planted(tmp_path / "nb")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    before = [*sys.path]
    session.opened(tmp_path / "nb")
    assert sys.path == before
