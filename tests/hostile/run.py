"""Runs the corpus: every attack must have its effect on a grader without isolation layers, and none whatever on mlgrade.

python tests/hostile/run.py [--mode plain|root|docker]... [--without WALL]... [--unconfined | --confined] [--one-of-each]
    [NAMES...]

Right answers that need much of the machine (`honest/`) are graded among the attacks, and must earn everything. Prints
one line for each file and the counts at the end. Exit status 0 if all is as it must be, else 1.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent))

from attacks import HONEST, Attack, attack, names
from harness import Seen

HERE = Path(__file__).resolve().parent
GROUPS = 4  # for each core: small enough to share the work out evenly, large enough to share a start
MODES = ("plain", "root", "docker")
FULL_MARKS = 10.0
Table = dict[str, Seen]


def run(how: str, wanted: Sequence[str], mode: str = "plain", without: Sequence[str] = ()) -> Table:
    """Run attacks in the naive grader or in mlgrade, on all cores, and return what was seen of each."""
    cores = os.cpu_count() or 1
    workers = cores * (2 if how == "unconfined" else 1)  # the naive grader mostly waits for those that hang it
    groups = [group for start in range(cores * GROUPS) if (group := wanted[start :: cores * GROUPS])]
    options = ["--mode", mode, *(part for wall in without for part in ("--without", wall))]
    with ThreadPoolExecutor(workers) as pool:
        found = [seen for some in pool.map(lambda group: _group(how, options, group), groups) for seen in some]
    table = {seen.name: seen for seen in found}
    gone = {name: Seen(name, ["lost"], "the harness itself was ended") for name in wanted if name not in table}
    return table | gone


def _group(how: str, options: Sequence[str], group: Sequence[str]) -> list[Seen]:
    command = [sys.executable, str(HERE / "harness.py"), how, *options, *group]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    seen = [msgspec.convert(json.loads(line), Seen) for line in done.stdout.splitlines()]
    return [one if one.name in group else msgspec.structs.replace(one, name=f"{group[-1]} {one.name}") for one in seen]


def fitting(wanted: Sequence[str]) -> list[str]:
    """Those that can have their effect here: a few need rights that not every user has."""
    return [name for name in wanted if attack(name).needs != "root" or os.geteuid() == 0]


def honest() -> list[str]:
    return sorted(f"honest/{path.stem}" for path in HONEST.glob("*.py"))


def wrong(one: Attack, unconfined: Seen | None, confined: Seen | None) -> bool:
    # A flood may take a busy machine longer than the deadline: whoever hangs has lost the result, too.
    expected = {one.effect} | ({"hang"} if one.effect == "lost" else set())
    missed = unconfined is not None and expected.isdisjoint(unconfined.effects)
    return missed or bool(confined and confined.effects)


def _said(seen: Seen | None) -> str:
    return "" if seen is None else " ".join(seen.effects) or "-"


def report(wanted: Sequence[str], unconfined: Table, confined: Table) -> int:
    """Print the table, and say how many files were not as they must be."""
    failed = _right_answers({name: confined.pop(name) for name in honest() if name in confined})
    for one in map(attack, wanted):
        free, shut = unconfined.get(one.name), confined.get(one.name)
        bad = wrong(one, free, shut)
        failed += bad
        line = f"{'WRONG' if bad else 'ok':<6}{one.name:<34}{one.kind:<13}{one.effect:<8}{_said(free):<24}{_said(shut):<12}"
        print(line + ("; ".join(seen.note for seen in (free, shut) if seen and seen.note) if bad else ""))
    for name in sorted(confined.keys() - set(wanted)):
        failed += 1
        print(f"WRONG {name}: {_said(confined[name])}: {confined[name].note}")
    for title, table in (("a grader without walls", unconfined), ("mlgrade", confined)):
        if not table:
            continue
        counts = Counter(effect for seen in table.values() for effect in seen.effects)
        shown = ", ".join(f"{number} {effect}" for effect, number in counts.most_common())
        print(
            f"{title}: {len(table)} attacks, {sum(bool(seen.effects) for seen in table.values())} with an effect; {shown or 'none'}"
        )
    return failed


def _right_answers(table: Table) -> int:
    failed = [
        seen for seen in table.values() if seen.earned != FULL_MARKS or {"left", "write", "loot"} & {*seen.effects}
    ]
    for seen in failed:
        print(f"WRONG {seen.name}: a right answer earned {seen.earned}; {seen.note}")
    if table:
        print(f"right answers: {len(table) - len(failed)} of {len(table)} earned everything")
    return len(failed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", choices=MODES, action="append", help="default: all that this user may stand in")
    parser.add_argument("--without", action="append", default=[], metavar="WALL")
    parser.add_argument("--unconfined", action="store_true", help="only the naive grader")
    parser.add_argument("--confined", action="store_true", help="only mlgrade")
    parser.add_argument("--one-of-each", action="store_true", help="the first attack of each class only")
    parser.add_argument("names", nargs="*")
    chosen = parser.parse_args()
    wanted = fitting(chosen.names or names())
    if chosen.one_of_each:
        wanted = list({attack(name).kind: name for name in reversed(wanted)}.values())
    failed = 0 if chosen.confined else report(wanted, run("unconfined", wanted), {})
    for mode in () if chosen.unconfined else chosen.mode or (MODES if os.geteuid() == 0 else MODES[:1]):
        print(f"\nmode {mode}" + "".join(f", without {wall}" for wall in chosen.without))
        files = wanted if chosen.names else [*wanted, *honest()]
        failed += report(wanted, {}, run("confined", files, mode, chosen.without))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
