"""What time costs: how late something is, and what share of its score that leaves. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mlgrade.course.model import Late
from mlgrade.gradebook.model import Decision

DAY = timedelta(days=1)
ON_TIME = timedelta(0)


def postponed(due: datetime | None, extension: Decision | None) -> datetime | None:
    """The due date of one student. An extension is never less time, and where nothing is due it changes nothing."""
    if due is None or extension is None or extension.until is None:
        return due
    return max(due, extension.until.astimezone(UTC))


def lateness(submitted: datetime | None, due: datetime | None, policy: Late) -> timedelta:
    """The time beyond due date and grace. What has no known time is on time."""
    if submitted is None or due is None:
        return ON_TIME
    # in UTC: two times of one zone are subtracted by their clocks, which is wrong across a change to summer time
    return max(submitted.astimezone(UTC) - due.astimezone(UTC) - policy.grace, ON_TIME)


def kept(late: timedelta, policy: Late) -> float:
    """The share of a score that lateness leaves: less for each day begun, never less than the floor."""
    if late <= ON_TIME:
        return 1.0
    days = -(-late // DAY)
    return max(1.0 - policy.per_day * days, policy.floor, 0.0)


def span(time: timedelta) -> str:
    """A length of time in its two largest units: `2 d 3 h`, `15 min`, `1 s`."""
    seconds = -(-time // timedelta(seconds=1))
    parts = [(seconds // 86_400, "d"), (seconds // 3_600 % 24, "h"), (seconds // 60 % 60, "min"), (seconds % 60, "s")]
    first = next((index for index, (count, _) in enumerate(parts) if count), len(parts) - 1)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count or first == len(parts) - 1)
