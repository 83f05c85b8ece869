"""Which formats there are, and which one an archive is of. A school adds its own under `mlgrade.archives`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points

from mlgrade.errors import UsageError, closest
from mlgrade.lms.archives.blackboard import Blackboard
from mlgrade.lms.archives.bounds import ArchiveError
from mlgrade.lms.archives.brightspace import Brightspace
from mlgrade.lms.archives.canvas import Canvas
from mlgrade.lms.archives.entries import Entry, Source
from mlgrade.lms.archives.gradescope import Gradescope
from mlgrade.lms.archives.model import Format
from mlgrade.lms.archives.moodle import Moodle
from mlgrade.lms.archives.plain import Plain

GROUP = "mlgrade.archives"
PLAIN = Plain()


def known() -> dict[str, Format]:
    """All formats by name, ours first; an added one cannot take the name of one of ours."""
    ours: list[Format] = [Canvas(), Moodle(), Blackboard(), Brightspace(), Gradescope(), PLAIN]
    found = {one.name: one for one in ours}
    for point in entry_points(group=GROUP):
        found.setdefault(point.name, _loaded(point))
    return found


def _loaded(point: EntryPoint) -> Format:
    name = point.name
    try:
        made = point.load()
        found: Format = made() if isinstance(made, type) else made
        found.fits([])
    except Exception as error:  # a plugin may fail in any way, and the TA must read which one
        raise UsageError(f'the archive format "{name}" of another package does not load: {error}') from error
    return found


def choose(source: Source, wanted: str = "") -> tuple[Format, list[Entry]]:
    """The format of an archive, and its entries with their names as the format knows them."""
    formats = known()
    if wanted:
        if wanted not in formats:
            raise UsageError(f'no archive format "{wanted}"{closest(wanted, formats)}; known: {", ".join(formats)}')
        return formats[wanted], _as_known(formats[wanted], source.entries)
    fitting = [one for one in formats.values() if one is not PLAIN and one.name != PLAIN.name]
    fitting = [one for one in fitting if _fits(one, source.entries) or _fits(one, unwrapped(source.entries))]
    if len(fitting) > 1:
        titles = " and ".join(one.title for one in fitting)
        raise ArchiveError(
            f"{source.file}: looks like {titles}; say which with --format {'|'.join(f.name for f in fitting)}"
        )
    chosen = fitting[0] if fitting else formats[PLAIN.name]
    return chosen, _as_known(chosen, source.entries)


def _as_known(chosen: Format, entries: Sequence[Entry]) -> list[Entry]:
    inner = unwrapped(entries)
    return inner if not _fits(chosen, entries) and _fits(chosen, inner) else list(entries)


def _fits(one: Format, entries: Sequence[Entry]) -> bool:
    return bool(entries) and one.fits([entry.name for entry in entries])


def unwrapped(entries: Sequence[Entry]) -> list[Entry]:
    """The same without the one folder around everything, which somebody who unpacked and packed again has made."""
    tops = {entry.name.partition("/")[0] for entry in entries}
    if len(tops) != 1 or any("/" not in entry.name for entry in entries):
        return []
    return [entry._replace(name=entry.name.partition("/")[2]) for entry in entries]
