"""What student code says beside its answers: printed text and warnings, captured and capped. They never cost points."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from mlgrade.sandbox.limits import MOST_OUTPUT
from mlgrade.sandbox.protocol import sayable


class Capped:
    """A text stream that keeps the first `most` characters and counts the rest."""

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, most: int) -> None:
        self._most = min(most, MOST_OUTPUT)
        self._parts: list[str] = []
        self._kept = self._lost = 0

    def write(self, text: str) -> int:
        """Write up to the limit, and count the rest."""
        part = text[: self._most - self._kept]
        if part:
            self._parts.append(part)
            self._kept += len(part)
        self._lost += len(text) - len(part)
        return len(text)

    def writelines(self, lines: Sequence[str]) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Nothing is held back."""

    def isatty(self) -> bool:
        """Return False: this is no terminal."""
        return False

    def writable(self) -> bool:
        """Return True."""
        return True

    @property
    def buffer(self) -> Bytes:
        """Return the stream of bytes beneath."""
        return Bytes(self)

    def take(self) -> str:
        """Return what was written, and begin anew."""
        text = sayable("".join(self._parts), MOST_OUTPUT)
        text += f"\n... {self._lost} more characters" if self._lost else ""
        self._parts.clear()
        self._kept = self._lost = 0
        return text


class Bytes:
    """What `sys.stdout.buffer` is: bytes are kept as the text that they spell."""

    def __init__(self, text: Capped) -> None:
        self._text = text

    def write(self, data: bytes) -> int:
        """Decode and write."""
        self._text.write(bytes(data).decode(self._text.encoding, "replace"))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""


class Notes:
    """Warnings, as one line each, with the student's line where they came from."""

    def __init__(self, filename: str) -> None:
        self._filename = filename
        self._lines: list[str] = []

    def show(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: object = None,
        line: str | None = None,
    ) -> None:
        """Keep a warning, in the place of warnings.showwarning."""
        del file, line
        place = f"{self._filename}:{lineno}: " if filename == self._filename else ""
        note = sayable(f"{place}{category.__name__}: {message}", 200)
        if note not in self._lines and len(self._lines) < 10:
            self._lines.append(note)

    def take(self) -> list[str]:
        """Return the warnings, and begin anew."""
        lines, self._lines = self._lines, []
        return lines


def watch_warnings(notes: Notes) -> None:
    """Have all warnings kept as notes."""
    warnings.simplefilter("always")
    warnings.showwarning = notes.show
