"""What each isolation layer earns: the corpus again with one layer taken away, and with all of them.

python tests/hostile/ablation.py [--mode root]

Prints the table of SECURITY.md: for each isolation layer the attacks that have an effect once it is gone, and which.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from attacks import names
from run import MODES, Table, fitting, run

from mlgrade.sandbox.isolation import AUDIT, DESCRIPTORS, IDENTITY, LANDLOCK, NAMESPACES, RLIMITS, SECCOMP

WALLS = (LANDLOCK, SECCOMP, IDENTITY, RLIMITS, DESCRIPTORS, NAMESPACES)
# An isolation layer less; then all but one, because isolation layers overlap; then none but the process itself.
CASES = (
    ("none", ()),
    *((wall, (wall, AUDIT)) for wall in WALLS),
    *((f"all but {wall}", tuple({*WALLS, AUDIT} - {wall})) for wall in (LANDLOCK, SECCOMP, RLIMITS)),
    ("all", (*WALLS, AUDIT)),
)
SHOWN = 4  # names in a row of the table


def row(title: str, table: Table) -> str:
    hit = sorted(name for name, seen in table.items() if seen.effects)
    counts = Counter(effect for seen in table.values() for effect in seen.effects)
    effects = ", ".join(f"{number} {effect}" for effect, number in counts.most_common()) or "none"
    some = ", ".join(f"`{name}`" for name in hit[:SHOWN]) + (
        f" and {len(hit) - SHOWN} more" if len(hit) > SHOWN else ""
    )
    return f"| {title} | {len(hit)} of {len(table)} | {effects} | {some or '-'} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", choices=MODES, default="root")
    mode = parser.parse_args().mode
    print("| taken away | attacks with an effect | effects | among them |\n|---|---|---|---|")
    for title, without in CASES:
        print(row(title, run("confined", fitting(names()), mode, without)), flush=True)


if __name__ == "__main__":
    main()
