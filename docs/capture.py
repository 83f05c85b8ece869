"""Draw the README's picture: what a real `mlgrade check` prints on a real terminal, taken as it comes.

    python docs/capture.py            writes docs/check.svg

The submission is the one of tests/golden/cases/no_shift; it runs in a pseudo-terminal, in a copy of the course.
"""

from __future__ import annotations

import io
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = 92


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        course = copy_course(Path(folder))
        output = run_in_terminal(course, ["check", "exercises/softmax.py"])
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi("$ mlgrade check exercises/softmax.py\n" + output))
    svg = console.export_svg(title="mlgrade", unique_id="mlgrade")
    # The picture names its fonts; it must not fetch them.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    (ROOT / "docs" / "check.svg").write_text(svg)


def copy_course(target: Path) -> Path:
    for part in ("course.yml", "exercises", "solutions", "tests/public", "tests/hidden", "tests/misconceptions"):
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, target / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target / part)
    shutil.copy(ROOT / "tests/golden/cases/no_shift/softmax.py", target / "exercises")
    return target


def run_in_terminal(folder: Path, arguments: list[str]) -> str:
    """Run mlgrade on a pseudo-terminal of our width and return what it wrote to it."""
    ours, theirs = pty.openpty()
    environment = {
        **os.environ,
        "TERM": "xterm-256color",
        "COLUMNS": str(COLUMNS),
        "MLGRADE_STATE": str(folder / "state"),
    }
    environment.pop("NO_COLOR", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "mlgrade", *arguments], cwd=folder, env=environment, stdin=theirs, stdout=theirs,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(theirs)
    written = b"".join(iter(lambda: read(ours), b""))
    process.wait()
    return written.decode().replace("\r\n", "\n")


def read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux says EIO when the other end has closed
        return b""


if __name__ == "__main__":
    main()
