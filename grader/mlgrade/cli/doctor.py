"""mlgrade doctor: versions, the course found, and the isolation of student code on this machine."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlgrade.cli import options

if TYPE_CHECKING:
    from mlgrade.doctor.refused_calls import TracedUse
    from mlgrade.doctor.report import DoctorFact


@click.command("doctor")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--trace", is_flag=True, help="Name the system calls refused to honest code, or to these files.")
@click.option("-v", "--verbose", is_flag=True, help="Every act with its result, and each isolation layer by itself.")
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")
@options.plain
@options.course
def command(
    files: tuple[Path, ...], trace: bool, verbose: bool, as_json: bool, plain: bool, course: Path | None
) -> None:
    """Show what mlgrade finds on this machine, and how well it isolates student code.

    Every forbidden act is tried in a worker, isolated as students' files are: system calls, files, network, other
    processes, privileges, resources. Ends with 70 if one was possible that an active isolation layer should refuse, or
    if honest code is refused a system call that it needs.

    \b
    Examples:
      mlgrade doctor
      mlgrade doctor -v
      mlgrade doctor --trace
      mlgrade doctor --trace solutions/softmax.py
    """
    from mlgrade.doctor import report as doctor
    from mlgrade.errors import UsageError

    if files and not trace:
        raise UsageError("doctor takes files only with --trace")
    full = verbose or as_json
    facts = _traced(files, course) if trace else doctor.examine(Path.cwd(), full=full)
    _print(facts, as_json=as_json, plain=plain, verbose=verbose)
    sys.exit(70 if any("BROKEN" in fact.value for fact in facts) else 0)


def _print(facts: Sequence[DoctorFact], *, as_json: bool, plain: bool, verbose: bool) -> None:
    if as_json:
        import msgspec

        click.echo(json.dumps(msgspec.to_builtins(facts), indent=2))
        return
    console = options.console(plain=plain)
    shown = [fact for fact in facts if verbose or not fact.detail]
    width = max(len(fact.name) for fact in shown if not fact.name.startswith(("  ", "act ")))
    for fact in shown:
        mark = "ok  " if fact.good else "NOTE"
        console.print(
            f"{mark}  {fact.name:<{width}} {fact.value}", style=None if fact.good else "yellow", soft_wrap=True
        )


def _traced(files: Sequence[Path], course_path: Path | None) -> list[DoctorFact]:
    from mlgrade.doctor import refused_calls
    from mlgrade.submissions import model as submissions

    if not files:
        return list(_facts(refused_calls.honest(), ours=True))
    course = options.load_course(course_path, beside=files[0])
    found = list(submissions.find(files, course, ""))
    return list(_facts(refused_calls.of(found, course), ours=False))


def _facts(uses: Iterable[TracedUse], *, ours: bool) -> Iterable[DoctorFact]:
    from mlgrade.doctor.report import DoctorFact

    for use in uses:
        counts = ", ".join(f"{name} x{count}" for name, count in Counter(use.refused).items())
        said = f"refused {counts}" if counts else "nothing refused"
        broken = ours and not use.worked
        yield DoctorFact(
            use.name, f"BROKEN: does not work here; {said}" if broken else said, good=not counts and use.worked
        )
