"""Files are put in their place whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mlgrade import files


def test_a_file(tmp_path: Path) -> None:
    """A new file is one that others may read as usual; an old one keeps who may."""
    files.atomic_write(tmp_path / "a", b"one")
    (tmp_path / "b").touch()
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode
    (tmp_path / "a").chmod(0o600)
    files.atomic_write(tmp_path / "a", b"two")
    assert ((tmp_path / "a").read_bytes(), (tmp_path / "a").stat().st_mode & 0o777) == (b"two", 0o600)


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk is full, what was there stays, and nothing lies beside it."""
    (tmp_path / "a").write_text("before")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.atomic_write(tmp_path / "a", b"after")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["before"]


def test_a_folder(tmp_path: Path) -> None:
    """A folder appears with all of its files; an empty one stays the one it is."""
    (tmp_path / "empty").mkdir()
    before = (tmp_path / "empty").stat().st_ino
    for name in ("empty", "deep/new"):
        files.write_folder(tmp_path / name, {"a": b"1", "b/c": b"2"})
        assert (tmp_path / name / "b/c").read_bytes() == b"2"
    assert (tmp_path / "empty").stat().st_ino == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deep", "empty"]


def test_what_is_free(tmp_path: Path) -> None:
    """Nothing, or an empty folder; no file, no link, no folder with anything in it."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    names = ("nothing", "empty", "link", ".")
    assert [name for name in names if files.is_free(tmp_path / name)] == ["nothing", "empty"]
