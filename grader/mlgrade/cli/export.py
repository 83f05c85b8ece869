"""mlgrade export: from the gradebook to the file that an LMS takes."""

from __future__ import annotations

import sys
import tempfile
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlgrade.cli import options
from mlgrade.errors import UsageError
from mlgrade.text import one_line

if TYPE_CHECKING:
    from rich.console import Console

    from mlgrade.course import Course
    from mlgrade.gradebook.grades import By, Group
    from mlgrade.gradebook.store import Gradebook
    from mlgrade.lms.exports import Export, Format, Summary

STDOUT = Path("-")
STALE = timedelta(days=1)
PART = 1 << 16


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from mlgrade.lms import exports as export

    del ctx, param
    return [name for name in export.names() if name.startswith(incomplete)]


@click.command("export")
@click.argument("format_", metavar="FORMAT", required=False, shell_complete=_complete)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A file, a folder, or - for the standard output.")
@click.option("--template", type=click.Path(path_type=Path), help="The LMS's own export, to be filled in.")
@options.columns
@options.units
@options.concepts
@click.option("--map", "maps", multiple=True, metavar="ITEM=COLUMN", help="This item of the template is that column.")
@click.option("--item", "items", multiple=True, metavar="COLUMN=KEY", help="What the LMS finds a column's item by.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="What one format asks for; see --list.")
@click.option(
    "--comments", is_flag=True, help="Also comments, where there is a place: points, lateness, known mistakes."
)
@click.option("--clear", is_flag=True, help="Where nothing was handed in, take away a score that the LMS has.")
@click.option("--dry-run", is_flag=True, help="Say what would be new, changed and cleared; write nothing.")
@click.option("--overwrite", is_flag=True, help="Replace the file if it is there.")
@click.option("--list", "listing", is_flag=True, help="List the formats, and what each can be told with --set.")
@options.gradebook
@options.plain
@options.course
def command(
    format_: str | None,
    output: Path | None,
    template: Path | None,
    by: str | None,
    units: tuple[str, ...],
    concepts: tuple[str, ...],
    maps: tuple[str, ...],
    items: tuple[str, ...],
    settings: tuple[str, ...],
    comments: bool,
    clear: bool,
    dry_run: bool,
    overwrite: bool,
    listing: bool,
    gradebook: str | None,
    plain: bool,
    course: Path | None,
) -> None:
    """Write the grades that count now in the FORMAT of an LMS.

    With --template, the LMS's own export comes back with scores filled in and everything else as it was; that is the
    safest way. Nothing replaces a score by a blank without --clear, and what is broken on our side is never written.
    Without -o the file is named after the format and the time: an old file uploaded again would roll grades back.

    A unit is the sum of its concepts: excused ones drop out, missing ones are zeros once something of the unit was
    handed in. docs/how-to/lms has a walk-through for each LMS.

    Ends with 0, and with 1 if a score was not written: broken on our side, or of somebody whom the LMS's file or the
    roster does not know. The summary names them.

    \b
    Examples:
      mlgrade export canvas --template gradebook-export.csv --dry-run
      mlgrade export canvas --template gradebook-export.csv --unit attention --map "HW4 (88001)=attention"
      mlgrade export csv --columns concept -o - | column -s, -t
      mlgrade export --list
    """
    from mlgrade.gradebook import grades
    from mlgrade.lms import exports as export

    if listing:
        _list()
        return
    if format_ is None:
        raise click.UsageError(f"say which FORMAT: one of {', '.join(export.names())} (--list describes them)")
    wanted, now = export.get(format_), datetime.now().astimezone()
    loaded = grades.part(options.load_course(course), units, concepts)
    groups = _groups(loaded, options.chosen(by, concepts), items)
    target = _target(wanted, output, template, now, overwrite=overwrite or dry_run)
    with options.open_gradebook(gradebook, loaded) as book:
        _check_template(book, template)
        job = export.Export(
            columns=[group.column for group in groups],
            rows=options.rows(book, loaded, groups, comments=comments),
            template=template,
            clear=clear,
            map={item: grades.named(groups, name) for item, name in _pairs("--map", maps, last=True).items()},
            settings=_pairs("--set", settings),
        )
        summary = export.preview(wanted, job) if dry_run else _save(wanted, job, target)
    if template is not None:
        _warn_of_age(template, summary, now)
    written = None if dry_run else _named(target, wanted, output)
    _tell(options.console(plain=plain, stderr=target == STDOUT), summary, written)
    sys.exit(1 if summary.broken or summary.left_out or summary.outside else 0)


# -- what is asked for ------------------------------------------------------------------------------------------


def _groups(course: Course, by: By, items: Sequence[str]) -> list[Group]:
    from mlgrade.gradebook import grades

    groups = grades.groups(course, by)
    return grades.keyed(groups, {grades.named(groups, name): key for name, key in _pairs("--item", items).items()})


def _pairs(option: str, given: Sequence[str], *, last: bool = False) -> dict[str, str]:
    """`A=B` by A. The name of an item may hold an equals sign itself, so there the last one counts."""
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.rpartition("=") if last else text.partition("=")
        if not (equals and name.strip() and value.strip()):
            raise click.UsageError(f'{option} "{one_line(text)}": write it as A=B')
        if name in found:
            raise click.UsageError(f'{option}: "{one_line(name)}" is given twice')
        found[name] = value
    return found


def _target(wanted: Format, output: Path | None, template: Path | None, now: datetime, *, overwrite: bool) -> Path:
    """Where to. A name of ours holds the time; what has the form of a template has its ending, too."""
    if output == STDOUT:
        return output
    try:
        path = output or Path()
        if output is None or output.is_dir():
            suffix = (template.suffix if template else "") or wanted.suffix
            path = path / f"grades-{wanted.name}-{now:%Y-%m-%d-%H%M%S}{suffix}"
        if path.exists() and not path.is_file():
            raise UsageError(f"{one_line(str(path))}: is not a file; for the standard output write -o -")
        if path.exists() and not overwrite:
            raise UsageError(f"{one_line(str(path))}: is there already; --overwrite replaces it")
    except OSError as error:  # its name is too long, or its folder is closed to us
        raise UsageError(f"{one_line(str(output))}: cannot be written: {error.strerror}") from None
    return path


def _check_template(book: Gradebook, template: Path | None) -> None:
    from mlgrade import tables

    if template is None:
        return
    tables.read_bytes(template)  # says what is wrong with it, before anything is said of the gradebook
    if next(book.students(), None) is None:
        raise UsageError(
            f"{book.place} has no roster, so nobody in {one_line(str(template))} can be found; "
            f"`mlgrade roster import {one_line(str(template))}` reads one"
        )


# -- what is written --------------------------------------------------------------------------------------------


def _save(wanted: Format, job: Export, target: Path) -> Summary:
    from mlgrade.lms import exports as export

    if target != STDOUT:
        return export.save(wanted, job, target)
    with tempfile.TemporaryDirectory() as folder:  # what fails half-way should not have gone down a pipe
        held = Path(folder) / "export"
        summary = export.save(wanted, job, held)
        with held.open("rb") as file:
            for part in iter(lambda: file.read(PART), b""):
                click.echo(part, nl=False)
    return summary


def _named(target: Path, wanted: Format, output: Path | None) -> Path:
    """A name of ours fits what is in the file: several results.json are a zip."""
    if output == target or wanted.suffix != ".json" or not zipfile.is_zipfile(target):
        return target
    return target.replace(target.with_suffix(".zip"))


# -- what is said -----------------------------------------------------------------------------------------------


def _warn_of_age(template: Path, summary: Summary, now: datetime) -> None:
    age = now - datetime.fromtimestamp(template.stat().st_mtime, UTC)
    if age > STALE:
        summary.warn(
            f"{template} is {age.days} day{'' if age.days == 1 else 's'} old: scores that were given in the LMS since "
            "then are not in it, and may be overwritten; download it again"
        )


def _tell(console: Console, summary: Summary, written: Path | None) -> None:
    from mlgrade.lms import exports as export
    from mlgrade.reports.style import say

    say(console, "Nothing was written (--dry-run)." if written is None else f"Written: {one_line(str(written))}")
    for text in export.lines(summary):
        say(console, text, hang=2)


def _list() -> None:
    from mlgrade.lms import exports as export

    words = {"no": "", "may": "; --template", "must": "; needs --template"}
    for name in export.names():
        one = export.get(name)
        click.echo(f"{name:<18}{one.title} ({one.suffix}){words[one.template]}")
        for setting, meaning in one.settings.items():
            click.echo(f"{'':<18}  --set {setting}=...  {meaning}")
