"""Write collected files into a tree. A new folder appears whole; in an existing one each file is replaced whole.

Nothing is deleted, and no file of others is overwritten: what would replace one is kept aside.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple

import msgspec

from mlgrade.errors import UsageError
from mlgrade.lms.archives import manifest
from mlgrade.lms.archives.entries import EntryError, Refusal
from mlgrade.lms.archives.manifest import SIDECAR, AttemptMeta, CollectManifest, WrittenFile
from mlgrade.lms.archives.naming import safe
from mlgrade.lms.archives.planning import FolderPlan, PlannedFile

OTHERS = ".others"
SCRATCH = ".mlgrade-tmp-"


class FolderState(StrEnum):
    """What a run did to a folder."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "as before"


class FolderResult(NamedTuple):
    """A folder after it was written."""

    plan: FolderPlan
    state: FolderState
    files: list[PlannedFile]  # now in the student's folder
    kept: list[str]  # of earlier runs, and not in these archives
    alone: list[str]  # changed by a person, so left alone
    aside: list[str]
    refused: list[Refusal]


class StagedFile(NamedTuple):
    """A file in the scratch folder, read whole and checked."""

    path: str
    file: Path
    sha256: str
    meta: AttemptMeta


class TreeWriter:
    """Write plans into a tree."""

    def __init__(self, into: Path, book: CollectManifest, scratch: Path) -> None:
        self._into, self._book, self._staging = into, book, scratch / "staged"
        self._count = 0

    def write(self, plan: FolderPlan) -> FolderResult:
        """Write one folder."""
        self._staging.mkdir()
        try:
            return self._write(plan)
        finally:  # also when the disk is full: the manifest that is written next needs the space
            shutil.rmtree(self._staging, ignore_errors=True)

    def _write(self, plan: FolderPlan) -> FolderResult:
        done = FolderResult(plan, FolderState.SAME, [], [], [], [], [])
        if blocked := self._blocked(plan.folder) or self._blocked(f"{OTHERS}/{plan.folder}"):
            done.refused.extend(_refusal(file, blocked) for file in [*plan.files, *plan.aside])
            return done
        staged = {file.path: one for file in plan.files if (one := self._stage(file, done))}
        aside = [one for file in plan.aside if (one := self._stage(file, done))]
        files = self._book.files.get(plan.folder, {})
        fresh = plan.folder not in self._book.files and not (self._into / plan.folder).exists()
        moves, records = self._decide(plan, staged, aside, files, done)
        self._put_aside(plan.folder, aside, done)
        changed = self._place(plan.folder, moves, records, done)
        done.files.extend(file for file in plan.files if file.path in records)
        done.kept.extend(sorted(records.keys() - {file.path for file in plan.files}))
        state = (
            FolderState.SAME if not changed and not done.aside else FolderState.NEW if fresh else FolderState.CHANGED
        )
        return done._replace(state=state)

    def _stage(self, file: PlannedFile, done: FolderResult) -> StagedFile | None:
        """Read one file whole and checked into the scratch folder."""
        try:
            return self._staged(file.path, file.meta, file.entry.read())
        except EntryError as error:
            done.refused.append(_refusal(file, str(error)))
            return None

    def _staged(self, path: str, meta: AttemptMeta, chunks: Iterator[bytes]) -> StagedFile:
        self._count += 1
        file, digest = self._staging / str(self._count), hashlib.sha256()
        with file.open("xb") as target:
            for chunk in chunks:
                digest.update(chunk)
                target.write(chunk)
        return StagedFile(path, file, digest.hexdigest(), meta)

    def _decide(
        self,
        plan: FolderPlan,
        staged: dict[str, StagedFile],
        aside: list[StagedFile],
        files: dict[str, WrittenFile],
        done: FolderResult,
    ) -> tuple[list[StagedFile], dict[str, WrittenFile]]:
        """Return the files to move in, and the new records of the folder. A replaced file joins `aside`."""
        moves: list[StagedFile] = []
        records = {path: kept for path, kept in files.items() if os.path.lexists(self._into / plan.folder / path)}
        for one in staged.values():
            before, here = files.get(one.path), self._on_disk(f"{plan.folder}/{one.path}")
            if here not in ("", one.sha256) and (before is None or here != before.sha256):
                done.alone.append(one.path)
                aside.append(one)
            elif before and here and not manifest.newer(one.meta, before):
                aside += [one] if here != one.sha256 else []
            else:
                records[one.path] = WrittenFile(sha256=one.sha256, **msgspec.structs.asdict(one.meta))
                if here != one.sha256:
                    moves.append(one)
                    aside += [self._copy(plan.folder, one.path, before)] if before and here else []
        return moves, records

    def _copy(self, folder: str, path: str, before: WrittenFile) -> StagedFile:
        with (self._into / folder / path).open("rb") as file:
            return self._staged(path, before, iter(lambda: file.read(65536), b""))

    def _put_aside(self, folder: str, aside: list[StagedFile], done: FolderResult) -> None:
        for one in aside:
            target, here = self._place_aside(f"{OTHERS}/{folder}/{safe(one.meta.attempt)}", one)
            if not here:
                self._move(one.file, target)
                done.aside.append(target)

    def _place_aside(self, attempt: str, one: StagedFile) -> tuple[str, str]:
        """Find where these bytes are or can be kept. Other bytes under the same name get an attempt of their own."""
        for number in range(1, 10_000):
            target = f"{attempt}{f'~{number}' if number > 1 else ''}/{one.path}"
            if (here := self._on_disk(target)) in ("", one.sha256):
                return target, here
        raise UsageError(f"{self._into / attempt}: too many attempts of one name; move the folder {OTHERS} away")

    def _place(self, folder: str, moves: list[StagedFile], records: dict[str, WrittenFile], done: FolderResult) -> bool:
        """Move in what is new, the sidecar last, and record each file when it is moved."""
        if not records:
            return False
        facts = self._facts(folder, records, done)
        if moves and not (self._into / folder).exists():
            self._move(self._whole(moves, facts), folder)
            self._book.files[folder] = records
            return True
        for one in moves:
            self._move(one.file, f"{folder}/{one.path}")
            self._book.files.setdefault(folder, {})[one.path] = records[one.path]
        if facts:
            self._move(facts, f"{folder}/{SIDECAR}")
        self._book.files[folder] = records
        return bool(moves or facts)

    def _facts(self, folder: str, records: dict[str, WrittenFile], done: FolderResult) -> Path | None:
        text, target = manifest.sidecar(folder.rpartition("/")[2], records), self._into / folder / SIDECAR
        here = target.read_bytes() if target.is_file() and not target.is_symlink() else b""
        if here == text:
            return None
        if os.path.lexists(target) and b'"handin/1"' not in here:
            done.alone.append(SIDECAR)
            return None
        file = self._staging / f"facts-{self._count}"
        file.write_bytes(text)
        return file

    def _whole(self, moves: list[StagedFile], facts: Path | None) -> Path:
        folder = self._staging / f"folder-{self._count}"
        folder.mkdir()
        for one in moves:
            (folder / one.path).parent.mkdir(parents=True, exist_ok=True)
            one.file.replace(folder / one.path)
        if facts:
            facts.replace(folder / SIDECAR)
        return folder

    def _move(self, file: Path, target: str) -> None:
        if blocked := self._blocked(target.rpartition("/")[0]):
            raise UsageError(f"{self._into / target}: {blocked}")
        (self._into / target).parent.mkdir(parents=True, exist_ok=True)
        file.replace(self._into / target)

    def _on_disk(self, target: str) -> str:
        """Return the hash of a file, "" if nothing is there, or a word for what is no regular file."""
        path = self._into / target
        if self._blocked(target.rpartition("/")[0]):
            return "blocked"
        if not os.path.lexists(path):
            return ""
        if path.is_symlink() or not path.is_file():
            return "not a file"
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def _blocked(self, folder: str) -> str:
        """Say why nothing can be written in a folder: it or a parent is a link or no folder. Return "" if it can."""
        path = self._into
        for part in filter(None, folder.split("/")):
            path = path / part
            if path.is_symlink():
                return f"{path} is a link, which is not followed"
            if path.exists() and not path.is_dir():
                return f"{path} is not a folder"
        return ""


def write(plans: list[FolderPlan], into: Path, book: CollectManifest) -> list[FolderResult]:
    """Write all plans. However it ends, the manifest records what is on the disk."""
    if not plans:
        return []
    with _scratch(into) as scratch:
        writer = TreeWriter(into, book, scratch)
        before = manifest.encode(book)
        try:
            done = []
            for plan in plans:
                done.append(writer.write(plan))
                if done[-1].files:
                    book.folders[plan.owner.identity] = plan.folder
            return done
        finally:
            if (text := manifest.encode(book)) != before:
                (scratch / "book").write_bytes(text)
                (scratch / "book").replace(into / manifest.FILE)


@contextmanager
def _scratch(into: Path) -> Iterator[Path]:
    """Make a temporary folder on the same disk, so that a file can be moved in whole."""
    try:
        into.mkdir(parents=True, exist_ok=True)
        scratch = Path(mkdtemp(prefix=SCRATCH, dir=into))
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    except OSError as error:
        raise UsageError(
            f"{into}: cannot be written: {error.strerror}; what was collected so far is kept; run it again"
        ) from None


def _refusal(file: PlannedFile, reason: str) -> Refusal:
    return Refusal(archive=file.entry.archive, entry=file.entry.name, reason=reason)
