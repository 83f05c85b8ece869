"""What a student has to install: distributions and MiB of packages, for mlgrade and for what else students are given.

python benchmarks/install_size.py [--json] [REQUIREMENT...]

Fetches, into a folder that is thrown away, what `pip install` would fetch for this Python on this system. Needs a
package index and a few hundred MiB of disk for a moment. Nothing is installed. The numbers change with each release
of a dependency, so that they are compared within one run. (Students of nbgrader need Jupyter, and this to validate.)
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
OTHERS = ("nbgrader", "otter-grader")
MIB = 1024 * 1024


class Size(NamedTuple):
    name: str
    distributions: int
    mib: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("others", nargs="*", metavar="REQUIREMENT", help="to compare with (nbgrader, otter-grader)")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    sizes = [measured("mlgrade", str(ROOT)), *(measured(other, other) for other in chosen.others or OTHERS)]
    print(json.dumps([size._asdict() for size in sizes]) if chosen.json else table(sizes))


def measured(name: str, requirement: str) -> Size:
    """Fetch the packages as wheels; what has none for this system is built, as an install would."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--disable-pip-version-check",
            "--wheel-dir",
            folder,
        ]
        subprocess.run([*command, requirement], check=True, stdout=subprocess.DEVNULL)
        files = [path.stat().st_size for path in Path(folder).iterdir()]
    return Size(name, len(files), round(sum(files) / MIB, 1))


def table(sizes: Sequence[Size]) -> str:
    ours = sizes[0]
    rows = [f"{'':<16}{'distributions':>14}{'MiB':>8}{'of mlgrade':>24}"]
    for size in sizes:
        times = f"{size.distributions / ours.distributions:.1f} x, {size.mib / ours.mib:.1f} x"
        rows.append(f"{size.name:<16}{size.distributions:>14}{size.mib:>8.1f}{times:>24}")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
