"""The tree on the disk. A folder appears whole or, if it is there, its files are exchanged one by one, each whole.

Nothing is deleted, and nothing that we did not write is written over: what would be in the way goes aside.
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
from mlgrade.lms.archives.bounds import EntryError, Refusal
from mlgrade.lms.archives.choosing import Piece, Plan
from mlgrade.lms.archives.manifest import SIDECAR, Book, Kept, Meta
from mlgrade.lms.archives.naming import safe

OTHERS = ".others"
SCRATCH = ".mlgrade-tmp-"


class State(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "as before"


class Written(NamedTuple):
    plan: Plan
    state: State
    files: list[Piece]  # now in the student's folder
    kept: list[str]  # of earlier runs, and not in these archives
    alone: list[str]  # changed by somebody, so left alone
    aside: list[str]
    refused: list[Refusal]


class Staged(NamedTuple):
    path: str
    file: Path
    sha256: str
    meta: Meta


class Writer:
    def __init__(self, into: Path, book: Book, scratch: Path) -> None:
        self._into, self._book, self._room = into, book, scratch / "staged"
        self._count = 0

    def write(self, plan: Plan) -> Written:
        self._room.mkdir()
        try:
            return self._write(plan)
        finally:  # also when the disk is full: what is written down next needs the room
            shutil.rmtree(self._room, ignore_errors=True)

    def _write(self, plan: Plan) -> Written:
        done = Written(plan, State.SAME, [], [], [], [], [])
        if blocked := self._blocked(plan.folder) or self._blocked(f"{OTHERS}/{plan.folder}"):
            done.refused.extend(_refusal(piece, blocked) for piece in [*plan.pieces, *plan.aside])
            return done
        staged = {piece.path: one for piece in plan.pieces if (one := self._stage(piece, done))}
        aside = [one for piece in plan.aside if (one := self._stage(piece, done))]
        files = self._book.files.get(plan.folder, {})
        fresh = plan.folder not in self._book.files and not (self._into / plan.folder).exists()
        moves, records = self._decide(plan, staged, aside, files, done)
        self._put_aside(plan.folder, aside, done)
        changed = self._place(plan.folder, moves, records, done)
        done.files.extend(piece for piece in plan.pieces if piece.path in records)
        done.kept.extend(sorted(records.keys() - {piece.path for piece in plan.pieces}))
        state = State.SAME if not changed and not done.aside else State.NEW if fresh else State.CHANGED
        return done._replace(state=state)

    def _stage(self, piece: Piece, done: Written) -> Staged | None:
        """The bytes of one file, all of them and checked, beside the tree."""
        try:
            return self._staged(piece.path, piece.meta, piece.entry.read())
        except EntryError as error:
            done.refused.append(_refusal(piece, str(error)))
            return None

    def _staged(self, path: str, meta: Meta, chunks: Iterator[bytes]) -> Staged:
        self._count += 1
        file, digest = self._room / str(self._count), hashlib.sha256()
        with file.open("xb") as target:
            for chunk in chunks:
                digest.update(chunk)
                target.write(chunk)
        return Staged(path, file, digest.hexdigest(), meta)

    def _decide(
        self, plan: Plan, staged: dict[str, Staged], aside: list[Staged], files: dict[str, Kept], done: Written
    ) -> tuple[list[Staged], dict[str, Kept]]:
        """Which files are moved in, and what the folder's record is then. What loses its place joins `aside`."""
        moves: list[Staged] = []
        records = {path: kept for path, kept in files.items() if os.path.lexists(self._into / plan.folder / path)}
        for one in staged.values():
            before, here = files.get(one.path), self._on_disk(f"{plan.folder}/{one.path}")
            if here not in ("", one.sha256) and (before is None or here != before.sha256):
                done.alone.append(one.path)
                aside.append(one)
            elif before and here and not manifest.newer(one.meta, before):
                aside += [one] if here != one.sha256 else []
            else:
                records[one.path] = Kept(sha256=one.sha256, **msgspec.structs.asdict(one.meta))
                if here != one.sha256:
                    moves.append(one)
                    aside += [self._copy(plan.folder, one.path, before)] if before and here else []
        return moves, records

    def _copy(self, folder: str, path: str, before: Kept) -> Staged:
        with (self._into / folder / path).open("rb") as file:
            return self._staged(path, before, iter(lambda: file.read(65536), b""))

    def _put_aside(self, folder: str, aside: list[Staged], done: Written) -> None:
        for one in aside:
            target, here = self._room_aside(f"{OTHERS}/{folder}/{safe(one.meta.attempt)}", one)
            if not here:
                self._move(one.file, target)
                done.aside.append(target)

    def _room_aside(self, attempt: str, one: Staged) -> tuple[str, str]:
        """Where these bytes are kept, or can be: other bytes under the same name get an attempt of their own."""
        for number in range(1, 10_000):
            target = f"{attempt}{f'~{number}' if number > 1 else ''}/{one.path}"
            if (here := self._on_disk(target)) in ("", one.sha256):
                return target, here
        raise UsageError(f"{self._into / attempt}: too many attempts of one name; move the folder {OTHERS} away")

    def _place(self, folder: str, moves: list[Staged], records: dict[str, Kept], done: Written) -> bool:
        """Move in what is new, the facts last, and write each down as it is done."""
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

    def _facts(self, folder: str, records: dict[str, Kept], done: Written) -> Path | None:
        text, target = manifest.sidecar(folder.rpartition("/")[2], records), self._into / folder / SIDECAR
        here = target.read_bytes() if target.is_file() and not target.is_symlink() else b""
        if here == text:
            return None
        if os.path.lexists(target) and b'"handin/1"' not in here:
            done.alone.append(SIDECAR)
            return None
        file = self._room / f"facts-{self._count}"
        file.write_bytes(text)
        return file

    def _whole(self, moves: list[Staged], facts: Path | None) -> Path:
        folder = self._room / f"folder-{self._count}"
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
        """The hash of what is there; "" for nothing, and another word for what is no file of ours or cannot be one."""
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
        """Why nothing can be written in a folder: it, or one around it, is a link out of the tree or no folder."""
        path = self._into
        for part in filter(None, folder.split("/")):
            path = path / part
            if path.is_symlink():
                return f"{path} is a link; it is not followed"
            if path.exists() and not path.is_dir():
                return f"{path} is no folder"
        return ""


def write(plans: list[Plan], into: Path, book: Book) -> list[Written]:
    """Write all plans. However it ends, what is on the disk is written down for the next run."""
    if not plans:
        return []
    with _scratch(into) as scratch:
        writer = Writer(into, book, scratch)
        before = manifest.encode(book)
        try:
            done = []
            for plan in plans:
                done.append(writer.write(plan))
                if done[-1].files:
                    book.folders[plan.who.identity] = plan.folder
            return done
        finally:
            if (text := manifest.encode(book)) != before:
                (scratch / "book").write_bytes(text)
                (scratch / "book").replace(into / manifest.FILE)


@contextmanager
def _scratch(into: Path) -> Iterator[Path]:
    """A folder on the same disk, gone afterwards, so that a file appears whole or not at all."""
    try:
        into.mkdir(parents=True, exist_ok=True)
        scratch = Path(mkdtemp(prefix=SCRATCH, dir=into))
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    except OSError as error:
        raise UsageError(
            f"{into}: cannot be written: {error.strerror}; what was collected before stands, and running again goes on"
        ) from None


def _refusal(piece: Piece, reason: str) -> Refusal:
    return Refusal(archive=piece.entry.archive, entry=piece.entry.name, reason=reason)
