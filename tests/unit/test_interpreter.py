"""Which folders an interpreter of ours imports from, whatever its starter's path and environment say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlgrade import interpreter


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    return tmp_path


@pytest.mark.parametrize("entry", ["", ".", "{here}", "{here}/.", "link", "{here}/link", "relative"])
def test_the_working_folder_is_taken_out_of_the_path(here: Path, monkeypatch: pytest.MonkeyPatch, entry: str) -> None:
    """By whatever name it is in there; other folders stay, in their order. The path itself is not changed."""
    (here / "link").symlink_to(".")
    given = ["/first", entry.replace("{here}", str(here)), "/last"]
    monkeypatch.setattr(sys, "path", given)
    assert interpreter.path() == ["/first", "/last"]
    assert len(given) == 3


def test_what_a_relative_entry_has_become_is_taken_out(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python makes the entries of PYTHONPATH absolute; a folder below that nobody named in this way stays."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["lib", "/tools"]))
    monkeypatch.setattr(sys, "path", [str(here / "lib"), str(here / ".venv"), "/tools"])
    assert interpreter.path() == [str(here / ".venv"), "/tools"]
    assert interpreter.environment()["PYTHONPATH"] == "/tools"


def test_where_python_and_mlgrade_are_installed_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who stands in the folder of the packages themselves can use the command."""
    installed = [os.path.dirname(os.__file__), *sys.modules["site"].getsitepackages(), interpreter._HOME]
    for folder in installed:
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "path", [folder])
        assert interpreter.path() == [folder]


def test_a_working_folder_that_is_gone(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be imported from there, and only absolute entries are left."""
    gone = here / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    monkeypatch.setattr(sys, "path", ["", "/last"])
    assert interpreter.path() == ["/last"]


def test_the_user_site_is_left_out_unless_mlgrade_is_there(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child without it could not find mlgrade."""
    assert interpreter.command("mlgrade.integrations.ipython.visible", "x") == [
        sys.executable,
        "-P",
        "-s",
        "-m",
        "mlgrade.integrations.ipython.visible",
        "x",
    ]
    assert interpreter.environment()["PYTHONNOUSERSITE"] == "1"
    monkeypatch.delenv("PYTHONNOUSERSITE", raising=False)
    monkeypatch.setattr(sys.modules["site"], "ENABLE_USER_SITE", True)
    monkeypatch.setattr(sys.modules["site"], "getusersitepackages", lambda: interpreter._HOME)
    assert interpreter.command("mlgrade.integrations.ipython.visible") == [
        sys.executable,
        "-P",
        "-m",
        "mlgrade.integrations.ipython.visible",
    ]
    assert "PYTHONNOUSERSITE" not in interpreter.environment()


def test_importing_the_package_leaves_the_path_alone(here: Path) -> None:
    """In the process of a user it is not ours; in that of the command it is."""
    code = "import sys; before = [*sys.path]; import {}; print(sys.path == before, '' in sys.path)"
    said = [
        subprocess.run([sys.executable, "-c", code.format(name)], cwd=here, capture_output=True, text=True, check=True)
        for name in ("mlgrade", "mlgrade.api", "mlgrade.__main__")
    ]
    assert [one.stdout.split() for one in said] == [["True", "True"], ["True", "True"], ["False", "False"]]
